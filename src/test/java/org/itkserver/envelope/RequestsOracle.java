package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.testing.JdkXml;
import org.jspecify.annotations.Nullable;

/** Part of {@link WritersFuzzTest}: any envelope in any request we send; another parser takes it, and our own scan reads every value that was given. */
final class RequestsOracle {
    private static final Instant AT = Instant.parse("2026-11-22T10:15:00Z");

    private final Ids ids;
    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);

    RequestsOracle(Ids ids) {
        this.ids = ids;
    }

    void requests(FuzzedDataProvider data) throws IOException {
        var head = head(data);
        var envelope = envelope(data);
        var content = new EnvelopeWriter().write(envelope);
        var writer = new SoapRequestWriter(ids);
        var scope = scope(data);
        var request = data.consumeBoolean() ? writer.of(head, content) : writer.around(head, scope);
        if (request.after().length > 0) {
            // as a forwarded envelope, which needs a prefix from around it
            content = scope.containsKey("a")
                    ? content.replace("<itk:DistributionEnvelope", "<itk:DistributionEnvelope a:x=\"\"")
                    : content;
        }
        var message = whole(request, content.getBytes(head.charset()));
        var text = new String(message, head.charset());
        var tree = JdkXml.tree(text.startsWith("\uFEFF") ? text.substring(1) : text);
        assertTrue(tree.isPresent(), "what we wrote is not well-formed");
        var scanned = scanner.scan(MessageBody.of(message));
        head(head, request, scanned);
        envelope(envelope, scanned.requiredHeader());
        payloads(envelope, scanned, message);
    }

    private static String text(FuzzedDataProvider data) {
        return data.consumeString(60);
    }

    private static @Nullable String maybe(FuzzedDataProvider data) {
        return data.consumeBoolean() ? text(data) : null;
    }

    private static RequestHead head(FuzzedDataProvider data) {
        Charset charset =
                data.pickValue(List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE));
        return new RequestHead(
                data.pickValue(SoapVersion.values()),
                text(data),
                text(data),
                maybe(data),
                text(data),
                AT,
                Duration.ofSeconds(data.consumeInt(0, 1_000_000)),
                charset,
                data.consumeBoolean() ? "QUJD" : null);
    }

    private static Map<String, String> scope(FuzzedDataProvider data) {
        var out = new LinkedHashMap<String, String>();
        for (var prefix : List.of("", "soap", "soap1", "wsu", "itk", "a")) {
            if (data.consumeBoolean()) {
                out.put(prefix, data.consumeBoolean() ? Namespaces.WSU : "urn:" + data.consumeAsciiString(10));
            }
        }
        return out;
    }

    private static Outgoing envelope(FuzzedDataProvider data) {
        var addresses = new ArrayList<TypedUri>();
        for (int i = data.consumeInt(0, 3); i > 0; i--) {
            addresses.add(new TypedUri(maybe(data), text(data)));
        }
        var handling = new ArrayList<HandlingSpec>();
        for (int i = data.consumeInt(0, 3); i > 0; i--) {
            handling.add(new HandlingSpec("urn:" + i + text(data), text(data)));
        }
        var payloads = new ArrayList<OutgoingPayload>();
        for (int i = data.consumeInt(1, 3); i > 0; i--) {
            var given = "i" + i + text(data);
            var id = EnvelopeHeaderReader.isXmlId(given) ? given : "uuid_" + i;
            var content = data.consumeBoolean()
                    ? Xml.escape(text(data))
                    : "<p xmlns=\"urn:p\">" + Xml.escape(text(data)) + "</p>";
            payloads.add(new OutgoingPayload(id, text(data), maybe(data), data.consumeBoolean(), content));
        }
        var sender = data.consumeBoolean() ? new TypedUri(maybe(data), text(data)) : null;
        return new Outgoing(text(data), Messages.TRACKING_ID, addresses, text(data), sender, handling, payloads);
    }

    private static byte[] whole(SoapRequest request, byte[] content) {
        if (request.after().length == 0) {
            return request.before();
        }
        var out = new byte[Math.toIntExact(request.length(content.length))];
        System.arraycopy(request.before(), 0, out, 0, request.before().length);
        System.arraycopy(content, 0, out, request.before().length, content.length);
        System.arraycopy(request.after(), 0, out, request.before().length + content.length, request.after().length);
        return out;
    }

    private static String read(String value, ScannedMessage in) {
        // a lone half of a pair becomes '?' in UTF-8 and U+FFFD in UTF-16
        return in.charset() == StandardCharsets.UTF_8
                ? WritersFuzzTest.read(value).trim()
                : WritersFuzzTest.read(new String(value.getBytes(in.charset()), in.charset()))
                        .trim();
    }

    private static void head(RequestHead head, SoapRequest request, ScannedMessage read) {
        assertEquals(head.version(), read.version());
        assertEquals(head.charset(), read.charset());
        assertEquals(request.messageId(), read.addressing().messageId());
        assertEquals(read(head.action(), read), read.addressing().action());
        assertEquals(read(head.to(), read), read.addressing().to());
        var relatesTo = head.relatesTo();
        assertEquals(
                relatesTo == null ? List.of() : List.of(read(relatesTo, read)),
                read.addressing().relatesTo());
        assertEquals(read(head.username(), read), read.security().username());
        assertEquals("2026-11-22T10:15:00Z", read.security().created());
        assertNull(read.soapProblem());
        assertNull(read.repeated());
    }

    private static void envelope(Outgoing given, EnvelopeHeader read) {
        assertEquals(given.trackingId(), read.trackingId());
        assertEquals(given.addresses().size(), read.addresses().size());
        assertEquals(given.payloads().size(), read.manifest().size());
        assertEquals(given.payloads().size(), read.manifestCount());
        assertEquals(given.handling().size(), read.handling().size());
        assertEquals(given.senderAddress() == null, read.sender() == null);
    }

    private void payloads(Outgoing given, ScannedMessage read, byte[] message) throws IOException {
        var header = read.requiredHeader();
        assertEquals(read(given.service(), read), header.service());
        assertEquals(
                read(given.auditIdentity(), read), header.auditIdentity().get(0).uri());
        for (int i = 0; i < given.addresses().size(); i++) {
            assertEquals(
                    read(given.addresses().get(i).uri(), read),
                    header.addresses().get(i).uri());
        }
        for (var spec : given.handling()) {
            assertEquals(read(spec.value(), read), header.handling().get(read(spec.key(), read)));
        }
        for (int i = 0; i < given.payloads().size(); i++) {
            var payload = given.payloads().get(i);
            var item = header.manifest().get(i);
            assertEquals(read(payload.mimeType(), read), item.mimeType());
            assertEquals(payload.base64(), item.base64());
            assertEquals(payload.id(), item.id());
            var part = read.payloads().get(i);
            assertArrayEquals(
                    payload.content().getBytes(read.charset()),
                    MessageBody.of(message).bytes(part.start(), part.end()));
        }
    }
}
