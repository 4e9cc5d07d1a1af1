package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

class SoapRequestWriterTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.999Z");
    private static final String REQUEST_ID = "9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01";

    private final SoapRequestWriter writer = new SoapRequestWriter(Documents.numbered());
    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);

    private static RequestHead head(SoapVersion version, Charset charset) {
        return new RequestHead(
                version,
                Messages.SERVICE,
                "https://hosp.example/itk?a=1&b=2",
                null,
                "us & \"them\"",
                NOW,
                Duration.ofMinutes(10),
                charset);
    }

    private static byte[] whole(SoapRequest request, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(request.before());
        out.writeBytes(content);
        out.writeBytes(request.after());
        assertEquals(out.size(), request.length(content.length));
        return out.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(SoapVersion.class)
    void ourOwnReceiverFindsEveryHeader(SoapVersion version) throws IOException {
        var request = writer.of(head(version, StandardCharsets.UTF_8), "<x xmlns=\"urn:x\"/>");
        assertEquals(0, request.after().length);
        var read = scanner.scan(MessageBody.of(request.before()));
        assertEquals(version, read.version());
        assertEquals(
                new Addressing(
                        request.messageId(),
                        Messages.SERVICE,
                        "https://hosp.example/itk?a=1&b=2",
                        null,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        false),
                read.addressing());
        assertTrue(TrackingId.isValid(request.messageId()), request.messageId());
        assertEquals(
                new Security(
                        "2026-11-22T10:00:00Z",
                        "2026-11-22T10:10:00Z",
                        "uuid_00000000-0000-4000-8000-000000000002",
                        "us & \"them\"",
                        false),
                read.security());
        assertNull(read.soapProblem());
        assertNull(read.repeated());
        assertNull(read.blankHeaderAttribute());
        assertEquals(List.of(), read.notUnderstood());
    }

    @Test
    void theContentTypeNamesCharsetAndAction() {
        assertEquals(
                "text/xml;charset=UTF-8",
                writer.of(head(SoapVersion.SOAP_11, StandardCharsets.UTF_8), "").contentType());
        assertEquals(
                "application/soap+xml;charset=UTF-16;action=\"" + Messages.SERVICE + "\"",
                writer.of(head(SoapVersion.SOAP_12, StandardCharsets.UTF_16LE), "")
                        .contentType());
    }

    @Test
    void everyRequestHasIdsOfItsOwn() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 3; i++) {
            var request = writer.around(head(SoapVersion.SOAP_11, StandardCharsets.UTF_8), Map.of());
            var root = Documents.parse(whole(request, new byte[0])).getDocumentElement();
            assertEquals(request.messageId(), Documents.one(root, "MessageID").getTextContent());
            assertTrue(seen.add(request.messageId()));
            assertTrue(seen.add(Documents.one(root, "Timestamp")
                    .getAttributeNS(Namespaces.WSU, "Id")
                    .substring(5)));
        }
    }

    /** Envelopes around which everything is declared that could get in the way. */
    static List<String> messages() {
        var inherited = Messages.cda();
        return List.of(
                inherited,
                // the default namespace is inherited, and used by a payload
                inherited
                        .replace("<soap:Body>", "<soap:Body xmlns=\"urn:hl7-org:v3\">")
                        .replace("<ClinicalDocument xmlns=\"urn:hl7-org:v3\">", "<ClinicalDocument>"),
                // the default namespace is SOAP, there is no prefix for it
                inherited.replace("soap:", "").replace("xmlns:soap=", "xmlns="),
                // our favourite prefixes mean something else
                inherited
                        .replace("soap:", "s:")
                        .replace("xmlns:soap=", "xmlns:soap=\"urn:a\" xmlns:soap1=\"urn:b&amp;c\" xmlns:s=")
                        .replace("<text ", "<soap:x/><soap1:y/><text "),
                inherited
                        .replace("soap:", "s:")
                        .replace("wsa:", "soap:")
                        .replace("xmlns:wsa=", "xmlns:soap=")
                        .replace("xmlns:soap=\"http://schemas", "xmlns:s=\"http://schemas"),
                // declared twice, and taken back
                inherited
                        .replace("<soap:Body>", "<soap:Body xmlns:xsi=\"urn:other\" xmlns=\"\" xmlns:n=\"urn:n\">")
                        .replace("<itk:DistributionEnvelope>", "<itk:DistributionEnvelope xmlns:n=\"urn:own\">"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aForwardedEnvelopeMeansWhatItMeant(String message) throws IOException {
        for (var charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
            var utf8 = charset == StandardCharsets.UTF_8;
            var received = MessageBody.of(((utf8 ? "" : "\ufeff") + message).getBytes(charset));
            var scanned = scanner.scan(received);
            assertEquals(charset, scanned.charset());
            var range = scanned.requiredEnvelope();
            var envelope = received.bytes(range.start(), range.end());
            for (var version : SoapVersion.values()) {
                var request = writer.around(head(version, charset), scanned.inherited());
                var sent = whole(request, envelope);

                var again = scanner.scan(MessageBody.of(sent));
                assertEquals(version, again.version());
                assertEquals(charset, again.charset());
                assertEquals(scanned.header(), again.header());
                var at = again.requiredEnvelope();
                assertArrayEquals(envelope, MessageBody.of(sent).bytes(at.start(), at.end()));
                assertSame(received.bytes(0, received.size()), sent);
            }
        }
    }

    /** The same elements, and every prefix that meant something there means the same here. */
    private static void assertSame(byte[] received, byte[] sent) {
        var before = envelope(received);
        var after = envelope(sent);
        assertTrue(before.isEqualNode(after));
        for (var prefix : List.of("itk", "xsi", "soap", "soap1", "s", "n", "wsa", "wsse", "wsu")) {
            var meant = before.lookupNamespaceURI(prefix);
            if (meant != null) {
                assertEquals(meant, after.lookupNamespaceURI(prefix), prefix);
            }
        }
        assertEquals(before.lookupNamespaceURI(null), after.lookupNamespaceURI(null));
        if (before.lookupNamespaceURI("wsa") == null) {
            assertNull(after.lookupNamespaceURI("wsa"));
        }
    }

    private static Element envelope(byte[] message) {
        return Documents.one(Documents.parse(message).getDocumentElement(), "DistributionEnvelope");
    }

    @Test
    void theInheritedNamespacesAreThoseAroundTheEnvelope() throws IOException {
        var text = Messages.cda()
                .replace("<soap:Body>", "<soap:Body xmlns=\"urn:d\" xmlns:xsi=\"urn:inner\">")
                .replace(
                        "<itk:DistributionEnvelope>",
                        "<itk:DistributionEnvelope xmlns:own=\"urn:own\" xmlns=\"urn:e\">");
        var inherited = scanner.scan(MessageBody.of(Messages.utf8(text))).inherited();
        assertEquals("urn:d", inherited.get(""));
        assertEquals("urn:inner", inherited.get("xsi"));
        assertEquals(Namespaces.ITK, inherited.get("itk"));
        assertEquals(7, inherited.size());
        var none = scanner.scan(MessageBody.of(Messages.utf8("<a xmlns:b='urn:b'/>")));
        assertEquals(Map.of(), none.inherited());
    }

    @ParameterizedTest
    @EnumSource(SoapVersion.class)
    void aFaultForACallbackIsARequest(SoapVersion version) throws IOException {
        var plain = head(version, StandardCharsets.UTF_8);
        var head = new RequestHead(
                version,
                plain.action(),
                plain.to(),
                REQUEST_ID,
                plain.username(),
                plain.created(),
                plain.timeToLive(),
                plain.charset());
        var error = ToolkitError.of(ErrorCode.NOT_RECOVERABLE, "no <handler>");
        var request = writer.fault(head, error, "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66");
        var read = scanner.scan(MessageBody.of(request.before()));
        assertEquals(
                "http://www.w3.org/2005/08/addressing/soap/fault",
                read.addressing().action());
        assertEquals(List.of(REQUEST_ID), read.addressing().relatesTo());
        assertEquals(plain.to(), read.addressing().to());
        assertEquals("us & \"them\"", read.security().username());
        var answers = new SoapAnswerReader(new WstxInputFactory(), scanner);
        assertEquals(
                new SoapAnswer.Fault(
                        "2200",
                        version == SoapVersion.SOAP_11 ? "Server" : "Receiver",
                        ErrorCode.NOT_RECOVERABLE.text() + ": no <handler>",
                        "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66"),
                answers.read(request.before()));
        assertFalse(request.contentType().contains(Messages.SERVICE));
    }

    @Test
    void anotherCharsetIsRefused() {
        for (var charset : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16)) {
            assertThrows(IllegalArgumentException.class, () -> head(SoapVersion.SOAP_11, charset));
        }
    }
}
