package org.itkserver.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.itkserver.io.ProblemType;

/** What the HTTP edge answers by itself. */
final class Refusal {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Refusal() {}

    /** Refuses a request and ends its connection. */
    static void send(HttpServerExchange exchange, int status, String reason) {
        exchange.setStatusCode(status);
        exchange.setPersistent(false);
        text(exchange, reason);
    }

    /** Asks the client to send the request again later. */
    static void notNow(HttpServerExchange exchange, String reason) {
        exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE);
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "2");
        text(exchange, reason);
    }

    /** API clients get a problem document (RFC 9457), others plain text. */
    private static void text(HttpServerExchange exchange, String reason) {
        boolean problem = Route.of(exchange.getRelativePath()) == Route.API;
        var body = problem ? document(ProblemType.ofStatus(exchange.getStatusCode()), reason) : reason + "\n";
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, problem ? "application/problem+json" : "text/plain;charset=UTF-8");
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        ShortAnswer.send(exchange, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String document(ProblemType type, String reason) {
        return JSON.createObjectNode()
                        .put("type", type.urn())
                        .put("title", type.title())
                        .put("status", type.status())
                        .put("detail", reason)
                + "\n";
    }
}
