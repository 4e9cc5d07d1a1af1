package org.itkserver.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoredRow;
import org.itkserver.audit.verify.Check;
import org.itkserver.audit.verify.Report;
import org.itkserver.audit.verify.TrailSource;
import org.itkserver.audit.verify.Verifier;
import org.itkserver.envelope.MessageBody;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.AnswerKind;
import org.itkserver.exchange.Change;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.MessageState;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;

/** A node's trail that the server wrote, and what somebody with the database's password may do to it. */
final class TamperedTrail implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    final String node = "node-" + UUID.randomUUID();
    final SealKey key = SealKey.generate();
    final SettableClock clock = new SettableClock(NOW);
    private final Database database;
    JdbcMessageStore store;
    private ContentKeys reading = ContentKeys.NONE;
    private @Nullable Connection attack;
    private final ReentrantLock turn = new ReentrantLock();

    TamperedTrail(Database database) {
        this.database = database;
        store = new JdbcMessageStore(database, node, key, clock);
    }

    /** Some seconds of work: rows 1 to 12, of which 2, 5, 8 and 11 store messages, in several seals. */
    TamperedTrail written() {
        for (int i = 0; i < 4; i++) {
            clock.forward(Duration.ofSeconds(2));
            append("first of second " + i);
            accept("payload " + i);
            append("last of second " + i);
        }
        return this;
    }

    /** All rows are sealed, as after a clean stop. */
    TamperedTrail stopped() {
        store.close();
        return this;
    }

    void restart() {
        store = new JdbcMessageStore(database, node, key, clock);
    }

    /** Goes on with contents encrypted. */
    void encryptedWith(JdbcContentKeys keys, ContentKeys forReading) {
        store = new JdbcMessageStore(database, node, key, clock, keys, event -> {});
        reading = forReading;
    }

    void append(String detail) {
        store.append(new AuditEvent(
                clock.instant(), AuditType.WARNING, null, "t", "p", "s", "a", "127.0.0.1", "1000", "e", detail));
    }

    long accept(String payload) {
        return accept(payload.getBytes(StandardCharsets.UTF_8));
    }

    long accept(byte[] bytes) {
        long id = store.nextId();
        var trackingId = UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        var event = new AuditEvent(
                clock.instant(), AuditType.ACCEPTED, id, trackingId, "p", "s", "u", "ip", null, null, "for inbox");
        store.accept(new Acceptance(
                id,
                "p",
                trackingId,
                "m",
                "s",
                null,
                null,
                "",
                MessageState.HANDLED,
                clock.instant(),
                new byte[32],
                sha256(bytes),
                null,
                AnswerKind.OK200,
                false,
                false,
                MessageBody.of(bytes),
                List.of(),
                null,
                MessageKind.BUSINESS,
                true,
                null,
                null,
                Change.of(List.of(event))));
        return id;
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What an auditor's copy remembers now. */
    List<Anchor> anchors() {
        return store.newestSeal().map(Anchor::of).stream().toList();
    }

    Check check(List<Anchor> anchors) {
        return new Check(Map.of(key.id(), key.publicKey()), anchors, true, null, node, clock.instant(), 2);
    }

    Report.Node verify(Anchor... anchors) {
        return report(check(List.of(anchors))).nodes().get(0);
    }

    Report report(Check check) {
        return new Verifier(source(), check).run();
    }

    TrailSource source() {
        var connections = new JdbcTrailSource.Connections() {
            @Override
            public <T> T use(Database.Query<T> query) throws SQLException {
                var shared = attack;
                if (shared == null) {
                    try (var own = database.connection()) {
                        return query.run(own);
                    }
                }
                turn.lock();
                try {
                    return query.run(shared);
                } finally {
                    turn.unlock();
                }
            }
        };
        return new JdbcTrailSource(connections, new Frames(reading));
    }

    /** Something done by hand, with the right to do it. */
    @FunctionalInterface
    interface Deed {
        void run(Connection connection) throws SQLException;
    }

    /** What is found while something is done to the database; it is undone afterwards. */
    Report.Node after(Deed deed, Anchor... anchors) throws SQLException {
        try (var connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                privileged(connection);
                deed.run(connection);
                attack = connection;
                return verify(anchors);
            } finally {
                attack = null;
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** What is reported while the application's role does something to the database; it is undone afterwards. */
    Report reportAfter(Deed deed, Check check) throws SQLException {
        try (var connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                deed.run(connection);
                attack = connection;
                return report(check);
            } finally {
                attack = null;
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** Something done for good. */
    void done(Deed deed) throws SQLException {
        try (var connection = database.connection()) {
            connection.setAutoCommit(false);
            privileged(connection);
            deed.run(connection);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    /** Whoever owns the database can switch the guards off. */
    private void privileged(Connection connection) throws SQLException {
        if (!database.isH2()) {
            try (var statement = connection.createStatement()) {
                statement.execute("set local session_replication_role = replica");
            }
        }
    }

    /** SQL whose one parameter is the node. */
    Deed sql(String... statements) {
        return connection -> {
            for (var sql : statements) {
                try (var statement = connection.prepareStatement(sql)) {
                    for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
                        statement.setString(i, node);
                    }
                    statement.executeUpdate();
                }
            }
        };
    }

    List<StoredRow> rows() {
        var out = new ArrayList<StoredRow>();
        source().rows(node, 1, Long.MAX_VALUE, out::add);
        return out;
    }

    List<Seal> seals() {
        var out = new ArrayList<Seal>();
        source().seals(node, 1, Long.MAX_VALUE, out::add);
        return out;
    }

    /** The first row of the seal over a row. */
    long sealStart(long seq) {
        return seals().stream()
                .filter(seal -> seal.lastSeq() >= seq)
                .findFirst()
                .orElseThrow()
                .firstSeq();
    }

    /** Adds a row with the rights of the application's role. */
    static void insert(Connection connection, StoredRow row) throws SQLException {
        Sql.update(
                connection,
                "insert into audit_event (node, seq, version, at, type, message_id, tracking_id, partner, service, actor,"
                        + " source, detail, digest, fields_sha256, hash)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.node(),
                row.seq(),
                row.version(),
                row.at(),
                row.type(),
                row.message(),
                row.trackingId(),
                row.partner(),
                row.service(),
                row.actor(),
                row.source(),
                row.detail(),
                row.digest(),
                row.fields(),
                row.hash());
    }

    /** A row with another detail and the hash that belongs to it. */
    static StoredRow forged(StoredRow row, String detail) {
        var changed = new StoredRow(
                row.node(),
                row.seq(),
                row.version(),
                row.at(),
                row.type(),
                row.message(),
                row.trackingId(),
                row.partner(),
                row.service(),
                row.actor(),
                row.source(),
                row.errorCode(),
                row.errorId(),
                detail,
                row.digest(),
                row.fields(),
                new byte[0]);
        return withHash(changed, RowHash.of(changed));
    }

    static StoredRow withHash(StoredRow row, byte[] hash) {
        return new StoredRow(
                row.node(),
                row.seq(),
                row.version(),
                row.at(),
                row.type(),
                row.message(),
                row.trackingId(),
                row.partner(),
                row.service(),
                row.actor(),
                row.source(),
                row.errorCode(),
                row.errorId(),
                row.detail(),
                row.digest(),
                row.fields(),
                hash);
    }

    /** Puts a row where another is. */
    static void replace(Connection connection, StoredRow row) throws SQLException {
        try (var update =
                connection.prepareStatement("update audit_event set detail = ?, hash = ? where node = ? and seq = ?")) {
            update.setString(1, row.detail());
            update.setBytes(2, row.hash());
            update.setString(3, row.node());
            update.setLong(4, row.seq());
            update.executeUpdate();
        }
    }

    /** Changes a row and everything that follows from it, as far as another key than the node's allows. */
    Deed forgery(long seq, SealKey with, String keyId) {
        return connection -> {
            var rows = rows();
            var row = forged(rows.get((int) seq - 1), "nothing happened");
            rows.set((int) seq - 1, row);
            replace(connection, row);
            var prev = Seal.none();
            for (var seal : seals()) {
                var tree = new MerkleTree();
                rows.subList((int) seal.firstSeq() - 1, (int) seal.lastSeq()).forEach(r -> tree.add(r.hash()));
                boolean touched = seal.lastSeq() >= seq;
                var forged = touched
                        ? new Seal(
                                        node,
                                        seal.number(),
                                        1,
                                        seal.firstSeq(),
                                        seal.lastSeq(),
                                        tree.root(),
                                        prev,
                                        seal.at(),
                                        keyId,
                                        new byte[0])
                                .signed(with)
                        : seal;
                prev = forged.hash();
                sql("delete from audit_seal where node = ? and seal_no = " + seal.number())
                        .run(connection);
                Seals.insert(connection, forged);
            }
        };
    }

    @Override
    public void close() {
        store.close();
    }
}
