package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.itkserver.audit.TrailQuery;
import org.jspecify.annotations.Nullable;

/** The trail on JDBC: every question is answered by the primary key (node, seq) or by the key of a message. */
public final class JdbcTrailQuery implements TrailQuery {
    private static final String NEXT_NODE =
            "select (select node from audit_event where node > ?" + " order by node, seq fetch first 1 rows only)";
    private static final String END = "select coalesce((select seq from audit_event"
            + " where node = ? order by node desc, seq desc fetch first 1 rows only), 0)";
    private static final String TIME_AFTER =
            "select at from audit_event where node = ? and seq > ? order by node, seq fetch first 1 rows only";
    static final String COLUMNS =
            """
            select e.node, e.seq, e.at, e.type, e.message_id, e.tracking_id, e.partner, e.service, e.actor, e.source,
                e.error_code, e.error_id, e.detail
            from audit_event e""";
    private static final String STRETCH = " where e.node = ? and e.seq > ? and e.seq <= ?";
    private static final String FIRST = " order by e.seq fetch first ? rows only";
    /** The times in a shape that no index serves: a plan by time would read the whole trail for each stretch. */
    private static final String EVENTS = COLUMNS + STRETCH + " and e.type = coalesce(cast(? as varchar), e.type)"
            + " and case when e.at >= ? and e.at < ? then 1 else 0 end = 1" + FIRST;

    /** Not a join, which could begin with the messages. */
    private static final String ARRIVALS = COLUMNS + STRETCH + " and e.type = 'accepted'"
            + " and (select m.inbox from message m where m.id = e.message_id)" + FIRST;

    private static final String EVENTS_OF = COLUMNS
            + " join message m on m.id = e.message_id where m.tracking_id in (?, ?, ?) order by e.at, e.node, e.seq";

    private final Database database;

    public JdbcTrailQuery(Database database) {
        this.database = database;
    }

    /** From node to node through the key: the table is never walked. */
    @Override
    public Map<String, Long> ends() {
        return database.read(connection -> {
            var out = new LinkedHashMap<String, Long>();
            for (var node = next(connection, ""); node != null; node = next(connection, after(node))) {
                out.put(node, end(connection, node));
            }
            return out;
        });
    }

    /** H2 begins a range at its value and would walk all rows of the node; PostgreSQL begins behind it. */
    private String after(String node) {
        return database.isH2() ? node + '\u0001' : node;
    }

    private static @Nullable String next(Connection connection, String node) throws SQLException {
        return Sql.first(connection, NEXT_NODE, row -> row.getString(1), node).orElse(null);
    }

    private static long end(Connection connection, String node) throws SQLException {
        return Sql.first(connection, END, row -> row.getLong(1), node).orElseThrow();
    }

    /** Halves the numbers until the place is found. */
    @Override
    public long before(String node, Instant time) {
        return database.read(connection -> {
            long low = 0;
            long high = end(connection, node);
            while (low < high) {
                long middle = low + (high - low) / 2;
                if (isOlder(connection, node, middle, time)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        });
    }

    private static boolean isOlder(Connection connection, String node, long after, Instant time) throws SQLException {
        return Sql.first(connection, TIME_AFTER, row -> Sql.time(row, "at"), node, after)
                .map(at -> at.isBefore(time))
                .orElse(false);
    }

    @Override
    public List<TrailEvent> events(Stretch stretch, Filter filter, int limit) {
        return list(
                EVENTS,
                stretch.node(),
                stretch.after(),
                stretch.last(),
                filter.type(),
                filter.from(),
                filter.to(),
                limit);
    }

    @Override
    public List<TrailEvent> arrivals(Stretch stretch, int limit) {
        return list(ARRIVALS, stretch.node(), stretch.after(), stretch.last(), limit);
    }

    @Override
    public List<TrailEvent> eventsOf(String trackingId) {
        var upper = trackingId.toUpperCase(Locale.ROOT);
        return list(EVENTS_OF, trackingId, upper, trackingId.toLowerCase(Locale.ROOT));
    }

    private List<TrailEvent> list(String sql, @Nullable Object... values) {
        return database.read(connection -> Sql.list(connection, sql, JdbcTrailQuery::event, values));
    }

    static TrailEvent event(ResultSet row) throws SQLException {
        return new TrailEvent(
                row.getString("node"),
                row.getLong("seq"),
                Sql.time(row, "at"),
                row.getString("type"),
                row.getObject("message_id", Long.class),
                row.getString("tracking_id"),
                row.getString("partner"),
                row.getString("service"),
                row.getString("actor"),
                row.getString("source"),
                row.getString("error_code"),
                row.getString("error_id"),
                row.getString("detail"));
    }
}
