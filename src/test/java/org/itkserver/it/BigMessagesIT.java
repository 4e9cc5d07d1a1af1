package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 50 MB at {@code -Xmx256m}: size costs disk, not heap. */
class BigMessagesIT {
    private static final int MB = 1 << 20;
    private static final Pattern HEAP = Pattern.compile("jvm_heap_used_bytes ([0-9.E]+)");

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;

    @BeforeAll
    static void start() {
        postgres = new Postgres();
        server = postgres.configure(ServerProcess.at(folder.resolve("home")).jvm("-Xmx256m"))
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        postgres.close();
    }

    @Test
    void fiftyMegabytesOfBase64() throws Exception {
        var attempt = Attempt.soap11(server.url());
        attempt.swap("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"true\"");
        int start = attempt.text.indexOf("<ClinicalDocument");
        int end = attempt.text.indexOf("</ClinicalDocument>") + 19;
        attempt.text = attempt.text.substring(0, start)
                + "QUJDRA==".substring(0, 4).repeat(50 * MB / 4)
                + attempt.text.substring(end);
        accepted(attempt);
    }

    @Test
    void fourHundredThousandElements() throws Exception {
        var attempt = Attempt.soap11(server.url());
        var line = "<entry xmlns=\"urn:hl7-org:v3\"><value code=\"A1\">" + "x".repeat(70) + "</value></entry>";
        attempt.swap(
                "<recordTarget>", line.replace(" xmlns=\"urn:hl7-org:v3\"", "").repeat(200_000 * 2) + "<recordTarget>");
        accepted(attempt);
    }

    private static void accepted(Attempt attempt) throws Exception {
        long before = liveHeap();
        var reply = attempt.send();
        assertEquals("OK", reply.text("SimpleMessageResponse"), reply.body());
        long growth = liveHeap() - before;
        assertTrue(growth < 64L * MB, "live heap grew by " + growth);
        assertTrue(postgres.count("select max(raw_size) from message") > 40L * MB);
    }

    private static long liveHeap() throws Exception {
        var gc = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(server.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .start();
        gc.getInputStream().readAllBytes();
        assertEquals(0, gc.waitFor());
        var heap = HEAP.matcher(server.get("/metrics").body());
        assertTrue(heap.find());
        return (long) Double.parseDouble(heap.group(1));
    }

    @Test
    void whatIsTooLargeIsNotReadToItsEnd() throws IOException {
        var port = Integer.parseInt(server.url().substring(server.url().lastIndexOf(':') + 1));
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("POST /itk HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
                                    + "Content-Length: 1000000000000\r\n\r\n<soap")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[2 * MB]);
            var status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 413", status);
        }
    }
}
