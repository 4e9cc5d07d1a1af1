package org.itkserver.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.itkserver.envelope.HandlingSpec;
import org.itkserver.envelope.Ids;

/**
 * One of the sample messages, ready to be sent.
 *
 * @param trackingId its fresh tracking id
 * @param path where it goes, below the server's address
 * @param action its {@code wsa:Action}
 * @param soap12 whether it is SOAP 1.2
 * @param text the SOAP envelope
 */
record TrialMessage(String trackingId, String path, String action, boolean soap12, String text) {
    /** The samples, as their files are named. */
    static final List<String> SAMPLES = List.of(
            "send-cda-discharge",
            "send-cda-non-coded",
            "send-cda-compressed",
            "send-cda-inherited-namespaces",
            "send-document-pdf",
            "send-document-two-payloads",
            "broadcast-document",
            "send-dist-envelope-edischarge",
            "send-dist-envelope-soap12",
            "send-nhs111-report",
            "request-ambulance-dispatch",
            "admit-patient",
            "admit-patient-pipe-and-hat",
            "verify-nhs-number",
            "get-nhs-number",
            "get-patient-details-by-nhs-number",
            "send-recv-dist-envelope-query-scr",
            "send-infrastructure-ack",
            "send-business-ack");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([A-Za-z0-9]+)}}");
    private static final Pattern ACTION = Pattern.compile("<wsa:Action[^>]{0,40}>\\s{0,40}([^<\\s]+)");
    private static final Pattern ADDRESS = Pattern.compile("(<itk:address uri=\")[^\"]{0,300}(\")");
    private static final Pattern ACKS = Pattern.compile("<itk:spec key=\"("
            + Pattern.quote(HandlingSpec.INF_ACK_REQUESTED) + "|" + Pattern.quote(HandlingSpec.ACK_REQUESTED)
            + ")\"[^>]{0,40}/>");
    private static final Pattern EMPTY =
            Pattern.compile("<itk:handlingSpecification>\\s{0,40}</itk:handlingSpecification>");
    private static final String SPECS = "<itk:handlingSpecification>";
    private static final String END = "</itk:header>";

    /**
     * What may be changed in a sample.
     *
     * @param address where it goes; empty for the sample's own address
     * @param infAckRequested whether an infrastructure acknowledgement is asked for
     * @param ackRequested whether a business acknowledgement is asked for
     */
    record Wishes(String address, boolean infAckRequested, boolean ackRequested) {}

    /** Empty for a sample there is not. */
    static Optional<TrialMessage> of(String sample, Wishes wishes, String base, Ids ids, Instant now) {
        if (!SAMPLES.contains(sample)) {
            return Optional.empty();
        }
        var template = template(sample);
        var found = ACTION.matcher(template);
        if (!found.find()) {
            throw new IllegalStateException("a sample without Action: " + sample);
        }
        var action = found.group(1);
        boolean soap12 = template.contains("http://www.w3.org/2003/05/soap-envelope");
        var path = path(action, soap12);
        var values = new HashMap<String, String>();
        values.put("to", base + path);
        values.put("created", now.truncatedTo(ChronoUnit.SECONDS).toString());
        values.put(
                "expires",
                now.truncatedTo(ChronoUnit.SECONDS).plus(10, ChronoUnit.MINUTES).toString());
        var text = filled(wished(template, wishes), values, ids);
        return Optional.of(new TrialMessage(values.getOrDefault("trackingId", ""), path, action, soap12, text));
    }

    private static String template(String sample) {
        try (var in = TrialMessage.class.getResourceAsStream("/samples/" + sample + ".xml")) {
            if (in == null) {
                throw new IllegalStateException("no sample " + sample);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String path(String action, boolean soap12) {
        var name = action.substring(action.lastIndexOf(':') + 1);
        var version = soap12 ? "12" : "11";
        return switch (name) {
            case "sendDistEnvelope" -> "/itk/services/ITKServReq/" + version;
            case "sendRecvDistEnvelope" -> "/itk/services/ITKServReqRes/" + version;
            default -> "/itk/services/" + name;
        };
    }

    private static String wished(String template, Wishes wishes) {
        var text = template;
        if (!wishes.address().isEmpty()) {
            text = ADDRESS.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(wishes.address()) + "$2");
        }
        text = EMPTY.matcher(ACKS.matcher(text).replaceAll("")).replaceAll("");
        var asked = spec(HandlingSpec.ACK_REQUESTED, wishes.ackRequested())
                + spec(HandlingSpec.INF_ACK_REQUESTED, wishes.infAckRequested());
        if (asked.isEmpty()) {
            return text;
        }
        return text.contains(SPECS)
                ? text.replace(SPECS, SPECS + asked)
                : text.replace(END, SPECS + asked + "</itk:handlingSpecification>" + END);
    }

    private static String spec(String key, boolean asked) {
        return asked ? "<itk:spec key=\"" + key + "\" value=\"true\"/>" : "";
    }

    private static String filled(String template, Map<String, String> values, Ids ids) {
        return PLACEHOLDER
                .matcher(template)
                .replaceAll(
                        found -> Matcher.quoteReplacement(values.computeIfAbsent(found.group(1), name -> ids.next())));
    }
}
