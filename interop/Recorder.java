import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Stands between a client and the server and prints what goes over the wire: {@code java Recorder.java PORT SERVER-PORT}. */
public final class Recorder {
    /** The JDK's client writes these itself. */
    private static final Set<String> OWN = Set.of("connection", "content-length", "expect", "host", "upgrade", "http2-settings");

    private static final Set<String> ANSWERED = Set.of("content-type", "retry-after");

    private Recorder() {}

    public static void main(String[] args) throws IOException {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var port = Integer.parseInt(args[0]);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        server.createContext("/", exchange -> {
            try (exchange) {
                pass(exchange, client, "http://127.0.0.1:" + args[1]);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    private static void pass(HttpExchange exchange, HttpClient client, String server) throws IOException, InterruptedException {
        var body = exchange.getRequestBody().readAllBytes();
        var request = HttpRequest.newBuilder(URI.create(server + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        var sent = new StringBuilder("> " + exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OWN.contains(name.toLowerCase())) {
                values.forEach(value -> request.header(name, value));
                sent.append("> ").append(name).append(": ").append(String.join(", ", values)).append('\n');
            }
        });
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        print(sent.append(text(body)).append("\n< HTTP ").append(answer.statusCode()).append('\n').append(text(answer.body())));
        answer.headers().map().forEach((name, values) -> {
            if (ANSWERED.contains(name.toLowerCase())) {
                exchange.getResponseHeaders().put(name, List.copyOf(values));
            }
        });
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    private static synchronized void print(StringBuilder text) {
        System.out.println(text.append('\n'));
        System.out.flush();
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
