package faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A local application that takes payloads by HTTP. It writes each call down, forced to disk, before it answers; what it
 * answers, and after which wait, is said by a script.
 */
final class BackEnd {
    /** What the back end does with a call. Called before the call is in the journal. */
    interface Script {
        Answer answer(Call call);
    }

    /** One call. */
    record Call(String lane, String id, int attempt) {}

    /** HTTP status, and how long to wait before it. */
    record Answer(int status, long millis) {
        static final Answer OK = new Answer(200, 0);
    }

    private final HttpServer server;
    private final Journal calls;
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> firstArrival = new ConcurrentHashMap<>();
    private volatile Script script;
    private volatile long lastCall = System.nanoTime();
    private volatile Consumer<Call> witness = call -> {};

    BackEnd(Path journal, long seed) throws IOException {
        calls = new Journal(journal);
        script = usual(new Random(seed));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "back-end");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::take);
        server.start();
    }

    /** Slow for one in twenty and busy for one in fifty. */
    static Script usual(Random dice) {
        return call -> {
            int turn = dice.nextInt(100);
            return new Answer(turn < 2 ? 503 : 200, turn < 7 ? turn * 40 : 0);
        };
    }

    void follow(Script next) {
        script = next;
    }

    /** Called after a call is in the journal and before it is answered. */
    void witness(Consumer<Call> next) {
        witness = next;
    }

    int port() {
        return server.getAddress().getPort();
    }

    void close() {
        server.stop(0);
    }

    boolean took(String id) {
        return taken.contains(id);
    }

    /** Milliseconds since the epoch of the first call about each message. */
    Map<String, Long> firstArrivals() {
        return firstArrival;
    }

    boolean isQuiet(int seconds) {
        return System.nanoTime() - lastCall > seconds * 1_000_000_000L;
    }

    private void take(HttpExchange exchange) throws IOException {
        var lane = exchange.getRequestURI().getPath().substring(1);
        var id = exchange.getRequestHeaders().getFirst("Itk-Tracking-Id");
        int attempt = Integer.parseInt(exchange.getRequestHeaders().getFirst("Itk-Attempt"));
        long arrived = System.currentTimeMillis();
        byte[] body;
        try {
            body = exchange.getRequestBody().readAllBytes();
        } catch (IOException e) {
            body = new byte[0];
        }
        // a killed server leaves a short body
        var answer = body.length == Message.PAYLOAD ? script.answer(new Call(lane, id, attempt)) : new Answer(400, 0);
        calls.add(id, attempt, Journal.sha256(body), answer.status(), arrived, lane);
        firstArrival.putIfAbsent(id, arrived);
        lastCall = System.nanoTime();
        if (answer.status() / 100 == 2) {
            taken.add(id);
        }
        witness.accept(new Call(lane, id, attempt));
        if (answer.millis() > 0) {
            LockSupport.parkNanos(answer.millis() * 1_000_000);
            lastCall = System.nanoTime();
        }
        var text = "<taken xmlns=\"urn:bench\" id=\"%s\" attempt=\"%s\"/>"
                .formatted(id, attempt)
                .getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().add("Content-Type", "text/xml");
        try (exchange) {
            exchange.sendResponseHeaders(answer.status(), text.length);
            exchange.getResponseBody().write(text);
        }
    }
}
