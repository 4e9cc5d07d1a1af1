package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A local application: calls the REST API with a token and holds every answer against its description. */
final class ApiCaller {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(30))
            .build();

    private final String base;
    private final String authorization;
    private final OpenApi description;

    private ApiCaller(String base, String authorization, OpenApi description) {
        this.base = base;
        this.authorization = authorization;
        this.description = description;
    }

    /** An application with the token of the first run. */
    static ApiCaller of(ServerProcess server, OpenApi description) {
        return new ApiCaller(server.url(), "Bearer " + server.apiToken(), description);
    }

    /** The same application with another header Authorization; an empty one is not sent. */
    ApiCaller as(String otherAuthorization) {
        return new ApiCaller(base, otherAuthorization, description);
    }

    OpenApi.Answer get(String path) {
        return call("GET", path, null, Map.of());
    }

    /** @param json JSON with ' for " */
    OpenApi.Answer post(String path, String json) {
        return call("POST", path, json.replace('\'', '"'), Map.of("Content-Type", "application/json"));
    }

    OpenApi.Answer call(String method, String path, String body, Map<String, String> headers) {
        var publisher = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(90))
                .method(method, publisher);
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        headers.forEach(request::header);
        try {
            var answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return description.check(
                    new OpenApi.Answer(method, path, answer.statusCode(), answer.headers(), answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
