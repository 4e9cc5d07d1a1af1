package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.util.Headers;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A response arrives as it was written, however it was written and however slowly it is read. */
@Timeout(600)
class ResponseBufferTest {
    private static final long SEED = 20261130;
    private static final AdmissionPolicy.Limits LIMITS =
            new AdmissionPolicy.Limits(64, 64, 256, 16 << 20, 64 << 20, 64 << 20, false);

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private HttpEdge edge;
    private Undertow server;
    private int port;
    private volatile HttpHandler servlet = exchange -> {};

    @BeforeEach
    void start() {
        edge = new HttpEdge(new AnonymousPolicy(folder, LIMITS), new StaticAssets(), System::nanoTime);
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(exchange -> edge.handle(exchange, servlet))
                .build();
        server.start();
        port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @AfterEach
    void stop() {
        server.stop();
        edge.close();
    }

    @Test
    void aResponseArrivesAsItWasWritten() throws Exception {
        for (int round = 0; round < 60; round++) {
            var content = new byte[random.nextInt(round % 3 == 0 ? 40_000 : 4_000_000)];
            random.nextBytes(content);
            int largest = 1 + random.nextInt(round % 2 == 0 ? 10_000 : 1_500_000);
            boolean chunked = round % 4 != 3;
            boolean slow = round % 5 != 0;
            respond(content, largest, chunked, slow, "seed " + SEED + ", round " + round);
        }
    }

    private void respond(byte[] content, int largest, boolean chunked, boolean slow, String round) throws Exception {
        var written = new CountDownLatch(1);
        var sizes = new Random(content.length);
        servlet = exchange -> {
            if (!chunked) {
                exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, content.length);
            }
            exchange.startBlocking();
            try (var out = exchange.getOutputStream()) {
                for (int from = 0; from < content.length; ) {
                    int size = Math.min(content.length - from, 1 + sizes.nextInt(largest));
                    out.write(content, from, size);
                    from += size;
                }
            } catch (Throwable e) {
                e.printStackTrace();
                throw e;
            } finally {
                written.countDown();
            }
        };
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            var request = "GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            // the second request follows on the same connection: the framing of the first response is right
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream().write(request);
                if (slow && i == 0) {
                    written.await(20, TimeUnit.SECONDS);
                }
                assertArrayEquals(
                        content, body(new DataInputStream(socket.getInputStream())), round + ", response " + i);
            }
        }
    }

    private static String line(DataInputStream in) throws IOException {
        var out = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            out.append((char) c);
        }
        return out.toString().strip();
    }

    private static byte[] body(DataInputStream in) throws IOException {
        assertEquals("HTTP/1.1 200 OK", line(in));
        int length = -1;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.startsWith("Content-Length: ")) {
                length = Integer.parseInt(header.substring(16));
            }
        }
        if (length >= 0) {
            return in.readNBytes(length);
        }
        var out = new java.io.ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            out.write(in.readNBytes(size));
            assertEquals("", line(in), "a chunk ends where its size says");
        }
        assertEquals("", line(in));
        return out.toByteArray();
    }
}
