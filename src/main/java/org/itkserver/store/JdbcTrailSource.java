package org.itkserver.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Seal;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.StoredRow;
import org.itkserver.audit.verify.Fact;
import org.itkserver.audit.verify.TrailSource;
import org.itkserver.exchange.MessageKind;
import org.itkserver.retention.HoldEvents;
import org.jspecify.annotations.Nullable;

/** The trail as stored, on JDBC: stretches by primary key, read with a cursor. */
public final class JdbcTrailSource implements TrailSource {
    private static final int FETCH = 5000;
    private static final String NEXT_NODE =
            """
            select min(node) from (select min(node) as node from audit_event where node > ?
                union all select min(node) from audit_seal where node > ?) as nodes""";
    private static final String FIRST_NODE =
            """
            select min(node) from (select min(node) as node from audit_event
                union all select min(node) from audit_seal) as nodes""";
    private static final String EXTENT =
            """
            select (select coalesce(max(seal_no), 0) from audit_seal where node = ?),
                (select coalesce(min(seal_no), 0) from audit_seal where node = ?),
                (select coalesce(min(seq), 0) from audit_event where node = ?),
                (select coalesce(max(seq), 0) from audit_event where node = ?)""";
    private static final String ROW =
            """
            select node, seq, version, at, type, message_id, tracking_id, partner, service, actor, source, error_code,
                error_id, detail, digest, fields_sha256, hash
            from audit_event""";
    private static final String ROWS = ROW + " where node = ? and seq >= ? and seq <= ? order by node, seq";
    private static final String FACTS = ROW + " where type in ("
            + AuditType.sealedAtOnce().stream()
                    .map(type -> "'" + type + "'")
                    .sorted()
                    .collect(Collectors.joining(", "))
            + ") order by type, at";
    private static final String SEALS = "select " + Seals.COLUMNS
            + " from audit_seal where node = ? and seal_no >= ? and seal_no <= ? order by node, seal_no";
    private static final String SEAL_FROM = "select " + Seals.COLUMNS
            + " from audit_seal where node = ? and seal_no >= ? order by node, seal_no" + " fetch first 1 rows only";
    private static final String SEAL_UP_TO = "select " + Seals.COLUMNS
            + " from audit_seal where node = ? and seal_no <= ? order by node desc, seal_no desc"
            + " fetch first 1 rows only";
    private static final String MESSAGES = "select id, purged_at, " + StoredFields.COLUMNS
            + " from unnest(cast(? as bigint array)) as wanted(k) join message on id = k";
    private static final String END_OF_MESSAGES =
            "select max(id) from (select id from message where id > ? order by id fetch first ? rows only) as some_of";
    private static final String STORED = "select m.id, e.node, e.seq from message m left join audit_event e"
            + " on e.message_id = m.id and e.type in ("
            + AuditType.storing().stream()
                    .map(type -> "'" + type.label() + "'")
                    .sorted()
                    .collect(Collectors.joining(", "))
            + ") where m.id > ? and m.id <= ? order by m.id";
    private static final String KEYS = "select key_id, public_key from seal_key order by key_id, node";

    private final Connections connections;
    private final Frames frames;

    /**
     * @param connections where connections come from; each is used by one thread at a time
     * @param frames reads the bytes of messages
     */
    JdbcTrailSource(Connections connections, Frames frames) {
        this.connections = connections;
        this.frames = frames;
    }

    @Override
    public List<Extent> nodes() {
        return read(connection -> {
            var out = new ArrayList<Extent>();
            try (var next = connection.prepareStatement(NEXT_NODE)) {
                // also a node without a name is one
                var first = Sql.first(connection, FIRST_NODE, row -> row.getString(1));
                for (var node = first.orElse(null); node != null; node = next(next, node)) {
                    out.add(extent(connection, node));
                }
            }
            return out;
        });
    }

