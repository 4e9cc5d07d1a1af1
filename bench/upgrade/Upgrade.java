import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What bench/upgrade/run does between two releases.
 *
 * <pre>
 * Upgrade fill FOLDER SAMPLE NODES...             sends letters to the release before and writes them down
 * Upgrade check FOLDER BACK-END-PORT NODES...     plays the back end and looks for each of them at the new release
 * </pre>
 *
 * A node is its URL, a comma and its API token. The last line printed is the result; exit code 1 when a letter is missing,
 * changed or handled twice.
 */
final class Upgrade {
    private static final int LETTERS = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();

    /** A server. */
    private record Node(String url, String token) {
        static Node of(String text) {
            return new Node(text.substring(0, text.indexOf(',')), text.substring(text.indexOf(',') + 1));
        }

        HttpResponse<String> api(String path) throws IOException, InterruptedException {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", "Bearer " + token).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[1]);
        var nodes = List.of(arguments).subList(3, arguments.length).stream().map(Node::of).toList();
        if (arguments[0].equals("fill")) {
            fill(folder, Files.readString(Path.of(arguments[2])), nodes);
        } else {
            System.exit(check(folder, Integer.parseInt(arguments[2]), nodes) ? 0 : 1);
        }
    }

    /** Half of the letters go to the back end, which is away, half to the inbox. */
    private static void fill(Path folder, String sample, List<Node> nodes) throws Exception {
        Files.createDirectories(folder);
        for (int i = 0; i < LETTERS; i++) {
            var trackingId = uuid();
            var letter = letter(sample, trackingId, i % 2 == 0 ? "back-end" : "inbox");
            var answer = post(nodes.get(i % nodes.size()), letter);
            if (answer.statusCode() != 200) {
                throw new IOException("a letter was answered " + answer.statusCode() + ": " + answer.body());
            }
            Files.writeString(folder.resolve(trackingId), letter);
        }
        System.out.println(LETTERS + " letters accepted by " + nodes.size() + " node(s)");
    }

    private static String letter(String sample, String trackingId, String address) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var values = Map.of(
                "messageId", uuid(),
                "trackingId", trackingId,
                "timestampId", uuid(),
                "payloadId", uuid(),
                "to", "{{to}}",
                "created", now.toString(),
                "expires", now.plusSeconds(600).toString());
        var text = sample.replace("Z9999:cardiology", "Z9999:" + address).replaceAll("(ackrequested\" value=)\"true\"", "$1\"false\"");
        for (var value : values.entrySet()) {
            text = text.replace("{{" + value.getKey() + "}}", value.getValue());
        }
        return text;
    }

    private static HttpResponse<String> post(Node node, String letter) throws IOException, InterruptedException {
        var url = node.url() + "/itk/services/SendCDADocument-v2-0";
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "text/xml")
                        .header("SOAPAction", "\"urn:nhs-itk:services:201005:SendCDADocument-v2-0\"")
                        .POST(HttpRequest.BodyPublishers.ofString(letter.replace("{{to}}", url)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static boolean check(Path folder, int port, List<Node> nodes) throws Exception {
        var calls = new ConcurrentHashMap<String, AtomicInteger>();
        var bodies = new ConcurrentHashMap<String, String>();
        var backEnd = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 50);
        backEnd.setExecutor(Executors.newFixedThreadPool(4));
        backEnd.createContext("/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var trackingId = exchange.getRequestHeaders().getFirst("Itk-Tracking-Id");
            bodies.put(trackingId, body);
            calls.computeIfAbsent(trackingId, id -> new AtomicInteger()).incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        backEnd.start();
        List<Path> letters;
        try (var files = Files.list(folder)) {
            letters = files.sorted().toList();
        }
        var wrong = new ArrayList<String>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (calls.size() < letters.size() / 2 && System.nanoTime() < end) {
            Thread.sleep(200);
        }
        for (int i = 0; i < letters.size(); i++) {
            one(letters.get(i), nodes.get(i % nodes.size()), nodes.get((i + 1) % nodes.size()), bodies, wrong);
        }
        // a copy that were handled again would be delivered within this time: the lanes are idle
        Thread.sleep(5_000);
        calls.forEach((id, times) -> {
            if (times.get() != 1) {
                wrong.add(id + " was delivered " + times + " times");
            }
        });
        backEnd.stop(0);
        wrong.stream().limit(10).forEach(System.out::println);
        System.out.println(letters.size() + " letters, " + calls.size() + " delivered after the upgrade, " + wrong.size() + " wrong");
        return wrong.isEmpty() && calls.size() == letters.size() / 2;
    }

    /** Each is at its end, has its bytes, and is not handled again when its sender sends it again to another node. */
    private static void one(Path file, Node node, Node other, Map<String, String> bodies, List<String> wrong) throws Exception {
        var id = file.getFileName().toString();
        var letter = Files.readString(file);
        // the declarations of namespaces that it inherits are added to its first tag
        int root = letter.indexOf('>', letter.indexOf("<ClinicalDocument"));
        var document = letter.substring(root, letter.indexOf("</ClinicalDocument>"));
        boolean forBackEnd = letter.contains("Z9999:back-end");
        var message = node.api("/api/messages/" + id);
        if (message.statusCode() != 200 || !message.body().contains("\"state\":\"handled\"")) {
            wrong.add(id + ": " + message.statusCode() + " " + message.body().lines().findFirst().orElse(""));
            return;
        }
        var seen = forBackEnd ? bodies.getOrDefault(id, "") : node.api("/api/messages/" + id + "/payloads/1").body();
        if (!seen.contains(document)) {
            wrong.add(id + ": its content was changed");
        }
        var copy = post(other, letter);
        if (copy.statusCode() != 200) {
            wrong.add(id + ": its copy was answered " + copy.statusCode() + " " + copy.body());
        }
    }

    private static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }
}
