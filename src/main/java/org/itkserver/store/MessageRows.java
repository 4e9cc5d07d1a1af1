package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.jspecify.annotations.Nullable;

/** Messages as people see them in lists. */
final class MessageRows {
    static final String COLUMNS =
            "id, received_at, settled_at, partner, service, interaction, tracking_id, message_id, sender, addresses,"
                    + " direction, kind, origin, state, inf_ack_requested, ack_requested, outcome, error_id, reason,"
                    + " endpoint, raw_size, raw_sha256, seen_at, purged_at";

    private MessageRows() {}

    static MessageRow of(ResultSet row) throws SQLException {
        return new MessageRow(
                row.getLong("id"),
                time(row, "received_at"),
                row.getObject("settled_at") == null ? null : time(row, "settled_at"),
                row.getString("partner"),
                row.getString("service"),
                row.getString("interaction"),
                row.getString("tracking_id"),
                row.getString("message_id"),
                row.getString("sender"),
                row.getString("addresses"),
                row.getString("direction"),
                row.getString("kind"),
                number(row, "origin"),
                row.getString("state"),
                row.getBoolean("inf_ack_requested"),
                row.getBoolean("ack_requested"),
                row.getString("outcome"),
                row.getString("error_id"),
                row.getString("reason"),
                row.getString("endpoint"),
                row.getLong("raw_size"),
                HexFormat.of().formatHex(row.getBytes("raw_sha256")),
                row.getObject("seen_at") == null ? null : time(row, "seen_at"),
                HoldRows.time(row, "purged_at"));
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
