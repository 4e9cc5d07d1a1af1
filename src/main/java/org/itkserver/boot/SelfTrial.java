package org.itkserver.boot;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.itkserver.admin.Trial;

/** Sends trial messages to this server's own listener; only on a loopback address of a demonstration. Thread-safe. */
final class SelfTrial implements Trial {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int LARGEST = 256 * 1024;

    private final String base;
    private final BooleanSupplier allowed;

    private SelfTrial(String base, BooleanSupplier allowed) {
        this.base = base;
        this.allowed = allowed;
    }

    /** @param demonstration whether the server answers with invented data */
    static SelfTrial of(Settings settings, BooleanSupplier demonstration) {
        var at = settings.listeners();
        boolean loopback = at.plain() != null && LOOPBACK.contains(at.bind());
        return new SelfTrial("http://" + at.bind() + ":" + at.plain(), () -> loopback && demonstration.getAsBoolean());
    }

    @Override
    public boolean isAllowed() {
        return allowed.getAsBoolean();
    }

    @Override
    public String base() {
        return base;
    }

    @Override
    public Answer send(String path, String action, boolean soap12, String message)
            throws IOException, InterruptedException {
        // made for each trial: there are few, and an idle client keeps a thread
        var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build();
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(WAIT)
                .POST(HttpRequest.BodyPublishers.ofString(message, StandardCharsets.UTF_8));
        if (soap12) {
            request.header("Content-Type", "application/soap+xml;charset=UTF-8;action=\"" + action + "\"");
        } else {
            request.header("Content-Type", "text/xml;charset=UTF-8").header("SOAPAction", "\"" + action + "\"");
        }
        long start = System.nanoTime();
        var answer = client.send(request.build(), BodyHandlers.ofInputStream());
        try (var in = answer.body()) {
            var body = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
            return new Answer(answer.statusCode(), body, Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
