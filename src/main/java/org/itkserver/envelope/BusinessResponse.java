package org.itkserver.envelope;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;

/**
 * The HL7 v3 {@code BusinessResponseMessage} (MCCI_MT020000GB02), in the order of the wire; the typeCodes of the two
 * communication functions are those of the tabular view, which some senders swap.
 *
 * @param message what is acknowledged
 * @param us who acknowledges
 * @param to who receives the acknowledgement
 * @param decision the outcome
 */
record BusinessResponse(Acknowledged message, Responder us, TypedUri to, AcknowledgementWriter.Decision decision) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);
    private static final String INTERACTIONS = "2.16.840.1.113883.2.1.3.2.4.12";
    private static final String DETAIL_CODES = "2.16.840.1.113883.2.1.3.2.4.17.433";
    private static final String LOCAL_IDS = "2.16.840.1.113883.2.1.3.2.4.18.24";
    private static final String ODS_CODES = "2.16.840.1.113883.2.1.3.2.4.19.1";
    private static final String AUTHOR = "COCD_TP145207GB01";

    /** The element. */
    String write(String id, Instant at) {
        var out = new StringBuilder(3000);
        out.append("<BusinessResponseMessage xmlns=\"").append(Namespaces.HL7V3).append("\">");
        element(out, "id", "root", id);
        element(out, "creationTime", "value", TIME.format(at));
        var interaction = message.interaction();
        if (interaction == null) {
            element(out, "interactionId", "nullFlavor", "NA");
        } else {
            element(out, "interactionId", "root", INTERACTIONS, "extension", interaction);
        }
        whole(out);
        party(out, "communicationFunction1", "RCV", to);
        party(out, "communicationFunction", "SND", new TypedUri(null, us.address()));
        author(out);
        for (var payloadId : message.payloadIds()) {
            payload(out, payloadId);
        }
        return out.append("</BusinessResponseMessage>").toString();
    }

    private void whole(StringBuilder out) {
        var outcome = decision.outcome();
        out.append("<acknowledgedBy3 typeCode=\"").append(outcome).append("\"><conveyingTransmission>");
        element(out, "id", "root", message.trackingId());
        out.append("</conveyingTransmission>");
        if (!outcome.isPositive()) {
            out.append("<acknowledgementDetail typeCode=\"ER\">");
            var code = Objects.requireNonNullElse(decision.code(), outcome.name());
            element(out, "code", "code", code, "codeSystem", DETAIL_CODES, "displayName", reason());
            out.append("</acknowledgementDetail>");
        }
        out.append("</acknowledgedBy3>");
    }

    private String reason() {
        var reason = decision.reason();
        return reason == null || PeerText.tidy(reason, PeerText.SENTENCE).isEmpty()
                ? decision.outcome().text()
                : reason;
    }

    private void payload(StringBuilder out, String payloadId) {
        var outcome = decision.outcome();
        out.append("<acknowledgedBy2 typeCode=\"").append(outcome).append("\"><conveyingTransmission>");
        element(out, "id", "root", payloadId);
        if (!outcome.isPositive()) {
            out.append("<controlActEvent classCode=\"CACT\" moodCode=\"EVN\"><reason typeCode=\"RSON\">")
                    .append("<detectedIssueEvent classCode=\"ALRT\" moodCode=\"EVN\"><text>")
                    .append(Xml.escape(reason()))
                    .append("</text></detectedIssueEvent></reason></controlActEvent>");
        }
        out.append("</conveyingTransmission></acknowledgedBy2>");
    }

    private static void party(StringBuilder out, String name, String typeCode, TypedUri address) {
        var type = address.type();
        out.append('<').append(name).append(" typeCode=\"").append(typeCode);
        out.append("\"><entity classCode=\"ENT\" determinerCode=\"INSTANCE\">");
        element(out, "id", "root", type == null ? Namespaces.ITK_ADDRESS_TYPE : type, "extension", address.uri());
        out.append("</entity></").append(name).append('>');
    }

    private void author(StringBuilder out) {
        out.append("<controlActEvent1 classCode=\"CACT\" moodCode=\"EVN\"><author typeCode=\"AUT\"")
                .append(" contextControlCode=\"OP\"><" + AUTHOR + ".AssignedAuthorDevice classCode=\"ASSIGNED\">");
        element(out, "id", "root", LOCAL_IDS, "extension", us.auditIdentity());
        template(out, "AssignedAuthorDevice");
        out.append("<assignedAuthoringDevice classCode=\"DEV\" determinerCode=\"INSTANCE\">")
                .append("<manufacturerModelName>ITK transport server</manufacturerModelName>")
                .append("<softwareName>itk-transport-server</softwareName>");
        template(out, "assignedAuthoringDevice");
        out.append("</assignedAuthoringDevice>")
                .append("<representedOrganization classCode=\"ORG\" determinerCode=\"INSTANCE\">");
        element(out, "id", "root", ODS_CODES, "extension", us.odsCode());
        out.append("<name>").append(Xml.escape(us.odsCode())).append("</name>");
        template(out, "representedOrganization");
        out.append("</representedOrganization></" + AUTHOR + ".AssignedAuthorDevice></author></controlActEvent1>");
    }

    private static void template(StringBuilder out, String part) {
        element(out, "templateId", "root", "2.16.840.1.113883.2.1.3.2.4.18.2", "extension", AUTHOR + "#" + part);
    }

    /** An empty element with attributes, name and value in turn. */
    private static void element(StringBuilder out, String name, String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(Xml.escape(attributes[i + 1]))
                    .append('"');
        }
        out.append("/>");
    }
}
