import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Asks a console for its pages as a person's browser does, one request after the other, and prints a table of the times:
 * {@code Measure JDBC-URL USER SERVER-URL HOME}. Each request has other values, so that no cache answers it.
 */
public final class Measure {
    private static final int WARM = 40;
    private static final int ROUNDS = 300;
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    private final HttpClient browser = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final Random dice = new Random(1);
    private final String server;
    private long messages;
    private long events;
    private String token = "";

    private Measure(String server) {
        this.server = server;
    }

    public static void main(String[] arguments) throws Exception {
        var measure = new Measure(arguments[2]);
        try (var connection = DriverManager.getConnection(arguments[0], arguments[1], "");
                var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("select count(*), (select count(*) from audit_event) from message")) {
                row.next();
                measure.messages = row.getLong(1);
                measure.events = row.getLong(2);
            }
            statement.execute("select 1");
        }
        measure.signIn(Files.readAllLines(Path.of(arguments[3], "first-run.txt")).get(1).substring("admin-password=".length()));
        measure.run();
    }

    /** A page with other values each time. */
    private interface Address {
        String next() throws Exception;
    }

    private void run() throws Exception {
        System.out.printf("%,d messages, %,d events, %d requests each, load %s%n%n", messages, events, ROUNDS,
                Files.readString(Path.of("/proc/loadavg")).replaceAll("( \\S+){2}\\s*$", ""));
        System.out.println("| page or search | p50 ms | p99 ms | longest ms | KB |");
        System.out.println("|---|---|---|---|---|");
        long n = messages * 9 / 11;
        row("messages, newest", () -> "/admin/messages");
        row("messages, a page somewhere", () -> "/admin/messages?before=" + micros() + "-9000000000");
        row("tracking id", () -> "/admin/messages?trackingId=" + uuid("t" + (1 + dice.nextLong(n))));
        row("tracking id of nothing", () -> "/admin/messages?trackingId=" + uuid("x" + dice.nextLong()));
        row("message id", () -> "/admin/messages?messageId=" + uuid("m" + (1 + dice.nextLong(n))));
        post("NHS number", "nhsNumber=9990000018");
        row("partner", () -> "/admin/messages?partner=partner-" + dice.nextInt(50));
        row("partner, a page somewhere", () -> "/admin/messages?partner=partner-" + dice.nextInt(50) + "&before=" + micros()
                + "-9000000000");
        row("service", () -> "/admin/messages?service=SendService-" + dice.nextInt(20));
        row("interaction", () -> "/admin/messages?interaction=" + encode("urn:nhs-itk:interaction:number-" + dice.nextInt(40)));
        for (var state : new String[] {"handled", "business-acked", "rejected", "overdue", "dead-letter", "accepted"}) {
            row("state " + state, () -> "/admin/messages?state=" + state + "&before=" + micros() + "-9000000000");
        }
        row("with a fault or reason", () -> "/admin/messages?troubled=yes&before=" + micros() + "-9000000000");
        row("direction", () -> "/admin/messages?direction=out&before=" + micros() + "-9000000000");
        row("acknowledgements", () -> "/admin/messages?what=acknowledgements&before=" + micros() + "-9000000000");
        row("unmatched acknowledgements", () -> "/admin/messages?what=unmatched&before=" + micros() + "-9000000000");
        row("an hour", () -> "/admin/messages?from=" + minute(0) + "&to=" + minute(60));
        row("partner, state, service and an hour", () -> "/admin/messages?partner=partner-" + dice.nextInt(50)
                + "&state=rejected&service=SendService-1&from=" + minute(0) + "&to=" + minute(60));
        row("a combination that nothing has", () -> "/admin/messages?partner=partner-" + dice.nextInt(50)
                + "&direction=out&interaction=" + encode("urn:nhs-itk:interaction:none"));
        row("partner and state, rarely both", () -> "/admin/messages?partner=partner-2&state=dead-letter&before=" + micros()
                + "-9000000000");
        row("one message", () -> "/admin/messages/" + (5_000_000_000L + 1 + dice.nextLong(n)));
        row("audit, newest", () -> "/admin/audit");
        row("audit, a tracking id", () -> "/admin/audit?from=2000-01-01T00:00&trackingId=" + uuid("t" + (1 + dice.nextLong(n))));
        row("audit, a type", () -> "/admin/audit?from=2000-01-01T00:00&type=alert");
        row("audit, a partner", () -> "/admin/audit?from=2000-01-01T00:00&partner=partner-" + dice.nextInt(50));
        row("audit, errors only", () -> "/admin/audit?from=2000-01-01T00:00&errors=yes");
        row("audit, an actor of nothing", () -> "/admin/audit?from=2000-01-01T00:00&actor=nobody");
        row("directory", () -> "/admin/directory");
        row("overview", () -> "/admin/");
        row("retention", () -> "/admin/retention");
        row("legal holds", () -> "/admin/retention/holds");
        export();
    }

    private void row(String what, Address address) throws Exception {
        measure(what, () -> get(address.next()));
    }

    private void post(String what, String form) throws Exception {
        measure(what, () -> send(request("/admin/messages/search")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", server)
                .POST(HttpRequest.BodyPublishers.ofString("token=" + encode(token) + "&" + form))
                .build()));
    }

    private interface Call {
        byte[] run() throws Exception;
    }

    private void measure(String what, Call call) throws Exception {
        long bytes = 0;
        for (int i = 0; i < WARM; i++) {
            call.run();
        }
        var times = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            bytes = Math.max(bytes, call.run().length);
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        System.out.printf("| %s | %.1f | %.1f | %.1f | %.1f |%n", what, times[ROUNDS / 2], times[ROUNDS * 99 / 100],
                times[ROUNDS - 1], bytes / 1024.0);
    }

    private void export() throws Exception {
        for (var format : new String[] {"csv", "ndjson"}) {
            var request = request("/admin/audit/" + format)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header("Origin", server)
                    .POST(HttpRequest.BodyPublishers.ofString("token=" + encode(token) + "&from=2000-01-01T00%3A00"))
                    .build();
            long start = System.nanoTime();
            HttpResponse<InputStream> answer = browser.send(request, BodyHandlers.ofInputStream());
            try (var in = answer.body()) {
                in.read();
                double first = (System.nanoTime() - start) / 1e9;
                long size = 1;
                var buffer = new byte[1 << 16];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    size += count;
                }
                System.out.printf("%nexport as %s, HTTP %d: first byte after %.2f s, all of it (%,d MB) after %.0f s%n", format,
                        answer.statusCode(), first, size >> 20, (System.nanoTime() - start) / 1e9);
            }
        }
    }

    private void signIn(String password) throws Exception {
        send(request("/admin/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", server)
                .POST(HttpRequest.BodyPublishers.ofString("name=admin&password=" + encode(password)))
                .build());
        var found = TOKEN.matcher(new String(get("/admin/messages"), StandardCharsets.UTF_8));
        if (!found.find()) {
            throw new IllegalStateException("not signed in");
        }
        token = found.group(1);
    }

    private byte[] get(String path) throws Exception {
        return send(request(path).build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path));
    }

    private byte[] send(HttpRequest request) throws IOException, InterruptedException {
        var answer = browser.send(request, BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("HTTP " + answer.statusCode() + " for " + request.uri());
        }
        return answer.body();
    }

    private long micros() {
        return Instant.now().minusSeconds(dice.nextLong(messages * 2)).toEpochMilli() * 1000;
    }

    private Instant hour = Instant.EPOCH;

    private String minute(int later) {
        if (later == 0) {
            hour = Instant.now().minusSeconds(dice.nextLong(messages * 2)).truncatedTo(ChronoUnit.MINUTES);
        }
        return encode(hour.plusSeconds(later * 60L).toString().substring(0, 16));
    }

    private static String uuid(String seed) throws Exception {
        var hex = java.util.HexFormat.of().formatHex(java.security.MessageDigest.getInstance("MD5")
                .digest(seed.getBytes(StandardCharsets.UTF_8))).toUpperCase();
        return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
