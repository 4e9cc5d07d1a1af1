package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import org.itkserver.delivery.Lane;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.StoredMessage;

/** Received messages of one group. Used by the committer's thread alone. */
final class AcceptWriter {
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
            "ack_requested boolean",
            "kind varchar",
            "inbox boolean",
            "origin bigint",
            "outcome varchar");

    private final String node;

    AcceptWriter(String node) {
        this.node = node;
    }

    /** Finds the duplicates, in the table and inside the group, and marks their entries; the rest is new. */
    List<Entry.Accept> fresh(Connection connection, List<Entry.Accept> accepts) throws SQLException {
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

    /** Adds the rows of new messages. */
    void add(Connection connection, List<Entry.Accept> accepts, Tables tables) throws SQLException {
        var messages = MESSAGES.rows();
        tables.add(messages);
        for (var accept : accepts) {
            add(messages, accept.message);
            if (accept.frame == null) {
                Uploads.claim(connection, accept.message.id());
            } else {
                tables.part(accept.message.id(), "q", accept.frame);
            }
            work(tables, accept.message);
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
                message.receivedAt().truncatedTo(ChronoUnit.MICROS),
                message.digest(),
                message.rawDigest(),
                message.body().size(),
                message.patient(),
                message.answer().name(),
                message.infAckRequested(),
                message.ackRequested(),
                message.kind().label(),
                message.inbox(),
                message.acknowledged(),
                message.outcome());
    }

    private void work(Tables tables, Acceptance message) {
        int number = 0;
        var lease = message.lease();
        for (var handler : message.work()) {
            if (lease == null) {
                tables.work(message.id(), number++, new Lane(Lane.Kind.HANDLE, handler), message.receivedAt());
            } else {
                tables.claimedWork(
                        message.id(),
                        number++,
                        node,
                        message.receivedAt(),
                        message.receivedAt().plus(lease));
            }
        }
    }
}
