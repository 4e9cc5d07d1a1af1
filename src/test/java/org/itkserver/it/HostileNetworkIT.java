package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no HTTP library sends. The whole catalogue of attacks is run by bench/attacks/run. */
class HostileNetworkIT {
    private static final String PATH = "/itk/services/SendCDADocument-v2-0";
    /** Milliseconds after which a server that may stay silent is taken to be silent. */
    private static final int PATIENCE = 1_500;
    /** Milliseconds that an answer which must come may take. */
    private static final int LONGEST_ANSWER = 60_000;

    @TempDir
    static Path folder;

    private static ServerProcess server;

    @BeforeAll
    static void start() {
        server = ServerProcess.at(folder.resolve("home")).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void theNextGoodMessageIsAccepted() {
        assertEquals(200, Attempt.soap11(server.url()).send().status());
    }

    /** What comes on one connection until the server closes it or says nothing more. */
    private static String exchange(String request) throws IOException {
        return exchange(request, PATIENCE);
    }

    private static String exchange(String request, int patience) throws IOException {
        try (var socket = new Socket("127.0.0.1", URI.create(server.url()).getPort())) {
            socket.setSoTimeout(patience);
            var got = new ByteArrayOutputStream();
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                for (int b = socket.getInputStream().read();
                        b >= 0;
                        b = socket.getInputStream().read()) {
                    got.write(b);
                }
            } catch (SocketException | SocketTimeoutException e) {
                // what came before counts
            }
            return got.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static String post(String headers, String body) {
        return "POST " + PATH + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nConnection: close\r\n"
                + headers + "\r\n" + body;
    }

    private static int answers(String got) {
        return got.split("HTTP/1\\.1 ", -1).length - 1;
    }

    /** Its body may never come. */
    @Test
    void whatIsAnnouncedAsTooLargeIsAnsweredAtOnce() throws IOException {
        var got = exchange(post("Content-Length: 1000000000000\r\n", "<soap"), LONGEST_ANSWER);
        assertTrue(got.startsWith("HTTP/1.1 413 "), got);
        assertEquals(1, answers(got), got);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: 5, 6\r\n",
                "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n",
                "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n",
                "Transfer-Encoding:\u000bchunked\r\nContent-Length: 5\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: +5\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Content-Length: 18446744073709551617\r\n"
            })
    void aFramingThatMayBeReadTwoWaysHidesNoSecondRequest(String headers) throws IOException {
        var got = exchange(post(headers, "0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        assertTrue(answers(got) <= 1, got);
        assertFalse(got.startsWith("HTTP/1.1 20") || got.contains("jvm_heap"), got);
    }

    /** They are told to go on, say nothing, and hold no worker. */
    @Test
    void whoeverWaitsToBeToldToGoOnHoldsNoWorker() throws IOException {
        var waiting = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 100; i++) {
                var socket = new Socket("127.0.0.1", URI.create(server.url()).getPort());
                waiting.add(socket);
                socket.setSoTimeout(LONGEST_ANSWER);
                socket.getOutputStream()
                        .write(post("Content-Length: 5000\r\nExpect: 100-continue\r\n", "")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            for (var socket : waiting) {
                var told = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                assertEquals("HTTP/1.1 100", told);
            }
            long start = System.nanoTime();
            theNextGoodMessageIsAccepted();
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5);
            SilentConnections.assertOpen(waiting);
        } finally {
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void aLetterAfterExpectIsAccepted() throws IOException {
        var letter = Attempt.soap11("http://127.0.0.1");
        var got = exchange(
                post(
                        "SOAPAction: " + letter.soapActions.get(0) + "\r\nExpect: 100-continue\r\nContent-Length: "
                                + letter.text.getBytes(StandardCharsets.UTF_8).length + "\r\n",
                        new String(letter.text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)),
                LONGEST_ANSWER);
        assertTrue(got.contains("HTTP/1.1 200 "), got);
    }

    @ParameterizedTest
    @ValueSource(strings = {"g\r\n", "0x5\r\n", "-5\r\n", "ffffffffffffffff1\r\n"})
    void aChunkSizeThatIsNoneIsRefused(String size) throws IOException {
        var got = exchange(post("Transfer-Encoding: chunked\r\n", size + "hello\r\n0\r\n\r\n"));
        assertTrue(answers(got) <= 1, got);
        assertFalse(got.startsWith("HTTP/1.1 20"), got);
    }

    @Test
    void headersAreBound() throws IOException {
        for (var headers : new String[] {"X-Long: " + "x".repeat(100_000) + "\r\n", "X-A: b\r\n".repeat(10_000)}) {
            var got = exchange(post(headers + "Content-Length: 0\r\n", ""));
            assertFalse(got.startsWith("HTTP/1.1 2") || got.contains("Exception"), got);
        }
    }

    @Test
    void thereIsNoOtherProtocolBehindIt() throws IOException {
        for (var protocol : new String[] {"h2c", "websocket", "jboss-remoting"}) {
            var got = exchange(
                    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: "
                            + protocol + "\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
            assertFalse(got.startsWith("HTTP/1.1 101"), got);
        }
    }
}
