package faults;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A partner simulator (bin/ItkPartner.java) as a process, and its controls. */
final class Partner {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final int port = Node.freePort();
    private final Path journal;
    private final Process process;

    /** @param more further options */
    Partner(Path folder, String name, String ods, String username, int server, String... more) throws IOException {
        journal = folder.resolve("partner-" + name + ".log");
        Files.createFile(journal);
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = new ArrayList<>(List.of(java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp",
                System.getenv("FAULTS_CLASSES"), "ItkPartner", "--port", Integer.toString(port), "--name", name,
                "--ods", ods, "--username", username, "--journal", journal.toString(),
                "--server", "http://127.0.0.1:" + server + "/itk"));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("partner-" + name + ".out").toFile()).start();
        for (int i = 0; i < 200 && !answers(); i++) {
            Shell.sleep(50);
        }
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private boolean answers() {
        try {
            return control("GET", "/_stats", "").contains("requests");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    String control(String method, String target, String body) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url(target))).timeout(Duration.ofSeconds(60))
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
            var response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(target + ": " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    void rules(String rules) {
        control("PUT", "/_rules", rules);
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** The journal's events so far. */
    List<Event> events() throws IOException {
        return events(journal);
    }

    static List<Event> events(Path journal) throws IOException {
        try (var lines = Files.lines(journal)) {
            return lines.map(Event::new).toList();
        }
    }

    /** Waits until the message has come here. */
    void awaitArrival(String id, int seconds) throws IOException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (!Files.readString(journal).contains(id)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(id + " did not come to the partner");
            }
            Shell.sleep(2);
        }
    }

    void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** One line of a simulator's journal. */
    record Event(String line) {
        private static final Map<String, Pattern> FIELDS = new java.util.concurrent.ConcurrentHashMap<>();

        /** A field's value; empty when it is not there. */
        String get(String name) {
            var field = FIELDS.computeIfAbsent(
                    name, n -> Pattern.compile("\"" + n + "\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,}\\[]+))"));
            var found = field.matcher(line);
            if (!found.find()) {
                return "";
            }
            return found.group(1) == null ? found.group(2) : found.group(1);
        }

        boolean is(String event, String kind) {
            return get("event").equals(event) && get("kind").equals(kind);
        }

        boolean isPositive() {
            return get("status").startsWith("2");
        }
    }
}
