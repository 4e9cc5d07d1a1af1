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
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.envelope.SoapRequestWriter;
import org.itkserver.exchange.Transport;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** What goes over the wire, and what a peer can do to it (H11). No test waits longer than a second for a peer. */
@Timeout(30)
class SoapClientTest {
    private static final String ACTION = Messages.SERVICE;
    private static final Duration SOON = Duration.ofMillis(400);
    private static final String TAKEN = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final SettableClock clock = new SettableClock();
    private final SoapClient client = client(Duration.ofSeconds(10));

    private SoapClient client(Duration timeout) {
        return new SoapClient(
                new SoapRequestWriter(Ids.random()),
                new SoapAnswerReader(new WstxInputFactory(), scanner),
                clock,
                timeout);
    }

    /** The envelope of a received message, as it is forwarded. */
    private Transport.Letter forward(String message, Charset charset) {
        var body = new MessageBody(Path.of("."), 1 << 22, -1);
        try {
            var scanned = scanner.scan(new ByteArrayInputStream(message.getBytes(charset)), body);
            return new Transport.Letter(
                    ACTION, null, body, scanned.requiredEnvelope(), scanned.inherited(), scanned.charset(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Transport.Letter letter(String content, boolean synchronous) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        return new Transport.Letter(
                "urn:a",
                "REQUEST-ID",
                MessageBody.of(bytes),
                new ScannedMessage.Range(0, bytes.length),
                Map.of(),
                StandardCharsets.UTF_8,
                synchronous);
    }

    private Transport.Result send(RawPeer peer) {
        return client.send(peer.uri(), "us", letter("<a/>", false));
    }

    private static void assertNotNow(String reason, Transport.Result result) {
        var notNow = assertInstanceOf(Transport.NotNow.class, result);
        assertEquals(reason, notNow.reason());
        assertTrue(notNow.unwell());
        assertFalse(notNow.messageId().isEmpty());
    }

    // the wire

    private static Document parse(byte[] document) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(document));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Document document, String name) {
        var found = document.getElementsByTagNameNS("*", name);
        assertEquals(1, found.getLength(), name);
        return found.item(0).getTextContent();
    }

    @Test
    void aForwardIsTheReceivedBytesInAnEnvelopeOfOurs() {
        try (var peer = RawPeer.answering(TAKEN)) {
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
            var document = parse(request.body());
            assertEquals(ACTION, text(document, "Action"));
            assertEquals(peer.uri().toString(), text(document, "To"));
            assertEquals("us", text(document, "Username"));
            assertEquals("2026-11-22T16:05:07Z", text(document, "Created"));
            assertEquals("2026-11-22T16:15:07Z", text(document, "Expires"));
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
        try (var peer = RawPeer.answering(TAKEN)) {
            var wide = Charset.forName(charset);
            client.send(peer.uri(), "us", forward('\uFEFF' + Messages.cda(), wide));
            var request = peer.only();
            assertEquals("text/xml;charset=UTF-16", request.header("Content-Type"));
            var sent = new String(request.body(), wide);
            assertEquals('\uFEFF', sent.charAt(0));
            assertTrue(sent.contains(envelope(Messages.cda())));
            assertTrue(text(parse(request.body()), "text").contains("caf\u00e9"));
        }
    }

    @Test
    void eachAttemptHasItsOwnMessageIdAndTime() {
        try (var peer = RawPeer.answering(TAKEN)) {
            var letter = letter("<a/>", false);
            var first = client.send(peer.uri(), "us", letter);
            clock.forward(Duration.ofMinutes(3));
            var second = client.send(peer.uri(), "us", letter);
            var documents = peer.requests().stream().map(r -> parse(r.body())).toList();
            assertEquals(((Transport.Taken) first).messageId(), text(documents.get(0), "MessageID"));
            assertEquals(((Transport.Taken) second).messageId(), text(documents.get(1), "MessageID"));
            assertNotEquals(text(documents.get(0), "MessageID"), text(documents.get(1), "MessageID"));
            assertEquals("2026-11-22T16:08:07Z", text(documents.get(1), "Created"));
            assertEquals("REQUEST-ID", text(documents.get(1), "RelatesTo"));
        }
    }

    @Test
    void aLargeMessageIsStreamedWhole() {
        try (var peer = RawPeer.answering(TAKEN)) {
            var large = "<a>" + "x".repeat(5_000_000) + "</a>";
            assertInstanceOf(Transport.Taken.class, client.send(peer.uri(), "us", letter(large, false)));
            var body = new String(peer.only().body(), StandardCharsets.UTF_8);
            int at = body.indexOf(large);
            assertTrue(at > 0);
            assertArrayEquals(body.getBytes(StandardCharsets.UTF_8), peer.only().body());
        }
    }

    @Test
    void aChunkedAnswerIsPutTogether() {
        var envelope = Messages.cda();
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
            var taken = (Transport.Taken) client.send(peer.uri(), "us", letter("<a/>", true));
            assertEquals(envelope, taken.response());
        }
    }

    // what peers do

    @Test
    void nobodyThereIsNoConnection() {
        URI gone;
        try (var peer = RawPeer.answering("")) {
            gone = peer.uri();
        }
        assertNotNow("no connection", client.send(gone, "us", letter("<a/>", false)));
    }

    @Test
    void aNameThatDoesNotResolveIsNoConnection() {
        var nowhere = URI.create("http://nowhere.invalid/");
        assertNotNow("no connection", client.send(nowhere, "us", letter("<a/>", false)));
    }

    @Test
    void aPeerThatNeverAnswersIsGivenUp() {
        try (var peer = new RawPeer(SoapClientTest::hang)) {
            assertNotNow("no whole answer in 0 s", client(SOON).send(peer.uri(), "us", letter("<a/>", false)));
        }
    }

    private static boolean hang(java.net.Socket socket) throws IOException {
        return socket.getInputStream().read() >= 0;
    }

    @Test
    void soIsOneThatNeverEndsItsAnswer() {
        try (var peer = new RawPeer(socket -> {
            RawPeer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<a");
            return hang(socket);
        })) {
            assertNotNow("no whole answer in 0 s", client(SOON).send(peer.uri(), "us", letter("<a/>", false)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<a",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<a",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200",
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "220 mail.example ESMTP\r\n"
            })
    void aConnectionThatBreaksIsTriedAgain(String answer) {
        for (boolean reset : new boolean[] {false, true}) {
            try (var peer = new RawPeer(socket -> {
                RawPeer.write(socket, answer);
                socket.setSoLinger(reset, 0);
                return false;
            })) {
                assertNotNow("the connection failed", send(peer));
            }
        }
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        try (var peer = new RawPeer(socket -> {
            RawPeer.write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            var chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
            while (true) {
                RawPeer.write(socket, chunk);
            }
        })) {
            assertNotNow("the answer is too large", send(peer));
        }
    }

    @Test
    void aSynchronousAnswerMayBeLargeAndNotWithoutEnd() {
        var envelope = Messages.cda().replace("caf\u00e9", "x".repeat(1 << 20));
        try (var peer =
                RawPeer.answering("HTTP/1.1 200 OK\r\nContent-Length: " + envelope.length() + "\r\n\r\n" + envelope)) {
            var taken = (Transport.Taken) client.send(peer.uri(), "us", letter("<a/>", true));
            assertEquals(envelope, taken.response());
            assertNotNow("the answer is too large", client.send(peer.uri(), "us", letter("<a/>", false)));
        }
        try (var peer =
                RawPeer.answering("HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n" + "x".repeat(17 << 20))) {
            assertNotNow("the answer is too large", client.send(peer.uri(), "us", letter("<a/>", true)));
        }
    }

    @Test
    void headersWithoutEndAreCutOff() {
        try (var peer = new RawPeer(socket -> {
            RawPeer.write(socket, "HTTP/1.1 200 OK\r\n");
            while (true) {
                RawPeer.write(socket, "X-More: " + "x".repeat(4096) + "\r\n");
            }
        })) {
            var notNow = assertInstanceOf(Transport.NotNow.class, send(peer));
            assertTrue(notNow.unwell());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectionIsNotFollowed(int status) {
        try (var canary = RawPeer.answering(TAKEN);
                var peer = RawPeer.answering("HTTP/1.1 " + status + " Moved\r\nLocation: " + canary.uri()
                        + "\r\nContent-Length: 0\r\n\r\n")) {
            var notNow = assertInstanceOf(Transport.NotNow.class, send(peer));
            assertEquals("HTTP " + status + " without a SOAP answer", notNow.reason());
            assertEquals(List.of(), canary.requests());
            assertEquals(1, peer.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "401 Unauthorized\r\n",
                "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
                "407 Proxy Authentication Required\r\n",
                "403 Forbidden\r\n",
                "413 Payload Too Large\r\nConnection: close\r\n"
            })
    void aRefusalOfHttpIsFinal(String status) {
        try (var peer = RawPeer.answering("HTTP/1.1 " + status + "Content-Length: 0\r\n\r\n")) {
            var refused = assertInstanceOf(Transport.Refused.class, send(peer));
            assertEquals("HTTP " + status.substring(0, 3), refused.reason());
            assertEquals(text(parse(peer.only().body()), "MessageID"), refused.messageId());
        }
    }

    @Test
    void aPeerThatClosesAfterEachMessageIsWell() {
        try (var peer = new RawPeer(socket -> {
            RawPeer.write(socket, TAKEN.replace("Content-Length", "Connection: close\r\nContent-Length"));
            return false;
        })) {
            for (int i = 0; i < 100; i++) {
                assertInstanceOf(Transport.Taken.class, send(peer), "message " + i);
            }
        }
    }

    @Test
    void aBusyPeerSaysWhen() {
        try (var peer = RawPeer.answering("HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n")) {
            var notNow = assertInstanceOf(Transport.NotNow.class, send(peer));
            assertEquals(Duration.ofSeconds(30), notNow.retryAfter());
        }
    }

    @Test
    void interimAnswersAreNoAnswers() {
        try (var peer = RawPeer.answering("HTTP/1.1 100 Continue\r\n\r\n" + TAKEN)) {
            assertInstanceOf(Transport.Taken.class, send(peer));
        }
    }

    @Test
    void aPeerWithoutTlsIsNoTlsConnection() {
        try (var peer = RawPeer.greeting("HTTP/1.1 400 Bad Request\r\n\r\n")) {
            var secure = URI.create(peer.uri().toString().replace("http:", "https:"));
            assertNotNow("no TLS connection", client(Duration.ofSeconds(10)).send(secure, "us", letter("<a/>", false)));
        }
    }

    @Test
    void aStoppingServerDoesNotWait() {
        try (var peer = new RawPeer(SoapClientTest::hang)) {
            Thread.currentThread().interrupt();
            var notNow = assertInstanceOf(Transport.NotNow.class, send(peer));
            assertFalse(notNow.unwell(), "that says nothing of the peer");
            assertTrue(Thread.interrupted(), "and the thread still knows");
        }
    }
}
