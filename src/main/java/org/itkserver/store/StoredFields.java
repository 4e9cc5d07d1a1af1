package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import org.itkserver.audit.MessageFields;
import org.itkserver.exchange.Acceptance;

/** The unchanging fields of messages: of those to be stored, and of stored rows. */
final class StoredFields {
    static final String COLUMNS =
            """
            direction, partner, tracking_id, message_id, service, interaction, sender, addresses, received_at, raw_size,
                digest, raw_sha256, patient, inf_ack_requested, ack_requested, kind, inbox, origin, action, endpoint,
                relates_to, hop""";

    private StoredFields() {}

    static MessageFields of(Acceptance message) {
        return new MessageFields(
                "in",
                message.partner(),
                message.trackingId(),
                message.messageId(),
                message.service(),
                message.interaction(),
                message.sender(),
                message.addresses(),
                message.receivedAt().truncatedTo(ChronoUnit.MICROS),
                message.body().size(),
                message.digest(),
                message.rawDigest(),
                message.patient(),
                message.infAckRequested(),
                message.ackRequested(),
                message.kind().label(),
                message.inbox(),
                message.acknowledged(),
                null);
    }

    static MessageFields of(Entry.Out out) {
        var message = out.message();
        return new MessageFields(
                "out",
                message.partner(),
                message.trackingId(),
                "",
                message.service(),
                message.interaction(),
                message.sender(),
                message.addresses(),
                message.createdAt().truncatedTo(ChronoUnit.MICROS),
                message.content().length,
                message.digest(),
                out.digest(),
                message.patient(),
                message.infAckRequested(),
                message.ackRequested(),
                message.kind().label(),
                false,
                message.origin(),
                new MessageFields.Sending(message.action(), message.endpoint(), message.relatesTo(), message.hop()));
    }

    /** @param row a row of {@code message} with {@link #COLUMNS} */
    static MessageFields of(ResultSet row) throws SQLException {
        boolean out = "out".equals(row.getString("direction"));
        var origin = row.getObject("origin", Long.class);
        return new MessageFields(
                row.getString("direction"),
                row.getString("partner"),
                row.getString("tracking_id"),
                row.getString("message_id"),
                row.getString("service"),
                row.getString("interaction"),
                row.getString("sender"),
                row.getString("addresses"),
                Sql.time(row, "received_at"),
                row.getLong("raw_size"),
                row.getBytes("digest"),
                row.getBytes("raw_sha256"),
                row.getBytes("patient"),
                row.getBoolean("inf_ack_requested"),
                row.getBoolean("ack_requested"),
                row.getString("kind"),
                row.getBoolean("inbox"),
                origin,
                out ? sending(row) : null);
    }

    private static MessageFields.Sending sending(ResultSet row) throws SQLException {
        return new MessageFields.Sending(
                row.getString("action"), row.getString("endpoint"), row.getString("relates_to"), row.getString("hop"));
    }
}