    private static @Nullable String next(PreparedStatement select, String after) throws SQLException {
        select.setString(1, after);
        select.setString(2, after);
        try (var row = select.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** One statement: the rows of a seal are there when the seal is. */
    private static Extent extent(Connection connection, String node) throws SQLException {
        try (var select = connection.prepareStatement(EXTENT)) {
            for (int i = 1; i <= 4; i++) {
                select.setString(i, node);
            }
            try (var row = select.executeQuery()) {
                row.next();
                return new Extent(node, row.getLong(3), row.getLong(4), row.getLong(2), row.getLong(1));
            }
        }
    }

    @Override
    public void rows(String node, long first, long last, Consumer<StoredRow> to) {
        stream(ROWS, node, first, last, row -> to.accept(row(row)));
    }

    private static StoredRow row(ResultSet row) throws SQLException {
        long message = row.getLong(6);
        boolean hasMessage = !row.wasNull();
        return new StoredRow(
                row.getString(1),
                row.getLong(2),
                row.getInt(3),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getString(5),
                hasMessage ? message : null,
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getString(12),
                row.getString(13),
                row.getString(14),
                row.getBytes(15),
                row.getBytes(16),
                row.getBytes(17));
    }

    @Override
    public void seals(String node, long first, long last, Consumer<Seal> to) {
        stream(SEALS, node, first, last, row -> to.accept(Seals.of(row)));
    }

    private void stream(String sql, String node, long first, long last, Each each) {
        read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                select.setFetchSize(FETCH);
                select.setString(1, node);
                select.setLong(2, first);
                select.setLong(3, last);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        each.row(rows);
                    }
                }
            }
            return 0;
        });
    }

    /** Halves the numbers until the place is found; times of seals rise with their numbers. */
    @Override
    public Optional<Seal> sealBefore(String node, Instant time) {
        return read(connection -> {
            long low = 0;
            long high = extent(connection, node).lastSeal();
            while (low < high) {
                long middle = low + (high - low + 1) / 2;
                var seal = seal(connection, SEAL_FROM, node, middle);
                if (seal.isPresent() && seal.get().at().isBefore(time)) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low == 0 ? Optional.empty() : seal(connection, SEAL_UP_TO, node, low);
        });
    }

    private static Optional<Seal> seal(Connection connection, String sql, String node, long number)
            throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, node);
            select.setLong(2, number);
            try (var row = select.executeQuery()) {
                return row.next() ? Optional.of(Seals.of(row)) : Optional.empty();
            }
        }
    }

    @Override
    public Map<Long, StoredMessage> messages(Collection<Long> ids) {
        var forward = MessageKind.FORWARD.label();
        return read(connection -> {
            var out = new HashMap<Long, StoredMessage>();
            each(
                    connection,
                    MESSAGES,
                    ids,
                    null,
                    row -> out.put(
                            row.getLong(1),
                            new StoredMessage(
                                    StoredFields.of(row),
                                    !forward.equals(row.getString("kind")),
                                    row.getObject("purged_at") != null)));
            return out;
        });
    }

    @Override
    public Map<Long, StoredBytes> bytes(Collection<Long> ids, String kind) {
        return read(connection -> PartHash.read(connection, frames, ids, kind));
    }

    /** @param kind bound after the ids when the statement has a second value, else null */
    static void each(Connection connection, String sql, Collection<Long> ids, @Nullable String kind, Each each)
            throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            select.setFetchSize(100);
            select.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            if (kind != null) {
                select.setString(2, kind);
            }
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    each.row(rows);
                }
            }
        }
    }

    @Override
    public Optional<Instant> keyGoneAt(String key) {
        return read(connection -> KeyNotes.goneAt(connection, key));
    }

    @Override
    public void publicKeys(BiConsumer<String, String> to) {
        read(connection -> Sql.list(connection, KEYS, row -> {
            to.accept(row.getString(1), row.getString(2));
            return 0;
        }));
    }

    @Override
    public void facts(BiConsumer<StoredRow, Fact> to) {
        read(connection -> {
            try (var select = connection.prepareStatement(FACTS)) {
                select.setFetchSize(FETCH);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        var row = row(rows);
                        Facts.of(row).ifPresent(fact -> to.accept(row, fact));
                    }
                }
            }
            return 0;
        });
    }

    @Override
    public List<StoredHold> holds() {
        return read(connection -> Sql.list(connection, HoldRows.COLUMNS + " order by id", row -> {
            var hold = HoldRows.of(row);
            var event = HoldEvents.set(hold, "");
            return new StoredHold(hold.id(), event.detail(), Objects.requireNonNull(event.digest()), !hold.isSet());
        }));
    }

    @Override
    public List<Leaf> destroyed(Collection<Long> ids) {
        return read(connection -> PurgeNotes.destroyed(connection, ids));
    }

    @Override
    public List<Leaf> batch(long number) {
        return read(connection -> PurgeNotes.batch(connection, number));
    }

    @Override
    public long messages(long after, int count) {
        return read(connection -> {
            try (var select = connection.prepareStatement(END_OF_MESSAGES)) {
                select.setLong(1, after);
                select.setInt(2, count);
                try (var row = select.executeQuery()) {
                    row.next();
                    long last = row.getLong(1);
                    return row.wasNull() ? after : last;
                }
            }
        });
    }

    @Override
    public void stored(long after, long last, Storing to) {
        read(connection -> {
            try (var select = connection.prepareStatement(STORED)) {
                select.setFetchSize(FETCH);
                select.setLong(1, after);
                select.setLong(2, last);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        to.event(rows.getLong(1), rows.getString(2), rows.getLong(3));
                    }
                }
            }
            return 0;
        });
    }

    private <T> T read(Database.Query<T> query) {
        try {
            return connections.use(query);
        } catch (SQLException e) {
            throw new StoreUnavailable("the trail cannot be read: " + e.getMessage());
        }
    }

    @FunctionalInterface
    interface Each {
        void row(ResultSet row) throws SQLException;
    }

    /** Lends connections. */
    @FunctionalInterface
    interface Connections {
        <T> T use(Database.Query<T> query) throws SQLException;
    }
}
