package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.TrailQuery;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/**
 * The search on JDBC: walks the index that fits best from the newest event on, some hundred rows at a time, and filters what
 * it reads.
 */
public final class JdbcAuditSearch implements AuditSearch {
    private static final int CHUNK = 500;
    private static final int LOOK = 4000;
    private static final String WINDOW = " e.at <= ? and e.at >= ? order by e.at desc fetch first ? rows only";
    private static final String BY_TIME = JdbcTrailQuery.COLUMNS + " where" + WINDOW;
    /** For H2: named in the order too, or a plan by time would walk past everything else. */
    private static final String BY_TYPE = JdbcTrailQuery.COLUMNS + " where e.type = ? and"
            + WINDOW.replace("order by e.at desc", "order by e.type desc, e.at desc");
    /** For PostgreSQL, which sees through that: only the index of types and times serves such a pair. */
    private static final String BY_TYPE_AND_TIME = JdbcTrailQuery.COLUMNS
            + " where (e.type, e.at) <= (?, ?) and (e.type, e.at) >= (?, ?) order by e.type desc, e.at desc"
            + " fetch first ? rows only";
    /** The time in a shape that no index serves: a message has few events. */
    private static final String BY_MESSAGE = JdbcTrailQuery.COLUMNS + " where e.message_id = ? and"
            + " case when e.at <= ? and e.at >= ? then 1 else 0 end = 1 order by e.at desc fetch first ? rows only";

    private static final String FIRST_WAITING =
            "select at from audit_event where node = ? and seq > ? order by node, seq fetch first 1 rows only";

    private static final Comparator<TrailEvent> NEWEST_FIRST = Comparator.comparing(TrailEvent::at)
            .thenComparing(TrailEvent::node)
            .thenComparing(TrailEvent::seq)
            .reversed();

    private final Database database;
    private final TrailQuery trail;

    /** @param trail for the events of a tracking id, and the ends of the nodes */
    public JdbcAuditSearch(Database database, TrailQuery trail) {
        this.database = database;
        this.trail = trail;
    }

    @Override
    public Found find(Filter filter, @Nullable Position after, int most) {
        var found = new ArrayList<TrailEvent>();
        var byKey = new HashSet<Place>();
        if (filter.trackingId() != null) {
            // the events of stored messages are a few, found by key; the walk then looks for the others
            var ofMessages = trail.eventsOf(filter.trackingId());
            ofMessages.forEach(event -> byKey.add(Place.of(event)));
            if (after == null) {
                // events of earlier releases name the message alone
                ofMessages.stream()
                        .filter(filter.withoutTrackingId()::matches)
                        .sorted(NEWEST_FIRST)
                        .limit(LOOK)
                        .forEach(found::add);
            }
        }
        return walk(filter, after, most, new Walked(found, byKey));
    }

    private record Place(String node, long seq) {
        static Place of(TrailEvent event) {
            return new Place(event.node(), event.seq());
        }
    }

    /**
     * What was found by key.
     *
     * @param found to be shown
     * @param byKey all of them; the walk leaves them out
     */
    private record Walked(List<TrailEvent> found, Set<Place> byKey) {}

    private Found walk(Filter filter, @Nullable Position after, int most, Walked before) {
        var found = before.found();
        int wanted = found.size() + most;
        int examined = 0;
        var place = after == null ? null : after;
        while (true) {
            var chunk = chunk(filter, place);
            for (var event : chunk) {
                place = Position.of(event);
                if (filter.matches(event) && !before.byKey().contains(Place.of(event))) {
                    found.add(event);
                    if (found.size() == wanted) {
                        return found(found, place, place);
                    }
                }
            }
            examined += chunk.size();
            if (chunk.isEmpty()) {
                return found(found, null, place);
            }
            if (examined >= LOOK) {
                return found(found, place, place);
            }
        }
    }

    private static Found found(List<TrailEvent> events, @Nullable Position next, @Nullable Position reached) {
        return new Found(events.stream().sorted(NEWEST_FIRST).toList(), next, reached == null ? null : reached.at());
    }

    /** The next events after a place, in order; none at the end. Events of one time are never torn apart. */
    private List<TrailEvent> chunk(Filter filter, @Nullable Position place) {
        for (int size = CHUNK; ; size *= 4) {
            var rows = rows(filter, place == null ? filter.to() : place.at(), size);
            boolean more = rows.size() == size;
            if (more) {
                var last = rows.get(rows.size() - 1).at();
                if (rows.get(0).at().equals(last)) {
                    continue;
                }
                rows.removeIf(row -> row.at().equals(last));
            }
            rows.sort(NEWEST_FIRST);
            if (place != null) {
                rows.removeIf(row -> !Position.of(row).isAfter(place));
            }
            if (!rows.isEmpty() || !more) {
                return rows;
            }
        }
    }

    private List<TrailEvent> rows(Filter filter, Instant to, int most) {
        var message = filter.message();
        var type = filter.type();
        return database.read(connection -> {
            boolean pair = message == null && type != null && !database.isH2();
            var sql = message != null ? BY_MESSAGE : pair ? BY_TYPE_AND_TIME : type != null ? BY_TYPE : BY_TIME;
            try (var select = connection.prepareStatement(sql)) {
                int next = 1;
                if (message != null) {
                    select.setLong(next++, message);
                } else if (type != null) {
                    select.setString(next++, type);
                }
                select.setObject(next++, utc(to));
                if (pair) {
                    select.setString(next++, type);
                }
                select.setObject(next++, utc(filter.from()));
                select.setInt(next, most);
                var out = new ArrayList<TrailEvent>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(JdbcTrailQuery.event(rows));
                    }
                }
                return out;
            }
        });
    }

    @Override
    public List<Sealing> sealing() {
        var ends = trail.ends();
        return database.read(connection -> {
            var out = new ArrayList<Sealing>();
            for (var end : ends.entrySet()) {
                out.add(sealing(connection, end.getKey(), end.getValue()));
            }
            return out;
        });
    }

    private static Sealing sealing(Connection connection, String node, long end) throws SQLException {
        var seal = Seals.last(connection, node);
        long sealed = seal == null ? 0 : seal.lastSeq();
        try (var select = connection.prepareStatement(FIRST_WAITING)) {
            select.setString(1, node);
            select.setLong(2, sealed);
            try (var row = select.executeQuery()) {
                var waiting =
                        row.next() ? row.getObject(1, OffsetDateTime.class).toInstant() : null;
                return new Sealing(node, seal, Math.max(0, end - sealed), waiting);
            }
        }
    }
}
