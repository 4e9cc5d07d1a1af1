package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the HTTP edge refuses by itself keeps to the description of the REST API there, and is plain text elsewhere. */
class RefusalTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private Undertow server;
    private String base;
    private volatile HttpHandler handler = exchange -> {};

    @BeforeEach
    void start() {
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(exchange -> handler.handleRequest(exchange))
                .build();
        server.start();
        base = "http://127.0.0.1:"
                + ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private HttpResponse<String> get(String path) throws Exception {
        var answer = client.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""));
        return answer;
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 408, 503})
    void theApiGetsAProblemOfItsDescription(int status) throws Exception {
        handler = exchange -> Refusal.send(exchange, status, "It \"breaks\" a rule.");
        var answer = get("/api/inbox");
        assertEquals(status, answer.statusCode());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
        var problem = new ObjectMapper().readTree(answer.body());
        assertEquals(status, problem.path("status").asInt());
        assertEquals("It \"breaks\" a rule.", problem.path("detail").asText());
        try (var description = Refusal.class.getResourceAsStream("/openapi.yaml")) {
            var text = new String(description.readAllBytes(), StandardCharsets.UTF_8);
            var type = problem.path("type").asText();
            assertTrue(text.contains("            - \"" + type + "\"\n"), type);
        }
    }

    @Test
    void elsewhereItIsText() throws Exception {
        handler = exchange -> Refusal.notNow(exchange, "Not now.");
        var answer = get("/itk/services/x");
        assertEquals(503, answer.statusCode());
        assertEquals("2", answer.headers().firstValue("Retry-After").orElse(""));
        assertEquals("Not now.\n", answer.body());
    }
}
