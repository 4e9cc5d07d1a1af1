package content;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/**
 * Where everything is, and how it is called.
 *
 * @param base the server
 * @param peers one test server that plays the back end and all partners
 * @param home the server's home folder
 * @param token API token
 * @param password of the console's first user
 */
record Bed(String base, String peers, Path home, String token, String password) {
    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
    }

    /** Sends it again when the connection ended without an answer: the server may close one that was idle. Every request can be repeated. */
    static HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    /** Posts a message, with a length or in chunks. Waits and sends it again when the server is busy, as a partner does. */
    HttpResponse<byte[]> post(Letter letter, Random random) throws IOException, InterruptedException {
        var request = request(letter.path()).header("Content-Type", letter.contentType());
        if (!letter.soap12()) {
            request.header("SOAPAction", "\"" + Letter.SERVICES + letter.kind().service + "\"");
        }
        long seed = random.nextLong();
        var body = random.nextBoolean()
                ? HttpRequest.BodyPublishers.ofByteArray(letter.bytes())
                : HttpRequest.BodyPublishers.ofInputStream(() -> new Pieces(letter.bytes(), new Random(seed)));
        for (int attempt = 1; ; attempt++) {
            var answer = send(request.POST(body).build());
            boolean busy = answer.statusCode() == 503
                    || answer.statusCode() == 500 && text(answer.body()).contains(">2100<");
            if (!busy || attempt == 20) {
                return answer;
            }
            Thread.sleep(100L * attempt);
        }
    }

    HttpResponse<byte[]> api(String path) throws IOException, InterruptedException {
        return send(request(path).header("Authorization", "Bearer " + token).GET().build());
    }

    HttpResponse<byte[]> api(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Gives the bytes in pieces of all sizes. */
    private static final class Pieces extends InputStream {
        private final ByteArrayInputStream in;
        private final Random random;

        Pieces(byte[] bytes, Random random) {
            this.in = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return length == 0 ? 0 : in.read(buffer, offset, Math.min(length, 1 + random.nextInt(4096)));
        }
    }
}
