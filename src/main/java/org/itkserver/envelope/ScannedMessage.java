package org.itkserver.envelope;

import java.nio.charset.Charset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.namespace.QName;
import org.jspecify.annotations.Nullable;

/**
 * Everything the scanner learned from one message in one pass. Immutable. A scanned message is well-formed and within
 * the limits; whether it obeys the rules is for the checks to say.
 *
 * @param version SOAP version of the envelope, null for another envelope namespace
 * @param addressing WS-Addressing headers
 * @param security the Security header
 * @param header the envelope header, null when the body holds no distribution envelope
 * @param body name of the element in the SOAP body, null when there is none
 * @param envelope where the distribution envelope lies in the bytes, null when there is none
 * @param inherited namespaces in scope around the distribution envelope, prefix to name (H20); empty when there is none
 * @param payloadsCount {@code payloads/@count}, null when it is no number
 * @param payloads the payloads in document order
 * @param notUnderstood mandatory header blocks for us that nobody here understands
 * @param repeated name of the first thing that must occur once and occurs again, or null
 * @param soapProblem the first break of a SOAP or header block rule, or null
 * @param blankHeaderAttribute the first empty attribute of SOAP or envelope headers, or null
 * @param schemaProblem the first break of distributionEnvelope-v2-0.xsd, or null
 * @param blankPayloadAttributes how many attributes inside payloads are empty
 * @param schemaLocation whether {@code xsi:schemaLocation} occurs anywhere
 * @param nhsNumber the first patient's NHS number found in an XML payload, or null
 * @param charset encoding of the bytes: UTF-8, UTF-16BE or UTF-16LE
 */
public record ScannedMessage(
        @Nullable SoapVersion version,
        Addressing addressing,
        Security security,
        @Nullable EnvelopeHeader header,
        @Nullable QName body,
        @Nullable Range envelope,
        Map<String, String> inherited,
        @Nullable Integer payloadsCount,
        List<PayloadPart> payloads,
        List<QName> notUnderstood,
        @Nullable String repeated,
        @Nullable String soapProblem,
        @Nullable String blankHeaderAttribute,
        @Nullable String schemaProblem,
        int blankPayloadAttributes,
        boolean schemaLocation,
        @Nullable String nhsNumber,
        Charset charset) {

    public ScannedMessage {
        inherited = Collections.unmodifiableMap(new TreeMap<>(inherited));
        payloads = List.copyOf(payloads);
        notUnderstood = List.copyOf(notUnderstood);
    }

    /** The envelope header of a message whose checks have passed. */
    public EnvelopeHeader requiredHeader() {
        return Optional.ofNullable(header).orElseThrow(() -> new IllegalStateException("no distribution envelope"));
    }

    /** The range of the distribution envelope of a message whose checks have passed. */
    public Range requiredEnvelope() {
        return Optional.ofNullable(envelope).orElseThrow(() -> new IllegalStateException("no distribution envelope"));
    }

    /**
     * A range of bytes.
     *
     * @param start first byte
     * @param end byte after the last
     */
    public record Range(long start, long end) {}
}
