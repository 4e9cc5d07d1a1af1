package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeWriterTest {
    private static final String A = "uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203";
    private static final String B = "uuid_6A2D0C55-2222-4A2B-9C3D-5E6F70819203";
    private static final TypedUri CARDIOLOGY = new TypedUri(null, "urn:nhs-uk:addressing:ods:Z9999:cardiology");
    private static final TypedUri DOS = new TypedUri("2.16.840.1.113883.2.1.3.2.4.18.44", "2000001234");
    private static final OutgoingPayload XML =
            OutgoingPayload.xml(A, "urn:nhs-en:profile:dischargeReport-v6-1", "<d xmlns=\"urn:hl7-org:v3\">x</d>");

    private final EnvelopeWriter writer = new EnvelopeWriter();

    private static Outgoing outgoing(
            List<TypedUri> addresses, List<HandlingSpec> handling, OutgoingPayload... payloads) {
        return new Outgoing(
                Messages.SERVICE,
                Messages.TRACKING_ID,
                addresses,
                "urn:nhs-uk:identity:ods:Y9999:itk",
                addresses.isEmpty() ? null : new TypedUri(null, "urn:nhs-uk:addressing:ods:Y9999"),
                handling,
                List.of(payloads));
    }

    @Test
    void whatIsWrittenIsWhatTheScannerReads() throws IOException {
        var handling = List.of(
                new HandlingSpec(HandlingSpec.INF_ACK_REQUESTED, "true"),
                new HandlingSpec(HandlingSpec.ACK_REQUESTED, "false"),
                new HandlingSpec(HandlingSpec.INTERACTION, "urn:nhs-itk:interaction:x-v1-0"));
        var envelope = outgoing(
                List.of(CARDIOLOGY, DOS), handling, XML, new OutgoingPayload(B, "text/plain", null, true, "eA=="));
        var text = writer.write(envelope);
        Documents.validate(text);
        var read = Documents.scan(text);
        assertNull(read.schemaProblem());
        assertNull(read.blankHeaderAttribute());
        assertEquals(
                new EnvelopeHeader(
                        Messages.SERVICE,
                        Messages.TRACKING_ID,
                        List.of(CARDIOLOGY, DOS),
                        List.of(new TypedUri(null, "urn:nhs-uk:identity:ods:Y9999:itk")),
                        2,
                        List.of(
                                new ManifestItem(
                                        A, "text/xml", "urn:nhs-en:profile:dischargeReport-v6-1", false, false, false),
                                new ManifestItem(B, "text/plain", null, true, false, false)),
                        new TypedUri(null, "urn:nhs-uk:addressing:ods:Y9999"),
                        Map.of(
                                HandlingSpec.INF_ACK_REQUESTED,
                                "true",
                                HandlingSpec.ACK_REQUESTED,
                                "false",
                                HandlingSpec.INTERACTION,
                                "urn:nhs-itk:interaction:x-v1-0")),
                read.header());
        assertEquals(2, read.payloadsCount());
        assertEquals(
                List.of(A, B), read.payloads().stream().map(PayloadPart::id).toList());
        var specs = Documents.all(Documents.parse(text), "spec");
        assertEquals(
                handling.stream().map(HandlingSpec::key).toList(),
                specs.stream().map(spec -> spec.getAttribute("key")).toList());
    }

    @Test
    void whatIsAbsentIsNotWritten() {
        var text = writer.write(outgoing(List.of(), List.of(), OutgoingPayload.xml(A, "", "<a/>")));
        Documents.validate(text);
        for (var name :
                List.of("addresslist", "senderAddress", "handlingSpecification", " type=", "profileid", "base64")) {
            assertFalse(text.contains(name), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\"/><x y=\"", "<&>'\"", "a\nb\tc", "caf\u00e9 \ud83d\ude00"})
    void valuesCannotLeaveTheirAttribute(String value) throws IOException {
        var envelope = new Outgoing(
                value,
                Messages.TRACKING_ID,
                List.of(new TypedUri("x" + value, value)),
                value,
                new TypedUri(null, value),
                List.of(new HandlingSpec("k" + value, value)),
                List.of(new OutgoingPayload(A, value, value, false, "")));
        var text = writer.write(envelope);
        var root = Documents.parse(text);
        assertEquals(value, Documents.value(root, "header", "service"));
        assertEquals("x" + value, Documents.value(root, "address", "type"));
        assertEquals(value, Documents.value(root, "senderAddress", "uri"));
        assertEquals(value, Documents.value(root, "spec", "value"));
        assertEquals(value, Documents.value(root, "manifestitem", "mimetype"));
        assertEquals(13, Documents.all(root, "*").size() + 1);
    }

    @Test
    void anEnvelopeThatCouldNotBeReadIsNotMade() {
        assertThrows(IllegalArgumentException.class, () -> outgoing(List.of(), List.of()));
        for (var id : List.of("", "6A2D0C55-1111-4A2B-9C3D-5E6F70819203", "a b", "a\"")) {
            assertThrows(IllegalArgumentException.class, () -> OutgoingPayload.xml(id, null, "<a/>"), id);
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new Outgoing(
                        "s", "4f0b6c2e-9d14-4e0b-8e55-7b6a1f0c2d33", List.of(), "i", null, List.of(), List.of(XML)));
    }
}
