package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;

/** Raises alerts in an open transaction: one row for each cause, however often it comes. Stateless. */
final class AlertWriter {
    private static final String AGAIN =
            """
            update alert set
                times = cast(? as bigint) + case when closed_at is null then times else 0 end,
                first_at = case when closed_at is null then first_at else cast(? as timestamp with time zone) end,
                last_at = case when closed_at is null then greatest(last_at, cast(? as timestamp with time zone))
                    else cast(? as timestamp with time zone) end,
                episode = episode + case when closed_at is null then 0 else 1 end,
                notified_at = case when closed_at is null then notified_at else null end,
                close_notified_at = null, closed_at = null, closed_by = null, closed_reason = null,
                text = ?, node = ?
            where cause = ?""";
    private static final String FIRST =
            """
            insert into alert (cause, kind, subject, partner, text, node, episode, first_at, last_at, times)
            values (?, ?, ?, ?, ?, ?, 1, ?, ?, ?) on conflict do nothing""";

    private AlertWriter() {}

    /** A cause with how often it came. */
    private record Raised(Cause cause, Instant first, Instant last, long count) {
        Raised and(Raised other) {
            return new Raised(
                    other.cause,
                    first.isBefore(other.first) ? first : other.first,
                    last.isAfter(other.last) ? last : other.last,
                    count + other.count);
        }
    }

    /** Raises what the events of one group raise; does nothing, at once, when that is nothing. */
    static void write(Connection connection, String node, Iterable<AuditEvent> events) throws SQLException {
        // in one order, so that two nodes cannot wait for each other
        var raised = new TreeMap<String, Raised>();
        for (var event : events) {
            var aside = event.aside();
            var cause = aside == null ? null : aside.cause();
            if (cause == null && event.type() == AuditType.ALERT) {
                cause = new Cause(AlertKind.OTHER, node, null, "The audit trail says more.");
            }
            if (cause != null) {
                raised.merge(cause.key(), new Raised(cause, event.at(), event.at(), 1), Raised::and);
            }
        }
        write(connection, node, raised);
    }

    static void write(Connection connection, String node, Cause cause, Instant at) throws SQLException {
        write(connection, node, Map.of(cause.key(), new Raised(cause, at, at, 1)));
    }

    private static void write(Connection connection, String node, Map<String, Raised> raised) throws SQLException {
        for (var one : raised.values()) {
            // the row may be made by another node between the two
            if (!again(connection, node, one) && !first(connection, node, one)) {
                again(connection, node, one);
            }
        }
    }

    private static boolean again(Connection connection, String node, Raised one) throws SQLException {
        try (var update = connection.prepareStatement(AGAIN)) {
            update.setLong(1, one.count());
            update.setObject(2, utc(one.first()));
            update.setObject(3, utc(one.last()));
            update.setObject(4, utc(one.last()));
            update.setString(5, one.cause().text());
            update.setString(6, node);
            update.setString(7, one.cause().key());
            return update.executeUpdate() == 1;
        }
    }

    private static boolean first(Connection connection, String node, Raised one) throws SQLException {
        try (var insert = connection.prepareStatement(FIRST)) {
            insert.setString(1, one.cause().key());
            insert.setString(2, one.cause().kind().label());
            insert.setString(3, one.cause().subject());
            insert.setString(4, one.cause().partner());
            insert.setString(5, one.cause().text());
            insert.setString(6, node);
            insert.setObject(7, utc(one.first()));
            insert.setObject(8, utc(one.last()));
            insert.setLong(9, one.count());
            return insert.executeUpdate() == 1;
        }
    }
}
