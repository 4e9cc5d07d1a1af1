package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.MessageRecord;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.Remaining;
import org.jspecify.annotations.Nullable;

/** Reads messages without their bytes. */
final class MessageRecords {
    private static final String COLUMNS =
            """
            select id, direction, kind, partner, tracking_id, service, action, interaction, sender, addresses, state,
                received_at, settled_at, digest, inf_ack_requested, ack_requested, origin, hop, endpoint, relates_to,
                outcome, reason, purged_at
            from message where """;
    private static final String BY_ID = COLUMNS + " id = ?";
    private static final String BY_TRACKING_ID = COLUMNS + " tracking_id in (?, ?, ?) order by id";
    private static final String CHILDREN = COLUMNS + " origin = ? order by id";

    private static final String REMAINING =
            """
            select (select count(*) from delivery d where d.message_id = m.id and d.kind <> 'expire') as works,
                (select max(d.lease_until) from delivery d where d.message_id = m.id and d.kind <> 'expire') as claimed,
                (select count(*) from dead_work w where w.message_id = m.id and w.kind = 'handle') as refused,
                m.seen_at
            from (select cast(? as bigint) as id, (select seen_at from message where id = ?) as seen_at) m""";

    private final Database database;

    MessageRecords(Database database) {
        this.database = database;
    }

    Optional<MessageRecord> byId(long id) {
        return read(BY_ID, id).stream().findFirst();
    }

    List<MessageRecord> byTrackingId(String trackingId) {
        return read(
                BY_TRACKING_ID,
                trackingId,
                trackingId.toUpperCase(java.util.Locale.ROOT),
                trackingId.toLowerCase(java.util.Locale.ROOT));
    }

    List<MessageRecord> childrenOf(long id) {
        return read(CHILDREN, id);
    }

    Remaining remaining(long id) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(REMAINING)) {
                select.setLong(1, id);
                select.setLong(2, id);
                try (var row = select.executeQuery()) {
                    row.next();
                    return new Remaining(
                            row.getInt("works") > 0,
                            instant(row.getObject("claimed", OffsetDateTime.class)),
                            row.getInt("refused") > 0,
                            row.getObject("seen_at") != null);
                }
            }
        });
    }

    private List<MessageRecord> read(String sql, Object... values) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    select.setObject(i + 1, values[i]);
                }
                var out = new ArrayList<MessageRecord>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(of(rows));
                    }
                }
                return out;
            }
        });
    }

    private static MessageRecord of(ResultSet row) throws SQLException {
        long origin = row.getLong("origin");
        boolean hasOrigin = !row.wasNull();
        return new MessageRecord(
                row.getLong("id"),
                row.getString("direction").equals("in"),
                MessageKind.ofLabel(row.getString("kind")),
                row.getString("partner"),
                row.getString("tracking_id"),
                row.getString("service"),
                row.getString("action"),
                row.getString("interaction"),
                row.getString("sender"),
                row.getString("addresses"),
                MessageState.ofLabel(row.getString("state")),
                row.getObject("received_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("settled_at", OffsetDateTime.class)),
                row.getBytes("digest"),
                row.getBoolean("inf_ack_requested"),
                row.getBoolean("ack_requested"),
                hasOrigin ? origin : null,
                row.getString("hop"),
                row.getString("endpoint"),
                row.getString("relates_to"),
                row.getString("outcome"),
                row.getString("reason"),
                instant(row.getObject("purged_at", OffsetDateTime.class)));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
