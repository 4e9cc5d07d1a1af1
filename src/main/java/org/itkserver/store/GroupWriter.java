package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.StoredMessage;

/** The SQL of one group. Used by the committer's thread alone. */
final class GroupWriter {
    /** A join, because neither database looks an array up in an index as surely. */
    private static final String EARLIER = "select " + StoredMessages.COLUMNS
            + " from unnest(cast(? as varchar array)) as wanted(k) join message on tracking_id = k"
            + " where direction = 'in'";

    private static final BulkInsert MESSAGES = new BulkInsert(
            "message",
            "id bigint",
            "direction varchar",
            "partner varchar",
            "tracking_id varchar",
            "message_id varchar",
            "service varchar",
            "interaction varchar",
            "sender varchar",
            "addresses varchar",
            "state varchar",
            "received_at timestamp with time zone",
            "digest bytea",
            "raw_sha256 bytea",
            "raw_size bigint",
            "patient bytea",
            "answer varchar",
            "inf_ack_requested boolean",
            "ack_requested boolean");
    private static final BulkInsert PARTS = new BulkInsert(
            "message_part", "message_id bigint", "kind varchar", "number integer", "codec varchar", "bytes bytea");
    private static final BulkInsert WORK = new BulkInsert(
            "delivery",
            "message_id bigint",
            "number integer",
            "kind varchar",
            "handler varchar",
            "due timestamp with time zone",
            "attempt integer",
            "claimed_by varchar",
            "lease_until timestamp with time zone");
    private static final String NO_UPLOAD = "delete from upload where message_id = ?";
    private static final String WORK_DONE =
            "delete from delivery where message_id = ? and number = ? and attempt = ? and claimed_by = ?";
    private static final String WORK_AGAIN =
            """
            update delivery set due = ?, claimed_by = null, lease_until = null
            where message_id = ? and number = ? and attempt = ? and claimed_by = ?""";
    /** A message is handled when its last work is; a bad end of any work is final at once. */
    private static final String STATE =
            """
            update message set state = ?, settled_at = ?, answer = coalesce(?, answer), error_id = ?,
                reason = coalesce(?, reason)
            where id = ? and state in ('accepted', 'handled')
            and (? <> 'handled' or not exists (select 1 from delivery d where d.message_id = message.id))""";

    private final String node;
    private final Clock clock;
    private final boolean manyStatements;
    private final EventWriter events;

    /** @param manyStatements whether the database takes several statements in one round trip */
    GroupWriter(String node, Clock clock, boolean manyStatements) {
        this.node = node;
        this.manyStatements = manyStatements;
        this.clock = clock;
        this.events = new EventWriter(node);
    }

    /**
     * Writes a group into the open transaction.
     *
     * @param first number of the group's first audit row
     * @return number after the group's last audit row
     */
    long write(Connection connection, List<Entry> group, long first) throws SQLException {
        var accepts = new ArrayList<Entry.Accept>();
        var settles = new ArrayList<Entry.Settle>();
        for (var entry : group) {
            if (entry instanceof Entry.Accept accept) {
                accepts.add(accept);
            } else if (entry instanceof Entry.Settle settle) {
                settles.add(settle);
            }
        }
        var tables = new ArrayList<BulkInsert.Rows>();
        if (!accepts.isEmpty()) {
            messages(connection, fresh(connection, accepts), tables);
        }
        for (var settle : settles) {
            settle(connection, settle, tables);
        }
        long next = events.add(group, first, tables);
        BulkInsert.insert(connection, manyStatements, tables);
        return next;
    }

