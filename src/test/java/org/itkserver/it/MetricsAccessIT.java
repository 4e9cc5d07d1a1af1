package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind a proxy, the figures need a token with the scope metrics. */
class MetricsAccessIT {
    private static final Pattern SECRET = Pattern.compile("id=\"secret\">([^<]+)<");

    @TempDir
    Path folder;

    private static int metrics(ServerProcess server, String token) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.url() + "/metrics"));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        var answer = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(answer.statusCode() == 200, answer.body().contains("itk_messages_accepted"), answer.body());
        return answer.statusCode();
    }

    @Test
    void onLoopbackWithoutAProxyTheFiguresNeedNoToken() throws Exception {
        try (var server = ServerProcess.at(folder.resolve("home")).start()) {
            assertEquals(200, metrics(server, ""));
            var page = Visitor.admin(server).submit("/admin/clients", form("name", "prometheus", "scope", "metrics"));
            assertEquals(200, page.statusCode());
            var secret = SECRET.matcher(page.body());
            assertTrue(secret.find());
            var first = server.apiToken();
            server.stop();
            try (var behind = ServerProcess.at(folder.resolve("home"))
                    .with("ITK_PUBLIC_URL", "https://itk.example")
                    .start()) {
                assertEquals(401, metrics(behind, ""));
                assertEquals(401, metrics(behind, "wrong"));
                assertEquals(403, metrics(behind, first));
                assertEquals(200, metrics(behind, secret.group(1)));
            }
        }
    }
}
