import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.postgresql.PGConnection;

/**
 * Fills a migrated PostgreSQL with messages of 40 days ago, sends at a steady rate without and with a run, and prints a table:
 * {@code Measure JDBC-URL USER SERVER-URL MESSAGES RATE SECONDS}. A latency counts from when the message should have been
 * sent, so that a stall is not left out.
 */
public final class Measure {
    private static final int BYTES = 4096;
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(30);
    private static final String SERVICE = "SendDocument-v1-0";

    private final String[] arguments;
    private final String server;
    private final int rate;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String template;
    private final String action;

    private Measure(String[] arguments) throws Exception {
        this.arguments = arguments;
        server = arguments[2];
        rate = Integer.parseInt(arguments[4]);
        template = Files.readString(Path.of("samples/send-document-pdf.xml"))
                .replaceAll("(ackrequested\" value=\")true", "$1false");
        action = template.replaceAll("(?s).*<(?:\\w+:)?Action[^>]*>([^<]+)<.*", "$1").trim();
    }

    public static void main(String[] arguments) throws Exception {
        new Measure(arguments).run();
    }

    private void run() throws Exception {
        int messages = Integer.parseInt(arguments[3]);
        int seconds = Integer.parseInt(arguments[5]);
        fill(messages);
        var sizeBefore = sizes();
        long warm = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.min(10, seconds));
        load(() -> System.nanoTime() < warm);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        var quiet = load(() -> System.nanoTime() < end);
        update("update retention_run set asked_by = 'bench' where slot = 1");
        long start = System.nanoTime();
        var looked = new AtomicInteger();
        var busy = load(() -> {
            if (looked.getAndIncrement() % Math.max(1, rate / 2) != 0) {
                return true;
            }
            return System.nanoTime() - start < LONGEST && number("select count(*) from purge_run where state = 'done'") == 0;
        });
        double took = (System.nanoTime() - start) / 1e9;
        long gone = number("select coalesce(sum(contents), 0) from purge_run");
        System.out.printf("%-34s %12s %12s%n", "accepting at " + rate + " a second", "without", "with a run");
        line("messages", quiet.size(), busy.size());
        for (double part : new double[] {50, 99, 99.9, 100}) {
            System.out.printf("%-34s %9.1f ms %9.1f ms%n", part == 100 ? "longest" : "p" + part, at(quiet, part), at(busy, part));
        }
        System.out.printf("%n%,d messages destroyed in %.0f s: %,.0f a second%n%n", gone, took, gone / took);
        System.out.printf("%-34s %12s %12s%n", "MB", "before", "after");
        var sizeAfter = sizes();
        for (int i = 0; i < sizeBefore.size(); i++) {
            System.out.printf("%-34s %12.1f %12.1f%n", TABLES.get(i), sizeBefore.get(i) / 1e6, sizeAfter.get(i) / 1e6);
        }
        update("vacuum message_part");
        System.out.printf("after a vacuum, message_part takes %.1f MB, of which %.1f MB are free to be used again%n",
                sizes().get(1) / 1e6,
                number("select pg_total_relation_size('message_part')") / 1e6
                        - number("select coalesce(sum(octet_length(bytes)), 0) from message_part") / 1e6);
    }

    private static final List<String> TABLES = List.of("message", "message_part", "destroyed_message");

    private List<Long> sizes() throws SQLException {
        var out = new ArrayList<Long>();
        for (var table : TABLES) {
            out.add(number("select pg_total_relation_size('" + table + "')"));
        }
        return out;
    }

    private static void line(String what, long one, long two) {
        System.out.printf("%-34s %,12d %,12d%n", what, one, two);
    }

    private static double at(List<Double> sorted, double part) {
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * part / 100)));
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(arguments[0], arguments[1], "");
    }

    private long number(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void update(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void fill(int messages) throws Exception {
        var dice = new Random(1);
        var bytes = new byte[BYTES];
        var hex = HexFormat.of();
        var came = Instant.now().minus(40, ChronoUnit.DAYS);
        try (var rows = connect();
                var parts = connect()) {
            var row = rows.unwrap(PGConnection.class).getCopyAPI().copyIn("copy message (id, direction, partner, tracking_id,"
                    + " message_id, service, addresses, state, received_at, digest, raw_sha256, raw_size, answer,"
                    + " inf_ack_requested, ack_requested) from stdin");
            var part = parts.unwrap(PGConnection.class).getCopyAPI()
                    .copyIn("copy message_part (message_id, kind, number, codec, bytes) from stdin");
            for (int id = 1; id <= messages; id++) {
                dice.nextBytes(bytes);
                var sha = "\\\\x" + "%064x".formatted(id);
                write(row, id + "\tin\tgp-system\t" + new UUID(id * 0x9E3779B97F4A7C15L, id).toString().toUpperCase()
                        + "\tm\t" + SERVICE + "\t\thandled\t" + came.plusMillis(id) + "\t" + sha + "\t" + sha + "\t" + BYTES
                        + "\tOK200\tf\tf\n");
                write(part, id + "\tq\t0\tlz4\t\\\\x" + hex.formatHex(bytes) + "\n");
            }
            row.endCopy();
            part.endCopy();
        }
        update("select setval('message_id_block', " + (messages / 1000 + 2) * 1000L + ")");
        update("vacuum analyze message");
        update("vacuum analyze message_part");
    }

    private static void write(org.postgresql.copy.CopyIn copy, String line) throws SQLException {
        var bytes = line.getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
    }

    /** Sends on time for as long as it goes; the latencies in ms, sorted. */
    private List<Double> load(BooleanSupplier goesOn) throws Exception {
        var pool = Executors.newFixedThreadPool(32);
        var out = Collections.synchronizedList(new ArrayList<Double>());
        var failed = new AtomicInteger();
        long due = System.nanoTime();
        while (goesOn.getAsBoolean()) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            long at = due;
            pool.submit(() -> {
                try {
                    int status = client.send(request(), BodyHandlers.discarding()).statusCode();
                    if (status / 100 != 2) {
                        failed.incrementAndGet();
                    }
                } catch (Exception e) {
                    failed.incrementAndGet();
                }
                out.add((System.nanoTime() - at) / 1e6);
            });
            due += TimeUnit.SECONDS.toNanos(1) / rate;
        }
        pool.shutdown();
        pool.awaitTermination(1, TimeUnit.MINUTES);
        if (failed.get() > 0) {
            System.out.println(failed.get() + " requests failed");
        }
        var sorted = new ArrayList<>(out);
        Collections.sort(sorted);
        return sorted;
    }

    private HttpRequest request() {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var address = server + "/itk/services/" + action.substring(action.lastIndexOf(':') + 1);
        var body = template.replace("{{messageId}}", UUID.randomUUID().toString().toUpperCase())
                .replace("{{trackingId}}", UUID.randomUUID().toString().toUpperCase())
                .replace("{{to}}", address)
                .replace("{{created}}", now.toString())
                .replace("{{expires}}", now.plus(10, ChronoUnit.MINUTES).toString())
                .replace("{{payloadId}}", UUID.randomUUID().toString().toUpperCase())
                .replace("{{timestampId}}", UUID.randomUUID().toString().toUpperCase());
        return HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "text/xml; charset=utf-8")
                .header("SOAPAction", '"' + action + '"')
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
