package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too much is turned away, and its sender keeps its connection. */
@Tag("alone")
class AdmissionIT {
    private static final Sample LETTER = Sample.of("send-cda-discharge");
    private static final Sample QUERY = Sample.of("send-recv-dist-envelope-query-scr");
    private static final int PLACES = 4;
    private static final String DIRECTORY =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"] }
            handlers: { slow: { http: "http://127.0.0.1:%d/", timeout: PT60S } }
            services: [ { name: sendRecvDistEnvelope, handler: slow } ]
            """;

    @TempDir
    Path folder;

    private static String inFlight(ServerProcess server) {
        try {
            return server.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("itk_requests_in_flight "))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static Socket connected(String url) throws IOException {
        var at = URI.create(url);
        var socket = new Socket(at.getHost(), at.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /** Sends a letter and reads its whole answer; the status. */
    private static int exchange(Socket line, String url) throws IOException {
        var body = LETTER.fill(url + LETTER.path(), Sample.uuid()).getBytes(StandardCharsets.UTF_8);
        var head = "POST " + LETTER.path() + " HTTP/1.1\r\nHost: "
                + URI.create(url).getAuthority() + "\r\nContent-Type: text/xml;charset=UTF-8\r\n" + "SOAPAction: \""
                + LETTER.action() + "\"\r\nContent-Length: " + body.length + "\r\n\r\n";
        line.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        line.getOutputStream().write(body);
        var answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = line.getInputStream().read();
            assertTrue(next >= 0, () -> "the connection ended after: " + answer);
            answer.append((char) next);
        }
        var length = Pattern.compile("(?i)content-length: (\\d+)").matcher(answer);
        assertTrue(length.find(), answer.toString());
        line.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        return Integer.parseInt(answer.substring(9, 12));
    }

    /** Requests hold a place while they run or wait for a thread; bodies that do not come hold none. */
    @Test
    void whatIsTooMuchIsTurnedAwayAndItsConnectionKept() throws Exception {
        try (var backEnd = new BackEnd(0);
                var server = ServerProcess.at(folder.resolve("home"))
                        .directory(DIRECTORY.formatted(backEnd.port()))
                        .with("ITK_REQUESTS", "" + PLACES)
                        .with("ITK_REQUESTS_PER_PEER", "" + PLACES)
                        .with("ITK_SYNC_DEADLINE", "PT5M")
                        .start()) {
            backEnd.answer = "<answer/>";
            var gate = new CountDownLatch(1);
            backEnd.gate = gate;
            var waiting = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < PLACES; i++) {
                waiting.add(CompletableFuture.supplyAsync(
                        () -> QUERY.send(server.url(), Sample.uuid()).status()));
            }
            server.await(() -> inFlight(server).endsWith(" " + (double) PLACES), Duration.ofSeconds(60));

            var refused = LETTER.send(server.url(), Sample.uuid());
            assertEquals(503, refused.status());
            assertEquals("2", refused.headers().firstValue("Retry-After").orElse(""));
            assertEquals(200, server.status("/health/ready"));
            try (var line = connected(server.url())) {
                assertEquals(503, exchange(line, server.url()));
                gate.countDown();
                for (var answer : waiting) {
                    assertEquals(200, answer.get(60, TimeUnit.SECONDS));
                }
                // an answer comes a moment before its place is given back
                server.await(() -> inFlight(server).endsWith(" 0.0"), Duration.ofSeconds(60));
                assertEquals(200, exchange(line, server.url()));
            }
            assertTrue(server.get("/metrics").body().contains("itk_requests_turned_away_total 2"), inFlight(server));
        }
    }

    /** Without memory a body goes into a spool file; without room there, its sender is told to come again. */
    @Test
    void aBodyThatFindsNoMemoryIsSpooled() throws IOException {
        try (var server = ServerProcess.at(folder.resolve("small"))
                .with("ITK_BYTES_IN_FLIGHT", "16KB")
                .with("ITK_SPOOL", "4MB")
                .start()) {
            assertEquals(200, LETTER.send(server.url(), Sample.uuid()).status());
            var large = Attempt.soap11(server.url());
            large.swap("<recordTarget>", "<text>" + "x".repeat(1_000_000) + "</text><recordTarget>");
            assertEquals(200, large.send().status());
            var larger = Attempt.soap11(server.url());
            larger.swap("<recordTarget>", "<text>" + "x".repeat(2_000_000) + "</text><recordTarget>");
            assertEquals(503, larger.send().status());
            assertEquals(200, LETTER.send(server.url(), Sample.uuid()).status());
        }
    }
}
