package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
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
                try (var select = connection.prepareStatement(END)) {
                    select.setString(1, node);
                    try (var row = select.executeQuery()) {
                        row.next();
                        out.put(node, row.getLong(1));
                    }
                }
            }
            return out;
        });
    }

    /** H2 begins a range at its value and would walk all rows of the node; PostgreSQL begins behind it. */
    private String after(String node) {
        return database.isH2() ? node + '\u0001' : node;
    }

    private static @Nullable String next(Connection connection, String node) throws SQLException {
        try (var select = connection.prepareStatement(NEXT_NODE)) {
            select.setString(1, node);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /** Halves the numbers until the place is found. */
    @Override
    public long before(String node, Instant time) {
        return database.read(connection -> {
            long low = 0;
            long high;
            try (var select = connection.prepareStatement(END)) {
                select.setString(1, node);
                try (var row = select.executeQuery()) {
                    row.next();
                    high = row.getLong(1);
                }
            }
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
        try (var select = connection.prepareStatement(TIME_AFTER)) {
            select.setString(1, node);
            select.setLong(2, after);
            try (var row = select.executeQuery()) {
                return row.next()
                        && row.getObject(1, OffsetDateTime.class).toInstant().isBefore(time);
            }
        }
    }

    @Override
    public List<TrailEvent> events(Stretch stretch, Filter filter, int limit) {
        return list(EVENTS, select -> {
            bind(select, stretch);
            select.setString(4, filter.type());
            select.setObject(5, utc(filter.from()));
            select.setObject(6, utc(filter.to()));
            select.setInt(7, limit);
        });
    }

    @Override
    public List<TrailEvent> arrivals(Stretch stretch, int limit) {
        return list(ARRIVALS, select -> {
            bind(select, stretch);
            select.setInt(4, limit);
        });
    }

    @Override
    public List<TrailEvent> eventsOf(String trackingId) {
        return list(EVENTS_OF, select -> {
            select.setString(1, trackingId);
            select.setString(2, trackingId.toUpperCase(Locale.ROOT));
            select.setString(3, trackingId.toLowerCase(Locale.ROOT));
        });
    }

    private static void bind(PreparedStatement select, Stretch stretch) throws SQLException {
        select.setString(1, stretch.node());
        select.setLong(2, stretch.after());
        select.setLong(3, stretch.last());
    }

    private List<TrailEvent> list(String sql, Bind bind) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                bind.to(select);
                var out = new ArrayList<TrailEvent>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(event(rows));
                    }
                }
                return out;
            }
        });
    }

    static TrailEvent event(ResultSet row) throws SQLException {
        long message = row.getLong("message_id");
        boolean hasMessage = !row.wasNull();
        return new TrailEvent(
                row.getString("node"),
                row.getLong("seq"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("type"),
                hasMessage ? message : null,
                row.getString("tracking_id"),
                row.getString("partner"),
                row.getString("service"),
                row.getString("actor"),
                row.getString("source"),
                row.getString("error_code"),
                row.getString("error_id"),
                row.getString("detail"));
    }

    @FunctionalInterface
    private interface Bind {
        void to(PreparedStatement select) throws SQLException;
    }
}
