package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.exchange.Transport;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire. */
class SoapClientTest {
    private static final String ACTION = Messages.SERVICE;

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final SettableClock clock = new SettableClock();
    private final SoapClient client = Letters.client(clock, Duration.ofSeconds(60));

    /** The envelope of a received message, as it is forwarded. */
    private Transport.Letter forward(String message, Charset charset) {
        var body = new MessageBody(Path.of("."), 1 << 22, -1);
        try {
            var scanned = scanner.scan(new ByteArrayInputStream(message.getBytes(charset)), body);
            return new Transport.Letter(
                    ACTION,
                    "SENT-TRACKING-ID",
                    null,
                    body,
                    scanned.requiredEnvelope(),
                    scanned.inherited(),
                    scanned.charset(),
                    false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aForwardIsTheReceivedBytesInAnEnvelopeOfOurs() {
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var letter = forward(Messages.cda(), StandardCharsets.UTF_8);
            assertInstanceOf(Transport.Taken.class, client.send(peer.uri(), "us", letter));
            var request = peer.only();
            assertTrue(request.head().startsWith("POST /itk?x=1 HTTP/1.1\r\n"), request.head());
            assertEquals("text/xml;charset=UTF-8", request.header("Content-Type"));
            assertEquals('"' + ACTION + '"', request.header("SOAPAction"));
            assertEquals("127.0.0.1:" + peer.uri().getPort(), request.header("Host"));
            var head = request.head().toLowerCase(java.util.Locale.ROOT);
            for (var unwanted : List.of("transfer-encoding", "expect", "upgrade", "authorization", "http2-settings")) {
                assertFalse(head.contains(unwanted + ":"), request.head());
            }
            var sent = new String(request.body(), StandardCharsets.UTF_8);
            var envelope = envelope(Messages.cda());
            assertTrue(sent.contains(envelope), sent);
            var document = Letters.parse(request.body());
            assertEquals(ACTION, Letters.text(document, "Action"));
            assertEquals(peer.uri().toString(), Letters.text(document, "To"));
            assertEquals("us", Letters.text(document, "Username"));
            assertEquals("2026-11-22T16:05:07Z", Letters.text(document, "Created"));
            assertEquals("2026-11-22T16:15:07Z", Letters.text(document, "Expires"));
            var root = document.getElementsByTagNameNS("urn:nhs-itk:ns:201005", "DistributionEnvelope");
            assertEquals(1, root.getLength(), "the prefixes it inherited are declared");
            assertEquals("Body", root.item(0).getParentNode().getLocalName());
            assertEquals(0, document.getElementsByTagNameNS("*", "RelatesTo").getLength());
        }
    }

    private static String envelope(String message) {
        var end = "</itk:DistributionEnvelope>";
        return message.substring(message.indexOf("<itk:DistributionEnvelope"), message.indexOf(end) + end.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE"})
    void aForwardInUtf16StaysInUtf16(String charset) {
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var wide = Charset.forName(charset);
            client.send(peer.uri(), "us", forward('\uFEFF' + Messages.cda(), wide));
            var request = peer.only();
            assertEquals("text/xml;charset=UTF-16", request.header("Content-Type"));
            var sent = new String(request.body(), wide);
            assertEquals('\uFEFF', sent.charAt(0));
            assertTrue(sent.contains(envelope(Messages.cda())));
            assertTrue(Letters.text(Letters.parse(request.body()), "text").contains("caf\u00e9"));
        }
    }

    @Test
    void eachAttemptHasItsOwnMessageIdAndTime() {
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var letter = Letters.letter("<a/>", false);
            var first = client.send(peer.uri(), "us", letter);
            clock.forward(Duration.ofMinutes(3));
            var second = client.send(peer.uri(), "us", letter);
            var documents =
                    peer.requests().stream().map(r -> Letters.parse(r.body())).toList();
            assertEquals(((Transport.Taken) first).messageId(), Letters.text(documents.get(0), "MessageID"));
            assertEquals(((Transport.Taken) second).messageId(), Letters.text(documents.get(1), "MessageID"));
            assertNotEquals(Letters.text(documents.get(0), "MessageID"), Letters.text(documents.get(1), "MessageID"));
            assertEquals("2026-11-22T16:08:07Z", Letters.text(documents.get(1), "Created"));
            assertEquals("REQUEST-ID", Letters.text(documents.get(1), "RelatesTo"));
        }
    }

    @Test
    void aLargeMessageIsStreamedWhole() {
        try (var peer = RawPeer.answering(Letters.TAKEN)) {
            var large = "<a>" + "x".repeat(5_000_000) + "</a>";
            assertInstanceOf(Transport.Taken.class, client.send(peer.uri(), "us", Letters.letter(large, false)));
            var body = new String(peer.only().body(), StandardCharsets.UTF_8);
            int at = body.indexOf(large);
            assertTrue(at > 0);
            assertArrayEquals(body.getBytes(StandardCharsets.UTF_8), peer.only().body());
        }
    }

    @Test
    void aChunkedAnswerIsPutTogether() {
        var envelope = Messages.cda().replace(Messages.SERVICE, "urn:aResponse");
        int cut = envelope.length() / 2;
        var bytes = List.of(envelope.substring(0, cut), envelope.substring(cut));
        try (var peer = new RawPeer(socket -> {
            RawPeer.write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var part : bytes) {
                var size = part.getBytes(StandardCharsets.UTF_8).length;
                RawPeer.write(socket, Integer.toHexString(size) + "\r\n" + part + "\r\n");
            }
            RawPeer.write(socket, "0\r\n\r\n");
            return true;
        })) {
            var taken = (Transport.Taken) client.send(peer.uri(), "us", Letters.letter("<a/>", true));
            assertEquals(envelope, taken.response());
        }
    }
}
