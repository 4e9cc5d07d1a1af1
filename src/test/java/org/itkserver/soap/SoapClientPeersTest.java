package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.itkserver.envelope.Messages;
import org.itkserver.exchange.Transport;
import org.itkserver.it.ServerProcess;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer can do to the client (H11). No test waits longer than half a second for one. */
@Timeout(300)
class SoapClientPeersTest {
    private static final Duration SOON = Duration.ofMillis(400);

    private final Clock clock = new SettableClock();
    private final SoapClient client = Letters.client(clock, Duration.ofSeconds(60));

    private Transport.Result send(RawPeer peer) {
        return client.send(peer.uri(), "us", Letters.letter("<a/>", false));
    }

    private static void assertNotNow(String reason, Transport.Result result) {
        var notNow = assertInstanceOf(Transport.NotNow.class, result);
        assertEquals(reason, notNow.reason());
        assertTrue(notNow.unwell());
        assertFalse(notNow.messageId().isEmpty());
    }

    @Test
    void nobodyThereIsNoConnection() {
        var gone = URI.create("http://127.0.0.1:" + ServerProcess.freePort() + "/itk");
        assertNotNow("no connection", client.send(gone, "us", Letters.letter("<a/>", false)));
    }

    @Test
    void aNameThatDoesNotResolveIsNoConnection() {
        var nowhere = URI.create("http://nowhere.invalid/");
        assertNotNow("no connection", client.send(nowhere, "us", Letters.letter("<a/>", false)));
    }

    @Test
    void aPeerThatNeverAnswersIsGivenUp() {
        try (var peer = new RawPeer(SoapClientPeersTest::hang)) {
            assertNotNow(
                    "no whole answer in 0 s",
                    Letters.client(clock, SOON).send(peer.uri(), "us", Letters.letter("<a/>", false)));
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
            assertNotNow(
                    "no whole answer in 0 s",
                    Letters.client(clock, SOON).send(peer.uri(), "us", Letters.letter("<a/>", false)));
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
        var envelope =
                Messages.cda().replace(Messages.SERVICE, "urn:aResponse").replace("caf\u00e9", "x".repeat(1 << 20));
        try (var peer =
                RawPeer.answering("HTTP/1.1 200 OK\r\nContent-Length: " + envelope.length() + "\r\n\r\n" + envelope)) {
            var taken = (Transport.Taken) client.send(peer.uri(), "us", Letters.letter("<a/>", true));
            assertEquals(envelope, taken.response());
            assertNotNow("the answer is too large", client.send(peer.uri(), "us", Letters.letter("<a/>", false)));
        }
        try (var peer =
                RawPeer.answering("HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n" + "x".repeat(17 << 20))) {
            assertNotNow("the answer is too large", client.send(peer.uri(), "us", Letters.letter("<a/>", true)));
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
        try (var canary = RawPeer.answering(Letters.TAKEN);
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
                "404 Not Found\r\nConnection: close\r\n"
            })
    void aRefusalOfHttpHoldsTheEndpoint(String status) {
        try (var peer = RawPeer.answering("HTTP/1.1 " + status + "Content-Length: 0\r\n\r\n")) {
            var refused = assertInstanceOf(Transport.Held.class, send(peer));
            assertEquals("HTTP " + status.substring(0, 3), refused.reason());
            assertEquals(Letters.text(Letters.parse(peer.only().body()), "MessageID"), refused.messageId());
        }
    }

    @Test
    void aPeerThatClosesAfterEachMessageIsWell() {
        try (var peer = new RawPeer(socket -> {
            RawPeer.write(socket, Letters.TAKEN.replace("Content-Length", "Connection: close\r\nContent-Length"));
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
        try (var peer = RawPeer.answering("HTTP/1.1 100 Continue\r\n\r\n" + Letters.TAKEN)) {
            assertInstanceOf(Transport.Taken.class, send(peer));
        }
    }

    @Test
    void aPeerWithoutTlsIsNoTlsConnection() {
        try (var peer = RawPeer.greeting("HTTP/1.1 400 Bad Request\r\n\r\n")) {
            var secure = URI.create(peer.uri().toString().replace("http:", "https:"));
            assertNotNow("no TLS connection", client.send(secure, "us", Letters.letter("<a/>", false)));
        }
    }

    @Test
    void aStoppingServerDoesNotWait() {
        try (var peer = new RawPeer(SoapClientPeersTest::hang)) {
            Thread.currentThread().interrupt();
            var notNow = assertInstanceOf(Transport.NotNow.class, send(peer));
            assertFalse(notNow.unwell(), "that says nothing of the peer");
            assertTrue(Thread.interrupted(), "and the thread still knows");
        }
    }
}
