import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.ArrayList;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.MessageFields;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Fills a migrated PostgreSQL with a chained and sealed trail: {@code Load URL USER ROWS PUBLIC-KEY-FILE}. Two nodes; one row
 * in ten stores a message, one in twenty is an error, a seal every thousand rows.
 */
public final class Load {
    private static final List<String> INDEXES =
            List.of("audit_event_message (message_id)", "audit_event_at (at)", "audit_event_type (type, at)");
    private static final int SEAL = 1000;
    private static final int MESSAGE = 10;
    private static final HexFormat HEX = HexFormat.of();

    public static void main(String[] arguments) throws Exception {
        long rows = Long.parseLong(arguments[2]);
        var key = SealKey.generate();
        Files.writeString(Path.of(arguments[3]), key.toPublicPem());
        long start = System.nanoTime();
        try (var connection = DriverManager.getConnection(arguments[0], arguments[1], "");
                var statement = connection.createStatement()) {
            for (var index : INDEXES) {
                statement.execute("drop index if exists " + index.substring(0, index.indexOf(' ')));
            }
            var threads = Executors.newFixedThreadPool(2);
            var parts = new ArrayList<Future<?>>();
            for (int node = 0; node < 2; node++) {
                int number = node;
                parts.add(threads.submit(() -> new Node(arguments, key, number, rows / 2).run()));
            }
            for (var part : parts) {
                part.get();
            }
            threads.shutdown();
            for (var index : INDEXES) {
                statement.execute("create index " + index.replaceFirst(" ", " on audit_event "));
            }
            statement.execute("vacuum analyze audit_event");
            statement.execute("vacuum analyze audit_seal");
            statement.execute("vacuum analyze message");
        }
        System.out.printf("loaded %,d rows in %.0f s%n", rows, (System.nanoTime() - start) / 1e9);
    }

    private static final class Node {
        private final String[] arguments;
        private final SealKey key;
        private final String name;
        private final long firstMessage;
        private final long rows;
        private final Instant begin;
        private MerkleTree tree = new MerkleTree();
        private byte[] prev = Seal.none();
        private long seals;

        Node(String[] arguments, SealKey key, int number, long rows) {
            this.arguments = arguments;
            this.key = key;
            this.rows = rows;
            name = "load-" + number;
            firstMessage = 1_000_000_000L * (number + 1);
            begin = Instant.now().minusMillis(rows);
        }

        Void run() throws Exception {
            try (var events = connect();
                    var messages = connect();
                    var sealing = connect()) {
                var eventCopy = copy(events, "copy audit_event (node, seq, version, at, type, message_id, tracking_id,"
                        + " partner, service, actor, source, error_code, detail, digest, fields_sha256, hash) from stdin");
                var messageCopy = copy(messages, "copy message (id, direction, partner, tracking_id, message_id, service,"
                        + " addresses, state, received_at, digest, raw_sha256, raw_size, inf_ack_requested, ack_requested)"
                        + " from stdin");
                var sealCopy = copy(sealing, "copy audit_seal (node, seal_no, version, first_seq, last_seq, root, prev, at,"
                        + " key_id, signature) from stdin");
                var lines = new StringBuilder();
                for (long seq = 1; seq <= rows; seq++) {
                    row(seq, lines, messageCopy);
                    if (seq % SEAL == 0 || seq == rows) {
                        write(eventCopy, lines.toString());
                        lines.setLength(0);
                        write(sealCopy, seal(seq));
                    }
                }
                eventCopy.endCopy();
                messageCopy.endCopy();
                sealCopy.endCopy();
            }
            return null;
        }

        private Connection connect() throws Exception {
            return DriverManager.getConnection(arguments[0], arguments[1], "");
        }

        private static CopyIn copy(Connection connection, String sql) throws Exception {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        }

        private static void write(CopyIn copy, String lines) throws Exception {
            var bytes = lines.getBytes(StandardCharsets.UTF_8);
            copy.writeToCopy(bytes, 0, bytes.length);
        }

        private void row(long seq, StringBuilder out, CopyIn messages) throws Exception {
            var at = begin.plusMillis(seq);
            boolean stores = seq % MESSAGE == 0;
            boolean error = seq % 20 == 1;
            var type = stores ? AuditType.ACCEPTED : error ? AuditType.REFUSED : seq % 100_000 == 3
                    ? AuditType.ALERT : AuditType.HANDLED;
            long id = firstMessage + seq / MESSAGE;
            var tracking = new UUID(id * 0x9E3779B97F4A7C15L, id).toString().toUpperCase();
            var event = new AuditEvent(at, type, error ? null : (Long) id, tracking, "partner-" + seq % 50,
                    "SendCDADocument-v2-0", "user-" + seq % 7, "10.0.0." + seq % 250, error ? "1000" : null, null,
                    "what happened to message " + seq + " in some words");
            if (stores) {
                var digest = MessageDigest.getInstance("SHA-256").digest(tracking.getBytes(StandardCharsets.US_ASCII));
                var fields = new MessageFields("in", event.partner(), tracking, "m", event.service(), null, null, "", event.at(),
                        13000, digest, digest, null, false, false, "business", false, null, null);
                event = event.storing(digest, fields.hash());
                var hex = "\\\\x" + HEX.formatHex(digest);
                write(messages, id + "\tin\t" + event.partner() + "\t" + tracking + "\tm\t" + event.service() + "\t\thandled\t"
                        + at + "\t" + hex + "\t" + hex + "\t13000\tf\tf\n");
            }
            var hash = RowHash.of(name, seq, event);
            tree.add(hash);
            out.append(name).append('\t').append(seq).append('\t').append(RowHash.VERSION).append('\t').append(event.at())
                    .append('\t').append(type.label()).append('\t').append(text(event.message())).append('\t')
                    .append(tracking).append('\t').append(event.partner()).append('\t').append(event.service())
                    .append('\t').append(event.actor()).append('\t').append(event.source()).append('\t')
                    .append(text(event.errorCode())).append('\t').append(event.detail()).append('\t')
                    .append(event.digest() == null ? "\\N" : "\\\\x" + HEX.formatHex(event.digest())).append('\t')
                    .append(event.fields() == null ? "\\N" : "\\\\x" + HEX.formatHex(event.fields())).append("\t\\\\x")
                    .append(HEX.formatHex(hash)).append('\n');
        }

        private static Object text(Object value) {
            return value == null ? "\\N" : value;
        }

        private String seal(long last) {
            var seal = new Seal(name, ++seals, Seal.VERSION, last - tree.size() + 1, last, tree.root(), prev,
                    begin.plusMillis(last).truncatedTo(java.time.temporal.ChronoUnit.MICROS), key.id(), new byte[0]).signed(key);
            tree = new MerkleTree();
            prev = seal.hash();
            return name + "\t" + seal.number() + "\t1\t" + seal.firstSeq() + "\t" + seal.lastSeq() + "\t\\\\x"
                    + HEX.formatHex(seal.root()) + "\t\\\\x" + HEX.formatHex(seal.prev()) + "\t" + seal.at() + "\t"
                    + seal.keyId() + "\t\\\\x" + HEX.formatHex(seal.signature()) + "\n";
        }
    }
}
