package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.Cause;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Alerts;
import org.itkserver.watch.Notice;

/** The alerts on JDBC. What audit events raise is written by {@link Committer}. */
public final class JdbcAlerts implements Alerts {
    private static final String SELECT =
            """
            select cause, kind, subject, partner, text, node, episode, first_at, last_at, times,
                closed_at, closed_by, closed_reason
            from alert\s""";
    private static final String LIST = SELECT
            + "order by case when closed_at is null then 0 else 1 end, closed_at desc, cause fetch first " + MOST
            + " rows only";
    private static final String UNRECORDED =
            SELECT + "where notified_at is null order by first_at fetch first " + MOST + " rows only";
    private static final String UNRECORDED_CLOSED = SELECT + "where closed_at is not null and notified_at is not null"
            + " and close_notified_at is null order by closed_at fetch first " + MOST + " rows only";
    private static final String CLOSE =
            """
            update alert set closed_at = ?, closed_by = ?, closed_reason = ?
            where cause = ? and episode = ? and closed_at is null""";
    private static final String TELL =
            "update alert set notified_at = ? where cause = ? and episode = ? and notified_at is null";
    private static final String TELL_CLOSED =
            """
            update alert set close_notified_at = ?
            where cause = ? and episode = ? and closed_at is not null and close_notified_at is null""";

    private final Database database;
    private final String node;

    /** @param node id of this node */
    public JdbcAlerts(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    @Override
    public List<Alert> list() {
        var out = database.read(connection -> list(connection, LIST));
        int open = (int) out.stream().filter(Alert::isOpen).count();
        out.subList(0, open).sort(Alert.WORST_FIRST);
        return out;
    }

    private static List<Alert> list(Connection connection, String sql) throws SQLException {
        return Sql.list(connection, sql, JdbcAlerts::of);
    }

    private static Alert of(ResultSet row) throws SQLException {
        return new Alert(
                row.getString("cause"),
                AlertKind.ofLabel(row.getString("kind")),
                row.getString("subject"),
                row.getString("partner"),
                row.getString("text"),
                row.getString("node"),
                row.getInt("episode"),
                Sql.time(row, "first_at"),
                Sql.time(row, "last_at"),
                row.getLong("times"),
                Sql.timeOrNull(row, "closed_at"),
                row.getString("closed_by"),
                row.getString("closed_reason"));
    }

    @Override
    public void raise(Cause cause, Instant at) {
        database.read(connection -> {
            AlertWriter.write(connection, node, cause, at);
            return true;
        });
    }

    @Override
    public boolean close(String key, int episode, Instant at, String by, String reason) {
        return database.read(connection -> Sql.update(connection, CLOSE, at, by, reason, key, episode)) == 1;
    }

    @Override
    public List<Notice> takeNotices(Instant now) {
        return database.read(connection -> {
            var out = new ArrayList<Notice>();
            take(connection, UNRECORDED, TELL, now, false, out);
            take(connection, UNRECORDED_CLOSED, TELL_CLOSED, now, true, out);
            return out;
        });
    }

    /** Of all nodes that see a row, the one whose update comes first tells of it. */
    private static void take(
            Connection connection, String unrecorded, String tell, Instant now, boolean closed, List<Notice> out)
            throws SQLException {
        for (var alert : list(connection, unrecorded)) {
            if (Sql.update(connection, tell, now, alert.key(), alert.episode()) == 1) {
                out.add(new Notice(alert, closed));
            }
        }
    }
}
