package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.itkserver.envelope.AcknowledgementWriter.Decision;
import org.itkserver.envelope.AcknowledgementWriter.Nack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Element;

/** What the official test tool looks at in an acknowledgement, and what our own reader makes of it. */
class AcknowledgementWriterTest {
    private static final String PAYLOAD = "uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203";
    private static final String SECOND = "uuid_6A2D0C55-2222-4A2B-9C3D-5E6F70819203";
    private static final String INTERACTION = "urn:nhs-itk:interaction:primaryRecipientDischargeReport-v1-0";
    private static final String ERROR_ID = "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66";
    private static final TypedUri SENDER = new TypedUri(null, "urn:nhs-uk:addressing:ods:Y9999");
    private static final Acknowledged MESSAGE =
            new Acknowledged(Messages.TRACKING_ID, Messages.SERVICE, INTERACTION, SENDER, List.of(PAYLOAD, SECOND));
    private static final Responder US =
            new Responder("urn:nhs-uk:addressing:ods:Z9999:itk", "urn:nhs-uk:identity:ods:Z9999:itk", "Z9999");
    private static final Instant AT = Instant.parse("2026-11-22T10:15:00.987Z");

    private final AcknowledgementWriter writer = new AcknowledgementWriter(Documents.numbered());
    private final AcknowledgementReader reader = new AcknowledgementReader(new WstxInputFactory());

    /** The payload's element after the checks every acknowledgement must pass (docs/protocol.md 8, section 4). */
    private Element payload(Outgoing ack) throws IOException {
        var text = new EnvelopeWriter().write(ack);
        Documents.validate(text);
        var read = Documents.scan(text);
        assertNull(read.schemaProblem());
        assertNull(read.blankHeaderAttribute());
        assertNull(read.repeated());
        assertEquals(0, read.blankPayloadAttributes());
        var header = read.requiredHeader();
        assertEquals(1, header.manifestCount());
        assertEquals(1, read.payloadsCount());
        assertEquals(header.manifest().get(0).id(), read.payloads().get(0).id());
        assertTrue(header.manifest().get(0).id().matches("uuid_[0-9A-F-]{36}"));
        assertEquals("text/xml", header.manifest().get(0).mimeType());
        assertEquals(List.of(new TypedUri(null, US.auditIdentity())), header.auditIdentity());
        assertEquals(new TypedUri(null, US.address()), header.sender());
        assertEquals(List.of(SENDER), header.addresses());
        assertFalse(header.ackRequested());

        var payload = Documents.one(Documents.parse(text), "payload");
        var fresh = List.of(header.trackingId(), header.manifest().get(0).id().substring(5));
        var distinct = new HashSet<>(fresh);
        distinct.addAll(List.of(Messages.TRACKING_ID, PAYLOAD.substring(5), SECOND.substring(5), ERROR_ID));
        assertEquals(6, distinct.size());
        return (Element) payload.getFirstChild();
    }

