package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Hold.Marks;

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
        return Sql.list(connection, ACTIVE, HoldRows::of);
    }

    /** Those of the messages that a hold covers. */
    static Set<Long> held(Connection connection, Collection<Long> ids) throws SQLException {
        var holds = active(connection);
        return known(connection, holds, ids).stream()
                .filter(known -> holds.stream().anyMatch(hold -> hold.what().covers(known.by())))
                .map(Known::message)
                .collect(Collectors.toSet());
    }

    /** The holds that cover a message, newest first. */
    static List<Hold> on(Connection connection, long message) throws SQLException {
        var holds = active(connection);
        var known = known(connection, holds, List.of(message));
        return holds.stream()
                .filter(hold -> known.stream().anyMatch(one -> hold.what().covers(one.by())))
                .toList();
    }

    private record Known(long message, Marks by) {}

    /** What each of the messages, and each relative of it, is known by; nothing is read when there is no hold. */
    private static List<Known> known(Connection connection, List<Hold> holds, Collection<Long> ids)
            throws SQLException {
        return holds.isEmpty() || ids.isEmpty()
                ? List.of()
                : Sql.list(connection, RELATIVES, HoldRows::known, ids, ids, ids);
    }

    private static Known known(ResultSet row) throws SQLException {
        var marks = new Marks(
                row.getString(2), row.getBytes(3), row.getString(4), row.getString(5), Sql.time(row, "received_at"));
        return new Known(row.getLong(1), marks);
    }

    static Hold of(ResultSet row) throws SQLException {
        return new Hold(
                row.getLong("id"),
                what(row),
                row.getString("reason"),
                row.getString("reference"),
                row.getString("set_by"),
                Sql.time(row, "set_at"),
                row.getString("lifted_by"),
                Sql.timeOrNull(row, "lifted_at"),
                row.getString("lifted_reason"));
    }

    private static Hold.What what(ResultSet row) throws SQLException {
        return switch (row.getString("kind")) {
            case "message" -> new Hold.OneMessage(row.getString("tracking_id"));
            case "patient" -> new Hold.OnePatient(row.getBytes("patient"));
            default ->
                new Hold.Window(
                        row.getString("partner"),
                        row.getString("service"),
                        Sql.timeOrNull(row, "from_at"),
                        Sql.timeOrNull(row, "to_at"));
        };
    }
}
