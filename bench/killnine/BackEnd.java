package killnine;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A local application that takes payloads by HTTP. It writes each call down, forced to disk, before it answers; it is
 * slow for one in twenty and busy (503) for one in fifty.
 */
final class BackEnd {
    private final HttpServer server;
    private final Journal calls;
    private final Random dice;
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private volatile long lastCall = System.nanoTime();

    BackEnd(Path journal, long seed) throws IOException {
        calls = new Journal(journal, true);
        dice = new Random(seed);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "back-end");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::take);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Whether all these were taken and nobody has called for a while. */
    boolean hasAll(Set<String> trackingIds) {
        return taken.containsAll(trackingIds) && System.nanoTime() - lastCall > 3_000_000_000L;
    }

    private void take(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readAllBytes();
        var id = exchange.getRequestHeaders().getFirst("Itk-Tracking-Id");
        var attempt = exchange.getRequestHeaders().getFirst("Itk-Attempt");
        int turn = dice.nextInt(100);
        // a killed server leaves a short body; from a living one it would be rejected here, and missed by the check
        int status = body.length != Message.PAYLOAD ? 400 : turn < 2 ? 503 : 200;
        calls.add(id, attempt, Journal.sha256(body), status);
        lastCall = System.nanoTime();
        if (turn < 7) {
            LockSupport.parkNanos(turn * 40_000_000L);
        }
        if (status == 200) {
            taken.add(id);
        }
        var answer = "<taken xmlns=\"urn:bench\" id=\"%s\" attempt=\"%s\"/>"
                .formatted(id, attempt)
                .getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().add("Content-Type", "text/xml");
        try (exchange) {
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }
}
