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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too much is turned away unread, and a place is given back however its request ends. */
class AdmissionIT {
    private static final Sample LETTER = Sample.of("send-cda-discharge");
    private static final int PLACES = 4;

    @TempDir
    Path folder;

    /** A request whose body does not come. */
    private static Socket stalled(String base, String framing) throws IOException {
        var socket = connected(base);
        socket.getOutputStream()
                .write(("POST " + LETTER.path() + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n" + framing
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

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
        socket.setSoTimeout(10_000);
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
            answer.append((char) line.getInputStream().read());
        }
        var length = Pattern.compile("(?i)content-length: (\\d+)").matcher(answer);
        assertTrue(length.find(), answer.toString());
        line.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        return Integer.parseInt(answer.substring(9, 12));
    }

    @Test
    void whoFillsThePlacesKeepsNobodyOutForLong() throws IOException {
        try (var server = ServerProcess.at(folder.resolve("home"))
                .with("ITK_REQUESTS", "" + PLACES)
                .with("ITK_REQUESTS_PER_PEER", "" + PLACES)
                .start()) {
            assertEquals(200, LETTER.send(server.url(), Sample.uuid()).status());
            for (var framing : new String[] {"Content-Length: 1000", "Transfer-Encoding: chunked"}) {
                // an answer comes a moment before its place is given back
                server.await(() -> inFlight(server).endsWith(" 0.0"), Duration.ofSeconds(10));
                var stalled = new ArrayList<Socket>();
                for (int i = 0; i < PLACES; i++) {
                    stalled.add(stalled(server.url(), framing));
                }
                server.await(() -> inFlight(server).endsWith(" " + (double) PLACES), Duration.ofSeconds(10));

                var refused = LETTER.send(server.url(), Sample.uuid());
                assertEquals(503, refused.status());
                assertEquals("2", refused.headers().firstValue("Retry-After").orElse(""));
                assertEquals(200, server.status("/health/ready"));

                try (var line = connected(server.url())) {
                    // a small letter keeps its connection, and its next one is taken there
                    assertEquals(503, exchange(line, server.url()));
                    for (var socket : stalled) {
                        socket.close();
                    }
                    server.await(() -> inFlight(server).endsWith(" 0.0"), Duration.ofSeconds(10));
                    assertEquals(200, exchange(line, server.url()));
                }
            }
            assertTrue(server.get("/metrics").body().contains("itk_requests_turned_away_total 4"), inFlight(server));
        }
    }

    @Test
    void bytesHeldInMemoryAreBounded() throws IOException {
        try (var server = ServerProcess.at(folder.resolve("home"))
                .with("ITK_BYTES_IN_FLIGHT", "1500KB")
                .start()) {
            // of a chunked body nobody knows how large it gets: it takes 1 MiB
            try (var stalled = stalled(server.url(), "Transfer-Encoding: chunked")) {
                server.await(() -> inFlight(server).endsWith(" 1.0"), Duration.ofSeconds(10));
                try (var second = stalled(server.url(), "Transfer-Encoding: chunked")) {
                    var answer = new String(second.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                    assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
                }
                assertEquals(200, LETTER.send(server.url(), Sample.uuid()).status());
            }
        }
    }
}