    /** Finds the duplicates, in the table and inside the group; the rest is new. */
    private List<Entry.Accept> fresh(Connection connection, List<Entry.Accept> accepts) throws SQLException {
        var known = new HashMap<String, StoredMessage>();
        var ids = accepts.stream().map(a -> a.message.trackingId()).distinct().toArray(String[]::new);
        try (var select = connection.prepareStatement(EARLIER)) {
            select.setArray(1, connection.createArrayOf("varchar", ids));
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    known.put(key(rows.getString("partner"), rows.getString("tracking_id")), StoredMessages.of(rows));
                }
            }
        }
        var fresh = new ArrayList<Entry.Accept>();
        for (var accept : accepts) {
            var message = accept.message;
            accept.earlier =
                    known.putIfAbsent(key(message.partner(), message.trackingId()), StoredMessages.of(message));
            if (accept.earlier == null) {
                fresh.add(accept);
            }
        }
        // nodes that insert overlapping keys in one order cannot deadlock
        fresh.sort(Comparator.comparing(a -> a.message.trackingId()));
        return fresh;
    }

    private static String key(String partner, String trackingId) {
        return trackingId + ' ' + partner;
    }

    private void messages(Connection connection, List<Entry.Accept> accepts, List<BulkInsert.Rows> tables)
            throws SQLException {
        var messages = MESSAGES.rows();
        var parts = PARTS.rows();
        var work = WORK.rows();
        for (var accept : accepts) {
            add(messages, accept.message);
            if (accept.frame == null) {
                noUpload(connection, accept.message.id());
            } else {
                parts.add(accept.message.id(), "q", 0, Chunks.CODEC, accept.frame);
            }
            add(work, accept.message, node);
        }
        tables.addAll(List.of(messages, parts, work));
    }

    private static void noUpload(Connection connection, long id) throws SQLException {
        try (var delete = connection.prepareStatement(NO_UPLOAD)) {
            delete.setLong(1, id);
            delete.executeUpdate();
        }
    }

    private static void add(BulkInsert.Rows rows, Acceptance message) {
        rows.add(
                message.id(),
                "in",
                message.partner(),
                message.trackingId(),
                message.messageId(),
                message.service(),
                message.interaction(),
                message.sender(),
                message.addresses(),
                message.state().label(),
                message.receivedAt(),
                message.digest(),
                message.rawDigest(),
                message.body().size(),
                message.patient(),
                message.answer().name(),
                message.infAckRequested(),
                message.ackRequested());
    }

    private static void add(BulkInsert.Rows rows, Acceptance message, String node) {
        int number = 0;
        var lease = message.lease();
        for (var handler : message.work()) {
            rows.add(
                    message.id(),
                    number++,
                    lease == null ? "handle" : "sync",
                    handler,
                    message.receivedAt(),
                    lease == null ? 0 : 1,
                    lease == null ? null : node,
                    lease == null ? null : message.receivedAt().plus(lease));
        }
    }

    private void settle(Connection connection, Entry.Settle entry, List<BulkInsert.Rows> tables) throws SQLException {
        var settlement = entry.settlement;
        entry.ours = settlement.state() == null ? workAgain(connection, entry) : workDone(connection, entry);
        if (!entry.ours || settlement.state() == null) {
            return;
        }
        if (entry.response != null) {
            var part = PARTS.rows();
            part.add(settlement.work().message(), "a", 0, Chunks.CODEC, entry.response);
            tables.add(part);
        }
        try (var state = connection.prepareStatement(STATE)) {
            var label = settlement.state().label();
            var answer = settlement.answer();
            state.setString(1, label);
            state.setObject(2, utc(clock.instant()));
            state.setString(3, answer == null ? null : answer.name());
            state.setString(4, settlement.errorId());
            state.setString(5, settlement.reason());
            state.setLong(6, settlement.work().message());
            state.setString(7, label);
            state.executeUpdate();
        }
    }

    private boolean workDone(Connection connection, Entry.Settle entry) throws SQLException {
        try (var done = connection.prepareStatement(WORK_DONE)) {
            fence(done, entry, 1);
            return done.executeUpdate() == 1;
        }
    }

    private boolean workAgain(Connection connection, Entry.Settle entry) throws SQLException {
        try (var again = connection.prepareStatement(WORK_AGAIN)) {
            var due = entry.settlement.due();
            again.setObject(1, utc(due == null ? clock.instant() : due));
            fence(again, entry, 2);
            return again.executeUpdate() == 1;
        }
    }

    private void fence(PreparedStatement out, Entry.Settle entry, int from) throws SQLException {
        var work = entry.settlement.work();
        out.setLong(from, work.message());
        out.setInt(from + 1, work.number());
        out.setInt(from + 2, work.attempt());
        out.setString(from + 3, node);
    }
}
