package killnine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import killnine.Message.Flaw;
import killnine.Message.Kind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.RowHash;
import org.itkserver.store.DatabaseSettings;

/**
 * Compares the journals of {@link KillNine} with the database of the stopped server. Prints a table and every violation;
 * exit code 1 when there is one.
 */
public final class Check {
    private static final Set<String> REFUSED = Set.of("fault-1000", "fault-2200", "fault-3000");
    /** Nobody can know what became of these; they were sent again. */
    private static final Set<String> OPEN = Set.of("cut", "fault-2100", "http-503");

    private static final int SHOWN = 20;

    private final Path folder;
    private final Map<String, Sent> sent = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();

    private Check(Path folder) {
        this.folder = folder;
        // the order of the table
        for (var what : List.of("requests", "answered positively", "not answered", "answered 2100 or 503", "refused")) {
            numbers.put(what, 0);
        }
    }

    /** A good message as its sender knows it. */
    private static final class Sent {
        final Kind kind;
        final String envelope;
        final String payload;
        boolean positive;
        boolean stored;
        int attempt;
        int taken;

        Sent(Kind kind, String envelope, String payload) {
            this.kind = kind;
            this.envelope = envelope;
            this.payload = payload;
        }
    }

    public static void main(String[] args) throws IOException, SQLException {
        var check = new Check(Path.of(args[0]));
        check.clients();
        check.backEnd();
        try (var connection = check.connect()) {
            check.messages(connection);
            check.events(connection);
            check.none(connection, "pieces of work are left", "select count(*) from delivery");
            check.none(
                    connection,
                    "messages have no bytes",
                    "select count(*) from message where id not in (select message_id from message_part where kind ="
                            + " 'q')");
        }
        check.print();
        System.exit(check.violations.isEmpty() ? 0 : 1);
    }

    private Connection connect() throws SQLException {
        var url = System.getenv("ITK_DB_URL");
        var settings = url == null
                ? DatabaseSettings.embedded(folder.resolve("home/data/itk"))
                : new DatabaseSettings(url, System.getenv("ITK_DB_USER"), System.getenv("ITK_DB_PASSWORD"), 1);
        return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
    }

    /** What was promised. */
    private void clients() throws IOException {
        for (var line : Files.readAllLines(folder.resolve("client.log"))) {
            var f = line.split(" ");
            boolean good = f[1].equals(Flaw.NONE.name());
            var outcome = f[5];
            count("requests");
            count(label(outcome));
            if (!good) {
                refused.add(f[2] + f[4]);
                count("requests that must be refused");
                violation(
                        !REFUSED.contains(outcome) && !OPEN.contains(outcome),
                        f[2] + " has flaw " + f[1] + " and was answered " + outcome);
                continue;
            }
            var message = sent.computeIfAbsent(f[2], id -> new Sent(Kind.valueOf(f[0]), f[3], f[4]));
            message.positive |= outcome.equals("yes");
            violation(!outcome.equals("yes") && !OPEN.contains(outcome), f[2] + " is good and was answered " + outcome);
        }
        numbers.put("messages", sent.size());
        for (var kind : Kind.values()) {
            numbers.put("messages of kind " + kind.name().toLowerCase(Locale.ROOT), (int)
                    sent.values().stream().filter(s -> s.kind == kind).count());
        }
    }

    private static String label(String outcome) {
        return switch (outcome) {
            case "yes" -> "answered positively";
            case "cut" -> "not answered";
            default -> OPEN.contains(outcome) ? "answered 2100 or 503" : "refused";
        };
    }

    /** What the back end was given: only what was sent, and each call again with a higher attempt. */
    private void backEnd() throws IOException {
        for (var line : Files.readAllLines(folder.resolve("back-end.log"))) {
            var f = line.split(" ");
            int attempt = Integer.parseInt(f[1]);
            if (f[3].equals("400")) {
                count("calls cut short by a kill");
                continue;
            }
            count("calls of the back end");
            var message = sent.get(f[0]);
            violation(refused.contains(f[0] + f[2]), f[0] + " was refused and came to the back end");
            if (message == null || message.kind == Kind.INBOX || !message.payload.equals(f[2])) {
                violation(true, f[0] + " came to the back end and nobody sent it there with these bytes");
                continue;
            }
            violation(
                    attempt <= message.attempt,
                    f[0] + " came to the back end with attempt " + attempt + " after attempt " + message.attempt);
            if (message.attempt > 0) {
                count("calls again, with a higher attempt");
            }
            message.attempt = attempt;
            message.taken += f[3].equals("200") ? 1 : 0;
        }
        sent.forEach((id, message) -> {
            if (message.taken > 1) {
                count("messages taken more than once");
            }
            violation(
                    message.positive && message.kind != Kind.INBOX && message.taken == 0,
                    id + " was answered positively and the back end never took it");
        });
    }

