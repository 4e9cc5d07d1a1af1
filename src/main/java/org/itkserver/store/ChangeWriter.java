package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.itkserver.delivery.Lane;
import org.itkserver.exchange.AckEffect;
import org.itkserver.exchange.Change;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.OutboundMessage;

/** What the changes of one group do: messages to send, acknowledgements, decisions. Used by the committer's thread alone. */
final class ChangeWriter {
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
            "inf_ack_requested boolean",
            "ack_requested boolean",
            "kind varchar",
            "origin bigint",
            "action varchar",
            "endpoint varchar",
            "relates_to varchar",
            "hop varchar",
            "outcome varchar",
            "reason varchar");
    private static final Lane EXPIRY = new Lane(Lane.Kind.EXPIRE, "acknowledgements");
    private static final String DECIDE =
            "update message set outcome = ? where id = ? and direction = 'in' and outcome is null";
    private static final String ANSWERED =
            "delete from delivery where message_id = ? and kind = 'expire' and number = ?";
    private static final String RESEND =
            """
            insert into delivery (message_id, number, kind, handler, due, waits_from, attempt)
            select id, 0, ?, ?, ?, cast(? as timestamp with time zone), 0 from message
            where id = ? and (settled_at is null or settled_at < ?) and purge_batch is null
            and not exists (select 1 from delivery d where d.message_id = message.id and d.number = 0)""";
    /** So that nobody chooses its bytes to be destroyed meanwhile. */
    private static final String LOCK = "select id from message where id = ? for update";

    private static final Map<AckEffect.Kind, String> ACKNOWLEDGE = acknowledge();

    private final Clock clock;

    ChangeWriter(Clock clock) {
        this.clock = clock;
    }

    private static Map<AckEffect.Kind, String> acknowledge() {
        var out = new EnumMap<AckEffect.Kind, String>(AckEffect.Kind.class);
        for (var kind : AckEffect.Kind.values()) {
            var from = kind.from().stream()
                    .map(state -> "'" + state.label() + "'")
                    .sorted()
                    .collect(Collectors.joining(", "));
            out.put(
                    kind,
                    "update message set state = '" + kind.to().label()
                            + "', settled_at = ?, reason = coalesce(?, reason)"
                            + " where id = ? and direction = 'out' and state in (" + from + ")");
        }
        return out;
    }

    /** Makes the decision of a change, if it has one. */
    boolean decide(Connection connection, Change change) throws SQLException {
        var decision = change.decision();
        if (decision == null) {
            return true;
        }
        try (var update = connection.prepareStatement(DECIDE)) {
            update.setString(1, decision.outcome());
            update.setLong(2, decision.message());
            return update.executeUpdate() == 1;
        }
    }

    /** Adds the rows of messages to send. */
    void add(Connection connection, List<Entry> effective, Tables tables) throws SQLException {
        var messages = MESSAGES.rows();
        tables.add(messages);
        for (var entry : effective) {
            for (var out : entry.out()) {
                add(messages, out.message(), out.digest());
                parts(connection, out, tables);
                work(tables, out.message());
            }
        }
    }

    private static void parts(Connection connection, Entry.Out out, Tables tables) throws SQLException {
        if (out.frame() != null) {
            tables.part(out.message().id(), "q", out.frame());
        } else if (out.message().kind() != MessageKind.FORWARD) {
            Uploads.claim(connection, out.message().id());
        }
    }

    private static void work(Tables tables, OutboundMessage message) {
        var lane = message.lane();
        if (lane == null) {
            return;
        }
        tables.work(message.id(), OutboundMessage.SEND, lane, message.createdAt());
        if (message.infAckDue() != null) {
            tables.work(message.id(), OutboundMessage.INF_ACK_DUE, EXPIRY, message.createdAt(), message.infAckDue());
        }
        if (message.ackDue() != null) {
            tables.work(message.id(), OutboundMessage.ACK_DUE, EXPIRY, message.createdAt(), message.ackDue());
        }
    }

    private static void add(BulkInsert.Rows rows, OutboundMessage message, byte[] bytesDigest) {
        rows.add(
                message.id(),
                "out",
                message.partner(),
                message.trackingId(),
                "",
                message.service(),
                message.interaction(),
                message.sender(),
                message.addresses(),
                message.state().label(),
                message.createdAt().truncatedTo(ChronoUnit.MICROS),
                message.digest(),
                bytesDigest,
                (long) message.content().length,
                message.patient(),
                message.infAckRequested(),
                message.ackRequested(),
                message.kind().label(),
                message.origin(),
                message.action(),
                message.endpoint(),
                message.relatesTo(),
                message.hop(),
                message.outcome(),
                message.reason());
    }

    /** Moves messages of ours that were acknowledged, and sends again what is to be sent again. */
    void update(Connection connection, List<Entry> effective) throws SQLException {
        var acks = new ArrayList<AckEffect>();
        var resends = new ArrayList<Change.Resend>();
        for (var entry : effective) {
            acks.addAll(entry.change().acks());
            resends.addAll(entry.change().resend());
        }
        for (var ack : acks) {
            acknowledge(connection, ack);
        }
        for (var resend : resends) {
            resend(connection, resend);
        }
    }

    private void acknowledge(Connection connection, AckEffect ack) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(ACKNOWLEDGE.get(ack.kind()));
                var answered = connection.prepareStatement(ANSWERED)) {
            update.setObject(1, utc(clock.instant()));
            update.setString(2, ack.reason());
            update.setLong(3, ack.message());
            update.executeUpdate();
            for (int number : ack.kind().answered()) {
                answered.setLong(1, ack.message());
                answered.setInt(2, number);
                answered.addBatch();
            }
            answered.executeBatch();
        }
    }

    private static void resend(Connection connection, Change.Resend resend) throws SQLException {
        try (var lock = connection.prepareStatement(LOCK);
                var insert = connection.prepareStatement(RESEND)) {
            lock.setLong(1, resend.message());
            lock.execute();
            insert.setString(1, resend.lane().kind().label());
            insert.setString(2, resend.lane().name());
            insert.setObject(3, utc(resend.due()));
            insert.setObject(4, utc(resend.due()));
            insert.setLong(5, resend.message());
            insert.setObject(6, utc(resend.sentBefore()));
            insert.executeUpdate();
        }
    }
}
