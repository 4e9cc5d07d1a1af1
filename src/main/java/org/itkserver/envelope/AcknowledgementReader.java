package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.stream.XMLInputFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads acknowledgements as leniently as docs/protocol.md 10 asks: sender and receiver by element and not by typeCode,
 * either code system, any prefix. Thread-safe.
 */
public final class AcknowledgementReader {
    /** Largest acknowledgement, in bytes. */
    public static final int LIMIT = 1 << 20;

    private static final Set<String> NEGATIVE = new TreeSet<>(Set.of("FAILURE", "ERROR", "WARNING"));

    private final XMLInputFactory factory;

    /** @param factory a StAX factory; document types are switched off here */
    public AcknowledgementReader(XMLInputFactory factory) {
        this.factory = PeerDocument.configured(factory);
    }

    /**
     * The acknowledgement in a payload.
     *
     * @param document the payload as a document of its own, not closed; its encoding is detected
     * @return empty when it is another document, or none
     * @throws EnvelopeRejected 1000 when it is an acknowledgement that cannot be read, larger than {@link #LIMIT}, or
     *     does not say what it is about or what the result is
     * @throws IOException when the source fails
     */
    public Optional<Acknowledgement> read(InputStream document) throws IOException {
        PeerDocument xml;
        try {
            xml = new PeerDocument(factory, document, LIMIT);
            if (!xml.next()) {
                return Optional.empty();
            }
        } catch (EnvelopeRejected e) {
            return Optional.empty();
        }
        if (xml.is(Namespaces.ITK, "InfrastructureResponse")) {
            return Optional.of(infrastructure(xml));
        }
        return xml.is(Namespaces.HL7V3, "BusinessResponseMessage")
                ? Optional.of(new BusinessResponseMessage().read(xml))
                : Optional.empty();
    }

    private static Acknowledgement infrastructure(PeerDocument xml) throws IOException {
        var result = present(xml.attribute("result"), "InfrastructureResponse/@result");
        var trackingIdRef = uuid(xml.attribute("trackingIdRef"), "InfrastructureResponse/@trackingIdRef");
        var serviceRef = PeerText.orNull(xml.attribute("serviceRef"), PeerText.NAME);
        String code = null;
        String text = null;
        int errors = 0;
        while (xml.next()) {
            if (xml.at("errors", "errorInfo")) {
                errors++;
            } else if (errors == 1 && xml.at("errors", "errorInfo", "ErrorCode")) {
                code = PeerText.orNull(xml.text(PeerText.NAME), PeerText.NAME);
            } else if (errors == 1 && xml.at("errors", "errorInfo", "ErrorText")) {
                text = PeerText.joined(text, xml.text(PeerText.SENTENCE));
            } else if (errors == 1 && xml.at("errors", "errorInfo", "ErrorDiagnosticText")) {
                text = PeerText.joined(text, xml.text(PeerText.SENTENCE));
            }
        }
        return new Acknowledgement.Infrastructure(trackingIdRef, serviceRef, positive(result), code, text);
    }

    /** H13: read without regard to case; an unknown result is never taken for a negative one. */
    private static boolean positive(String result) {
        var upper = result.toUpperCase(Locale.ROOT);
        if (!upper.equals("OK") && !NEGATIVE.contains(upper)) {
            throw EnvelopeRejected.invalid("InfrastructureResponse/@result " + ToolkitError.quoted(result)
                    + " is neither OK nor one of " + NEGATIVE + ".");
        }
        return upper.equals("OK");
    }

    private static String present(@Nullable String value, String where) {
        var tidy = PeerText.orNull(value, PeerText.NAME);
        if (tidy == null) {
            throw EnvelopeRejected.invalid("The acknowledgement has no " + where + ".");
        }
        return tidy;
    }

    /** The UUID in a reference, upper case, without the prefix some write before it. */
    private static String uuid(@Nullable String value, String where) {
        var reference = present(value, where);
        if (!Uuids.isPrefixedUuid(reference)) {
            throw EnvelopeRejected.invalid("The acknowledgement's " + where + " is not a UUID.");
        }
        return reference.substring(reference.length() - Uuids.LENGTH).toUpperCase(Locale.ROOT);
    }

    /** One business acknowledgement, collected. */
    private static final class BusinessResponseMessage {
        private static final Set<String> POSITIVE = Set.of("AA", "CA");
        private static final Set<String> NEGATIVE = Set.of("AE", "AR", "CE", "CR");

        private @Nullable String typeCode;
        private @Nullable String reference;
        private @Nullable String detail;
        private @Nullable String payloadTypeCode;
        private final Map<String, String> payloads = new LinkedHashMap<>();

        Acknowledgement read(PeerDocument xml) throws IOException {
            while (xml.next()) {
                element(xml);
            }
            var result = present(typeCode, "acknowledgedBy3/@typeCode");
            var id = uuid(reference, "acknowledgedBy3/conveyingTransmission/id/@root");
            boolean positive = POSITIVE.contains(result.toUpperCase(Locale.ROOT));
            if (!positive && !NEGATIVE.contains(result.toUpperCase(Locale.ROOT))) {
                throw EnvelopeRejected.invalid("The acknowledgement's typeCode " + ToolkitError.quoted(result)
                        + " is not AA, AE, AR, CA, CE or CR.");
            }
            return new Acknowledgement.Business(id, result, positive, detail, payloads);
        }

        private void element(PeerDocument xml) throws IOException {
            if (xml.at("acknowledgedBy3")) {
                typeCode = typeCode == null ? xml.attribute("typeCode") : typeCode;
            } else if (xml.at("acknowledgedBy3", "conveyingTransmission", "id")) {
                reference = reference == null ? xml.attribute("root") : reference;
            } else if (xml.at("acknowledgedBy2")) {
                payloadTypeCode = PeerText.orNull(xml.attribute("typeCode"), PeerText.NAME);
            } else if (xml.at("acknowledgedBy2", "conveyingTransmission", "id")) {
                var payload = PeerText.orNull(xml.attribute("root"), PeerText.NAME);
                if (payload != null && payloadTypeCode != null) {
                    payloads.putIfAbsent(payload, payloadTypeCode);
                }
            } else if (detail == null) {
                detail = PeerText.orNull(reason(xml), PeerText.SENTENCE);
            }
        }

        private static @Nullable String reason(PeerDocument xml) throws IOException {
            if (xml.at("acknowledgedBy3", "acknowledgementDetail", "code")
                    || xml.at("acknowledgedBy2", "acknowledgementDetail", "code")) {
                return xml.attribute("displayName");
            }
            return xml.at(
                            "acknowledgedBy2",
                            "conveyingTransmission",
                            "controlActEvent",
                            "reason",
                            "detectedIssueEvent",
                            "text")
                    ? xml.text(PeerText.SENTENCE)
                    : null;
        }
    }
}