    /** The table holds what was promised, as it was sent, and is done with it. */
    private void messages(Connection connection) throws SQLException {
        query(connection, "select tracking_id, state, digest from message", row -> {
            var id = row.getString(1);
            var message = sent.get(id);
            count("messages in the store");
            if (message == null) {
                violation(true, id + " is in the store and nobody sent it");
                return;
            }
            violation(message.stored, id + " is in the store twice");
            message.stored = true;
            violation(!row.getString(2).equals("handled"), id + " is " + row.getString(2) + ", not handled");
            violation(
                    !HexFormat.of().formatHex(row.getBytes(3)).equals(message.envelope),
                    id + " was stored with another content");
        });
        sent.forEach((id, message) -> {
            violation(message.positive && !message.stored, id + " was answered positively and is not in the store");
            violation(!message.positive, id + " was never answered positively");
        });
    }

    /** The trail: numbered without gaps, unchanged, and one row of each thing that happens once. */
    private void events(Connection connection) throws SQLException {
        var next = new HashMap<String, Long>();
        var seen = new HashMap<String, Integer>();
        query(connection, "select * from audit_event order by node, seq", row -> {
            var node = row.getString("node");
            long seq = row.getLong("seq");
            long expected = next.getOrDefault(node, 1L);
            violation(
                    seq != expected, "audit row " + seq + " of node " + node + " comes where " + expected + " should");
            next.put(node, seq + 1);
            violation(
                    !Arrays.equals(row.getBytes("hash"), RowHash.of(node, seq, event(row))),
                    "audit row " + seq + " of node " + node + " does not have its hash");
            count("audit rows");
            seen.merge(row.getString("type") + ' ' + row.getString("tracking_id"), 1, Integer::sum);
        });
        sent.forEach((id, message) -> {
            once(seen, "accepted", id);
            if (message.kind != Kind.INBOX) {
                once(seen, message.kind == Kind.HTTP ? "handled" : "answered", id);
            }
        });
    }

    private void once(Map<String, Integer> seen, String type, String id) {
        int rows = seen.getOrDefault(type + ' ' + id, 0);
        violation(rows != 1, id + " has " + rows + " audit rows '" + type + "'");
    }

    private static AuditEvent event(ResultSet row) throws SQLException {
        var type = row.getString("type").toUpperCase(Locale.ROOT).replace('-', '_');
        return new AuditEvent(
                row.getObject("at", OffsetDateTime.class).toInstant(),
                AuditType.valueOf(type),
                row.getObject("message_id", Long.class),
                row.getString("tracking_id"),
                row.getString("partner"),
                row.getString("service"),
                row.getString("actor"),
                row.getString("source"),
                row.getString("error_code"),
                row.getString("error_id"),
                row.getString("detail"));
    }

    private void none(Connection connection, String what, String sql) throws SQLException {
        query(connection, sql, row -> violation(row.getInt(1) > 0, row.getInt(1) + " " + what));
    }

    private interface Row {
        void see(ResultSet row) throws SQLException;
    }

    private static void query(Connection connection, String sql, Row each) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.setFetchSize(1000);
            try (var rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    each.see(rows);
                }
            }
        }
    }

    private void count(String what) {
        numbers.merge(what, 1, Integer::sum);
    }

    private void violation(boolean found, String what) {
        if (found) {
            violations.add(what);
        }
    }

    private void print() {
        System.out.println("| | |\n|---|---|");
        numbers.forEach((what, number) -> System.out.println("| " + what + " | " + number + " |"));
        System.out.println("| **violations** | **" + violations.size() + "** |");
        violations.stream().limit(SHOWN).forEach(what -> System.out.println("violation: " + what));
    }
}
