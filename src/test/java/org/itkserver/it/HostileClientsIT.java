package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that send or read nothing hold connections, and no thread: an honest sender does not notice them. */
@Tag("alone")
class HostileClientsIT {
    private static final String LETTERS = "/itk/services/SendCDADocument-v2-0";
    private static final int CONNECTIONS = 200;
    private static final List<String> WAITING =
            List.of("closeAndDrainRequest", "awaitReadable", "awaitWritable", "readBlocking");

    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static Sample letter;

    private final List<Socket> connections = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = ServerProcess.at(folder.resolve("home")).start();
        letter = Sample.of("send-cda-discharge");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void everythingIsGivenBack() throws IOException {
        for (var connection : connections) {
            connection.close();
        }
        server.await(() -> metric("itk_requests_in_flight") == 0, Duration.ofSeconds(60));
    }

    private static double metric(String name) {
        try {
            return server.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                    .sum();
        } catch (IOException e) {
            return -1;
        }
    }

    /** What a client does that holds what it can. */
    enum Kind {
        GET_WITHOUT_ITS_BODY(request("GET /health/ready", "Content-Length: 16000")),
        POST_TO_ANY_ADDRESS(request("POST /nothing/here", "Content-Length: 16000")),
        FORM_THAT_DRIPS(
                request("POST /admin/login", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000")
                        + "name=a"),
        JSON_THAT_NEVER_COMES(
                request("POST /api/messages", "Content-Type: application/json\r\nTransfer-Encoding: chunked")),
        MESSAGE_THAT_NEVER_COMES(request("POST " + LETTERS, "Content-Type: text/xml\r\nContent-Length: 5000")),
        CHUNKED_MESSAGE_THAT_NEVER_COMES(
                request("POST " + LETTERS, "Content-Type: text/xml\r\nTransfer-Encoding: chunked") + "5\r\n<soap\r\n"),
        LARGE_MESSAGE_THAT_STALLS(
                request("POST " + LETTERS, "Content-Type: text/xml\r\nContent-Length: 60000000") + "x".repeat(100_000)),
        REFUSED_BY_ITS_SIZE(request("POST " + LETTERS, "Content-Type: text/xml\r\nContent-Length: 99999999999")
                + "x".repeat(2_000)),
        STYLE_SHEET_THAT_IS_NOT_READ(request("GET /assets/nhsuk-frontend-10.6.1.min.css", "Accept: */*")
                .repeat(40)),
        WSDL_THAT_IS_NOT_READ(request("GET " + LETTERS + "?wsdl", "Accept: */*").repeat(200)),
        CONTRACT_THAT_IS_NOT_READ(
                request("GET /api/openapi.yaml", "Accept: */*").repeat(200)),
        HEAD_THAT_DOES_NOT_END("POST " + LETTERS + " HTTP/1.1\r\nHost: x\r\nX-Drip: ");

        private final String bytes;

        Kind(String bytes) {
            this.bytes = bytes;
        }

        private static String request(String line, String headers) {
            return line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n\r\n";
        }
    }

    @ParameterizedTest
    @EnumSource
    void anHonestSenderDoesNotNotice(Kind kind) throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(connect("127.0.1." + (1 + i % 2), kind.bytes));
        }
        for (int i = 0; i < 5; i++) {
            long letters = millis(() ->
                    assertEquals(200, letter.send(server.url(), Sample.uuid()).status()));
            assertTrue(letters < 1_000, () -> "a letter took " + letters + " ms");
            long live = millis(() -> assertEquals(200, server.status("/health/live")));
            assertTrue(live < 500, () -> "the liveness check took " + live + " ms");
            drip();
        }
        var threads = threadDump();
        WAITING.forEach(method -> assertFalse(threads.contains(method), () -> method + " in\n" + threads));
    }

    private void drip() throws IOException {
        for (var connection : connections) {
            try {
                connection.getOutputStream().write('x');
            } catch (SocketException e) {
                // the server has closed it
            }
        }
    }

    private static Socket connect(String from, String bytes) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(2048);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(
                new InetSocketAddress("127.0.0.1", URI.create(server.url()).getPort()), 60_000);
        try {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        } catch (SocketException e) {
            // answered and closed before all of it was sent
        }
        return socket;
    }

    private interface Step {
        void run() throws Exception;
    }

    private static long millis(Step step) throws Exception {
        long start = System.nanoTime();
        step.run();
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private static String threadDump() throws IOException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(server.pid()), "Thread.print")
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A connection that is closed with unread input is reset, and its client would lose the answer. */
    @Test
    void whoeverStillSendsReadsTheAnswer() throws IOException {
        var head = "POST " + LETTERS + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n";
        for (int i = 0; i < 20; i++) {
            assertEquals("413", statusAfterSending(head + "Content-Length: 99999999999\r\n\r\n", 2_000_000));
            assertEquals("500", statusAfterSending(head + "Content-Length: 2000000\r\n\r\n", 2_000_000));
            assertEquals(
                    "400",
                    statusAfterSending(
                            "GET /admin/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", 900_000));
        }
    }

    private static String statusAfterSending(String head, int size) throws IOException {
        try (var socket = connect("127.0.0.1", head)) {
            socket.setSoTimeout(60_000);
            var block = "x".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
            for (int sent = 0; sent < size; sent += block.length) {
                try {
                    socket.getOutputStream().write(block);
                } catch (SocketException e) {
                    break;
                }
            }
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).substring(9);
        }
    }

    /** A large message is spooled before a thread has it, and one that is larger than announced is refused. */
    @Test
    void aLargeMessageArrivesWhole() throws Exception {
        var attempt = Attempt.soap11(server.url());
        attempt.swap("<recordTarget>", "<text>" + "Large letter. ".repeat(400_000) + "</text><recordTarget>");
        var answer = attempt.send();
        assertEquals("OK", answer.text("SimpleMessageResponse"), answer.body());
    }

    /** Silent connections of one address leave connections of the listener to others. */
    @Test
    void oneAddressHas256Connections() throws Exception {
        int port = URI.create(server.url()).getPort();
        double refused = metric("itk_connections_refused_total");
        try (var silent = new SilentConnections("127.0.1.7", port, 300)) {
            server.await(() -> silent.closed() == 44, Duration.ofSeconds(60));
            assertEquals(refused + 44, metric("itk_connections_refused_total"));
            assertEquals(200, letter.send(server.url(), Sample.uuid()).status());
        }
        // the server sees a moment later that they are closed
        server.await(() -> areTaken("127.0.1.7", port, 200), Duration.ofSeconds(60));
    }

    /** Whether the server keeps so many more connections from an address open, which a letter after them proves. */
    private static boolean areTaken(String from, int port, int number) {
        try (var again = new SilentConnections(from, port, number)) {
            assertEquals(200, letter.send(server.url(), Sample.uuid()).status());
            return again.closed() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