    private Acknowledgement reread(Outgoing ack) throws IOException {
        var content = ack.payloads().get(0).content();
        return reader.read(new ByteArrayInputStream(Messages.utf8(content))).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(AckStyle.class)
    void aPositiveInfrastructureAck(AckStyle style) throws IOException {
        var ack = writer.infrastructureAck(style, MESSAGE, US, SENDER, AT);
        var response = payload(ack);
        assertInfrastructureEnvelope(style, ack);
        assertEquals("OK", response.getAttribute("result"));
        assertEquals("2026-11-22T10:15:00Z", response.getAttribute("timestamp"));
        assertEquals(Messages.SERVICE, response.getAttribute("serviceRef"));
        assertEquals(Messages.TRACKING_ID, response.getAttribute("trackingIdRef"));
        assertEquals(US.auditIdentity(), Documents.value(response, "id", "uri"));
        assertEquals(0, Documents.one(response, "errors").getChildNodes().getLength());
        assertEquals(
                new Acknowledgement.Infrastructure(Messages.TRACKING_ID, Messages.SERVICE, true, null, null),
                reread(ack));
    }

    @ParameterizedTest
    @EnumSource(AckStyle.class)
    void aNegativeInfrastructureAck(AckStyle style) throws IOException {
        var nack = new Nack(DeliveryError.DE0003, ERROR_ID, "no route to \"<urn:x>\"");
        var ack = writer.infrastructureNack(style, MESSAGE, US, SENDER, AT, nack);
        var response = payload(ack);
        assertInfrastructureEnvelope(style, ack);
        assertEquals("Failure", response.getAttribute("result"));
        assertEquals(Messages.TRACKING_ID, response.getAttribute("trackingIdRef"));
        var error = Documents.one(response, "errorInfo");
        assertEquals(ERROR_ID, Documents.one(error, "ErrorID").getTextContent());
        assertEquals("2.16.840.1.113883.2.1.3.2.4.17.516", Documents.value(error, "ErrorCode", "codeSystem"));
        assertEquals("DE0003", Documents.one(error, "ErrorCode").getTextContent());
        assertEquals(
                "Distribution Envelope Address List Processing Error",
                Documents.one(error, "ErrorText").getTextContent());
        assertEquals(
                "no route to \"<urn:x>\"",
                Documents.one(error, "ErrorDiagnosticText").getTextContent());
        assertEquals(
                new Acknowledgement.Infrastructure(
                        Messages.TRACKING_ID,
                        Messages.SERVICE,
                        false,
                        "DE0003",
                        "Distribution Envelope Address List Processing Error: no route to \"<urn:x>\""),
                reread(ack));
    }

    @Test
    void aNackWithoutDiagnosticTextHasNoneOfIt() throws IOException {
        for (var diagnostic : new String[] {null, " "}) {
            var nack = new Nack(DeliveryError.DE0001, ERROR_ID, diagnostic);
            var response = payload(writer.infrastructureNack(AckStyle.ITK_2_2, MESSAGE, US, SENDER, AT, nack));
            assertEquals(0, Documents.all(response, "ErrorDiagnosticText").size());
        }
    }

    private static void assertInfrastructureEnvelope(AckStyle style, Outgoing ack) {
        assertNull(ack.payloads().get(0).profileId());
        if (style == AckStyle.ITK_2_1) {
            assertEquals("urn:nhs-itk:services:201005:SendInfrastructureAck-v1-0", ack.service());
            assertEquals(List.of(), ack.handling());
        } else {
            assertEquals("urn:nhs-itk:services:201005:sendDistEnvelope", ack.service());
            assertEquals(
                    List.of(new HandlingSpec(
                            "urn:nhs-itk:ns:201005:interaction",
                            "urn:nhs-itk:interaction:ITKInfrastructureAcknowledgement-v1-0")),
                    ack.handling());
        }
    }

    @ParameterizedTest
    @EnumSource(AckStyle.class)
    void aPositiveBusinessAck(AckStyle style) throws IOException {
        var ack = writer.businessAck(style, MESSAGE, US, SENDER, AT, Decision.ACCEPTED);
        var response = payload(ack);
        assertBusinessEnvelope(style, ack);
        assertBusinessResponse(response, "AA");
        assertEquals(0, Documents.all(response, "acknowledgementDetail").size());
        assertEquals(0, Documents.all(response, "controlActEvent").size());
        assertEquals(
                new Acknowledgement.Business(
                        Messages.TRACKING_ID, "AA", true, null, Map.of(PAYLOAD, "AA", SECOND, "AA")),
                reread(ack));
    }

    @ParameterizedTest
    @EnumSource(AckStyle.class)
    void aNegativeBusinessAck(AckStyle style) throws IOException {
        for (var outcome : List.of(BusinessOutcome.AE, BusinessOutcome.AR)) {
            var decision = new Decision(outcome, "77", "no <bed> & no \"ward\"");
            var ack = writer.businessAck(style, MESSAGE, US, SENDER, AT, decision);
            var response = payload(ack);
            assertBusinessEnvelope(style, ack);
            assertBusinessResponse(response, outcome.name());
            assertEquals("ER", Documents.value(response, "acknowledgementDetail", "typeCode"));
            var code = Documents.one(Documents.one(response, "acknowledgementDetail"), "code");
            assertEquals("77", code.getAttribute("code"));
            assertEquals("2.16.840.1.113883.2.1.3.2.4.17.433", code.getAttribute("codeSystem"));
            assertEquals("no <bed> & no \"ward\"", code.getAttribute("displayName"));
            for (var payload : Documents.all(response, "acknowledgedBy2")) {
                var event = Documents.one(payload, "controlActEvent");
                assertEquals("CACT EVN", event.getAttribute("classCode") + ' ' + event.getAttribute("moodCode"));
                assertEquals("RSON", Documents.value(event, "reason", "typeCode"));
                var issue = Documents.one(event, "detectedIssueEvent");
                assertEquals("ALRT EVN", issue.getAttribute("classCode") + ' ' + issue.getAttribute("moodCode"));
                assertEquals(
                        "no <bed> & no \"ward\"", Documents.one(issue, "text").getTextContent());
            }
            assertEquals(
                    new Acknowledgement.Business(
                            Messages.TRACKING_ID,
                            outcome.name(),
                            false,
                            "no <bed> & no \"ward\"",
                            Map.of(PAYLOAD, outcome.name(), SECOND, outcome.name())),
                    reread(ack));
        }
    }

    @Test
    void aRefusalWithoutReasonSaysSoInWords() throws IOException {
        var decision = new Decision(BusinessOutcome.AR, null, "");
        var response = payload(writer.businessAck(AckStyle.ITK_2_1, MESSAGE, US, SENDER, AT, decision));
        var code = Documents.one(Documents.one(response, "acknowledgementDetail"), "code");
        assertEquals("AR", code.getAttribute("code"));
        assertEquals("Rejected", code.getAttribute("displayName"));
        assertEquals(2, Documents.all(response, "text").size());
    }

    private static void assertBusinessEnvelope(AckStyle style, Outgoing ack) {
        var interaction = new HandlingSpec(
                "urn:nhs-itk:ns:201005:interaction", "urn:nhs-itk:interaction:ITKBusinessAcknowledgement-v1-0");
        assertEquals(Optional.of(interaction.value()), ack.interaction());
        if (style == AckStyle.ITK_2_1) {
            assertEquals("urn:nhs-itk:services:201005:SendBusinessAck-v1-0", ack.service());
            assertEquals(List.of(interaction), ack.handling());
            assertEquals(
                    "urn:nhs-en:profile:ITKBusinessAcknowledgement-v1-0",
                    ack.payloads().get(0).profileId());
        } else {
            assertEquals("urn:nhs-itk:services:201005:sendDistEnvelope", ack.service());
            assertEquals(
                    List.of(new HandlingSpec("urn:nhs-itk:ns:201005:infackrequested", "true"), interaction),
                    ack.handling());
            assertEquals(
                    "urn:nhs-en:profile:ITKBusinessAcknowledgement-v2-0",
                    ack.payloads().get(0).profileId());
        }
    }

    private static void assertBusinessResponse(Element response, String typeCode) {
        assertEquals("urn:hl7-org:v3", response.getNamespaceURI());
        assertEquals("20261122101500", Documents.value(response, "creationTime", "value"));
        var interaction = Documents.one(response, "interactionId");
        assertEquals("2.16.840.1.113883.2.1.3.2.4.12", interaction.getAttribute("root"));
        assertEquals(INTERACTION, interaction.getAttribute("extension"));
        var whole = Documents.one(response, "acknowledgedBy3");
        assertEquals(typeCode, whole.getAttribute("typeCode"));
        assertEquals(Messages.TRACKING_ID, Documents.value(whole, "id", "root"));
        assertParty(response, "communicationFunction1", "RCV", SENDER.uri());
        assertParty(response, "communicationFunction", "SND", US.address());
        var author = Documents.one(response, "controlActEvent1");
        assertEquals("Z9999", Documents.value(Documents.one(author, "representedOrganization"), "id", "extension"));
        var payloads = Documents.all(response, "acknowledgedBy2");
        assertEquals(
                List.of(PAYLOAD + typeCode, SECOND + typeCode),
                payloads.stream()
                        .map(p -> Documents.value(p, "id", "root") + p.getAttribute("typeCode"))
                        .toList());
        var id = ((Element) response.getFirstChild()).getAttribute("root");
        assertTrue(id.startsWith("00000000-0000-4000-8000-"), id);
    }

    private static void assertParty(Element response, String name, String typeCode, String address) {
        var party = Documents.one(response, name);
        assertEquals(typeCode, party.getAttribute("typeCode"));
        assertEquals("ENT", Documents.value(party, "entity", "classCode"));
        assertEquals("2.16.840.1.113883.2.1.3.2.4.18.22", Documents.value(party, "id", "root"));
        assertEquals(address, Documents.value(party, "id", "extension"));
    }

    @Test
    void aMessageWithoutInteractionHasANullFlavour() throws IOException {
        var message = new Acknowledged(Messages.TRACKING_ID, Messages.SERVICE, null, null, List.of(PAYLOAD));
        var response = payload(writer.businessAck(AckStyle.ITK_2_2, message, US, SENDER, AT, Decision.ACCEPTED));
        var interaction = Documents.one(response, "interactionId");
        assertEquals("NA", interaction.getAttribute("nullFlavor"));
        assertEquals(1, interaction.getAttributes().getLength());
    }

    @Test
    void anAddressOfAnotherTypeKeepsItsType() {
        var dts = new TypedUri("2.16.840.1.113883.2.1.3.2.4.21.1", "RA9CW000");
        var ack = writer.businessAck(AckStyle.ITK_2_1, MESSAGE, US, dts, AT, Decision.ACCEPTED);
        assertEquals(List.of(dts), ack.addresses());
        var receiver = Documents.one(Documents.parse(ack.payloads().get(0).content()), "communicationFunction1");
        assertEquals(dts.type(), Documents.value(receiver, "id", "root"));
        assertEquals(dts.uri(), Documents.value(receiver, "id", "extension"));
        var explicit = new TypedUri(Namespaces.ITK_ADDRESS_TYPE, SENDER.uri());
        assertEquals(
                List.of(SENDER),
                writer.infrastructureAck(AckStyle.ITK_2_1, MESSAGE, US, explicit, AT)
                        .addresses());
    }

    @Test
    void noIdIsUsedTwice() {
        var seen = new HashSet<String>();
        for (var style : AckStyle.values()) {
            for (int i = 0; i < 2; i++) {
                var inf = writer.infrastructureAck(style, MESSAGE, US, SENDER, AT);
                var bus = writer.businessAck(style, MESSAGE, US, SENDER, AT, Decision.ACCEPTED);
                var response = Documents.parse(bus.payloads().get(0).content());
                for (var id : List.of(
                        inf.trackingId(),
                        inf.payloads().get(0).id().substring(5),
                        bus.trackingId(),
                        bus.payloads().get(0).id().substring(5),
                        ((Element) response.getFirstChild()).getAttribute("root"))) {
                    assertTrue(seen.add(id), id);
                }
            }
        }
        assertEquals(20, seen.size());
    }

    @Test
    void theStyleFollowsTheService() {
        assertEquals(AckStyle.ITK_2_2, AckStyle.of("urn:nhs-itk:services:201005:sendDistEnvelope"));
        assertEquals(AckStyle.ITK_2_1, AckStyle.of(Messages.SERVICE));
    }

    @Test
    void whatIsAcknowledgedComesFromTheHeader() throws IOException {
        var body = MessageBody.of(Messages.utf8(Messages.cda()));
        var scanned = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT).scan(body);
        assertEquals(
                new Acknowledged(Messages.TRACKING_ID, Messages.SERVICE, INTERACTION, SENDER, List.of(PAYLOAD)),
                Acknowledged.of(scanned.requiredHeader()));
    }

    @Test
    void theTextsOfTheDeliveryErrorsAreThePublishedOnes() {
        var texts = List.of(
                "Distribution Envelope Processing Error",
                "Distribution Envelope Header Processing Error",
                "Distribution Envelope Address List Processing Error",
                "Distribution Envelope Audit Identity Processing Error",
                "Distribution Envelope Id Processing Error",
                "Distribution Envelope Manifest Processing Error",
                "Distribution Envelope Manifest Item Processing Error",
                "Distribution Envelope Sender Address Processing Error",
                "Distribution Envelope Handling Specifications Processing Error",
                "Distribution Envelope Spec Processing Error",
                "Distribution Envelope Payloads Processing Error",
                "Distribution Envelope Payload Processing Error");
        for (int i = 0; i < texts.size(); i++) {
            var error = DeliveryError.values()[i];
            assertEquals("DE%04d".formatted(i + 1), error.code());
            assertEquals(texts.get(i), error.text());
        }
        assertEquals(texts.size(), DeliveryError.values().length);
    }
}
