package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import org.itkserver.audit.AuditQuery.MessageRow;

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
                Sql.time(row, "received_at"),
                Sql.timeOrNull(row, "settled_at"),
                row.getString("partner"),
                row.getString("service"),
                row.getString("interaction"),
                row.getString("tracking_id"),
                row.getString("message_id"),
                row.getString("sender"),
                row.getString("addresses"),
                row.getString("direction"),
                row.getString("kind"),
                row.getObject("origin", Long.class),
                row.getString("state"),
                row.getBoolean("inf_ack_requested"),
                row.getBoolean("ack_requested"),
                row.getString("outcome"),
                row.getString("error_id"),
                row.getString("reason"),
                row.getString("endpoint"),
                row.getLong("raw_size"),
                HexFormat.of().formatHex(row.getBytes("raw_sha256")),
                Sql.timeOrNull(row, "seen_at"),
                Sql.timeOrNull(row, "purged_at"));
    }
}
