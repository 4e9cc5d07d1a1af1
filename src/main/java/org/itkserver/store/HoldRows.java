package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Hold.Marks;
import org.jspecify.annotations.Nullable;

/** Holds as rows, and which messages they cover. */
final class HoldRows {
    static final String COLUMNS =
            """
            select id, kind, tracking_id, patient, partner, service, from_at, to_at, reason, reference, set_by, set_at,
                lifted_by, lifted_at, lifted_reason
            from legal_hold""";
    static final String ACTIVE = COLUMNS + " where lifted_at is null order by id desc";
    /** A message, what it belongs to and what belongs to it. */
    private static final String RELATIVES =
            """
            select k, x.tracking_id, x.patient, x.partner, x.service, x.received_at
            from unnest(cast(? as bigint array)) as wanted(k) join message x on x.id = k
            union all
            select k, x.tracking_id, x.patient, x.partner, x.service, x.received_at
            from unnest(cast(? as bigint array)) as wanted(k) join message m on m.id = k join message x on x.id = m.origin
            union all
            select k, x.tracking_id, x.patient, x.partner, x.service, x.received_at
            from unnest(cast(? as bigint array)) as wanted(k) join message x on x.origin = k""";

    private HoldRows() {}

    static List<Hold> active(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(ACTIVE);
                var rows = select.executeQuery()) {
            var out = new ArrayList<Hold>();
            while (rows.next()) {
                out.add(of(rows));
            }
            return out;
        }
    }

    /** Those of the messages that a hold covers. */
    static Set<Long> held(Connection connection, Collection<Long> ids) throws SQLException {
        var out = new HashSet<Long>();
        var holds = active(connection);
        if (!holds.isEmpty()) {
            marks(connection, ids, (id, marks) -> {
                if (holds.stream().anyMatch(hold -> hold.what().covers(marks))) {
                    out.add(id);
                }
            });
        }
        return out;
    }

    /** The holds that cover a message, newest first. */
    static List<Hold> on(Connection connection, long message) throws SQLException {
        var holds = active(connection);
        var covering = new HashSet<Long>();
        if (!holds.isEmpty()) {
            marks(connection, List.of(message), (id, marks) -> holds.stream()
                    .filter(hold -> hold.what().covers(marks))
                    .forEach(hold -> covering.add(hold.id())));
        }
        return holds.stream().filter(hold -> covering.contains(hold.id())).toList();
    }

    /** What each of the messages, and each relative of it, is known by. */
    private static void marks(Connection connection, Collection<Long> ids, BiConsumer<Long, Marks> reader)
            throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        try (var select = connection.prepareStatement(RELATIVES)) {
            for (int i = 1; i <= 3; i++) {
                select.setArray(i, connection.createArrayOf("bigint", ids.toArray()));
            }
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    var marks = new Marks(
                            rows.getString(2),
                            rows.getBytes(3),
                            rows.getString(4),
                            rows.getString(5),
                            MessageRows.time(rows, "received_at"));
                    reader.accept(rows.getLong(1), marks);
                }
            }
        }
    }

    static Hold of(ResultSet row) throws SQLException {
        return new Hold(
                row.getLong("id"),
                what(row),
                row.getString("reason"),
                row.getString("reference"),
                row.getString("set_by"),
                MessageRows.time(row, "set_at"),
                row.getString("lifted_by"),
                time(row, "lifted_at"),
                row.getString("lifted_reason"));
    }

    private static Hold.What what(ResultSet row) throws SQLException {
        return switch (row.getString("kind")) {
            case "message" -> new Hold.OneMessage(row.getString("tracking_id"));
            case "patient" -> new Hold.OnePatient(row.getBytes("patient"));
            default ->
                new Hold.Window(
                        row.getString("partner"), row.getString("service"), time(row, "from_at"), time(row, "to_at"));
        };
    }

    static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
