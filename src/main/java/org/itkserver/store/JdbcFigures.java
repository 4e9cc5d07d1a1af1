package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.watch.Figures;
import org.itkserver.watch.Tally;
import org.itkserver.watch.Traffic;
import org.itkserver.watch.TrafficKind;

/** Figures on JDBC: from small tables, and from the ends of indexes. */
public final class JdbcFigures implements Figures {
    private static final int LANES = 200;
    private static final List<Lane.Kind> KINDS = List.of(Lane.Kind.HANDLE, Lane.Kind.SEND, Lane.Kind.QUEUE);

    private static final String MORE =
            """
            update traffic set total = total + ?
            where starts_at = ? and node = ? and partner = ? and kind = ? and bucket = ?""";
    private static final String FIRST =
            "insert into traffic (total, starts_at, node, partner, kind, bucket) values (?, ?, ?, ?, ?, ?)";
    private static final String SEEN_FIRST = "insert into partner_seen (partner) values (?) on conflict do nothing";
    private static final String SEEN =
            """
            update partner_seen set
                last_in = greatest(last_in, cast(? as timestamp with time zone)),
                last_out = greatest(last_out, cast(? as timestamp with time zone))
            where partner = ?""";
    private static final String HOURS =
            """
            select starts_at, kind, bucket, sum(total) as total from traffic
            where starts_at >= ? and partner = '' group by starts_at, kind, bucket""";
    private static final String PARTNERS = "select partner, last_in, last_out from partner_seen";
    private static final String DEAD_LETTERS =
            """
            select partner, sum(total) as total from traffic
            where starts_at >= ? and kind = 'dead-letter' and partner <> '' group by partner""";
    private static final String IN_STATE =
            "select count(*) from (select 1 from message where state = ? order by received_at fetch first "
                    + (MOST_OPEN + 1) + " rows only) m";
    private static final String IN_LANE =
            "select count(*), min(due) from (select due from delivery where kind = ? and handler = ? order by due"
                    + " fetch first " + (MOST + 1) + " rows only) d";
    private static final String NOW = "select current_timestamp";
    private static final String FORGET = "delete from traffic where starts_at < ?";

    private final Database database;
    private final DeliveryQueue queue;
    private final String node;
    private final Clock clock;

    /** @param node id of this node, whose rows no other node changes */
    public JdbcFigures(Database database, DeliveryQueue queue, String node, Clock clock) {
        this.database = database;
        this.queue = queue;
        this.node = node;
        this.clock = clock;
    }

    @Override
    public void add(Traffic.Taken counted) {
        database.inTransaction(connection -> {
            for (var tally : counted.tallies()) {
                if (!write(connection, MORE, tally)) {
                    write(connection, FIRST, tally);
                }
            }
            seen(connection, counted);
            return true;
        });
    }

    private boolean write(Connection connection, String sql, Tally tally) throws SQLException {
        return Sql.update(
                        connection,
                        sql,
                        tally.count(),
                        tally.hour(),
                        node,
                        tally.partner(),
                        tally.kind().label(),
                        tally.bucket())
                == 1;
    }

    /** In one order, so that two nodes cannot wait for each other. */
    private static void seen(Connection connection, Traffic.Taken counted) throws SQLException {
        var partners = new TreeSet<>(counted.in().keySet());
        partners.addAll(counted.out().keySet());
        try (var insert = connection.prepareStatement(SEEN_FIRST);
                var update = connection.prepareStatement(SEEN)) {
            for (var partner : partners) {
                Sql.bind(update, counted.in().get(partner), counted.out().get(partner), partner);
                if (update.executeUpdate() == 0) {
                    insert.setString(1, partner);
                    insert.executeUpdate();
                    update.executeUpdate();
                }
            }
        }
    }

    @Override
    public List<Tally> hours(Instant from) {
        return database.read(connection -> Sql.list(connection, HOURS, JdbcFigures::tally, from));
    }

    private static Tally tally(ResultSet row) throws SQLException {
        return new Tally(
                Sql.time(row, "starts_at"),
                "",
                TrafficKind.ofLabel(row.getString("kind")),
                row.getInt("bucket"),
                row.getLong("total"));
    }

    @Override
    public List<Seen> partners(Instant from) {
        return database.read(connection -> {
            var out = new TreeMap<String, Seen>();
            try (var select = connection.prepareStatement(PARTNERS);
                    var rows = select.executeQuery()) {
                while (rows.next()) {
                    var partner = rows.getString("partner");
                    out.put(
                            partner,
                            new Seen(partner, Sql.timeOrNull(rows, "last_in"), Sql.timeOrNull(rows, "last_out"), 0));
                }
            }
            try (var select = connection.prepareStatement(DEAD_LETTERS)) {
                select.setObject(1, utc(from));
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        var partner = rows.getString("partner");
                        var known = out.getOrDefault(partner, new Seen(partner, null, null, 0));
                        out.put(partner, new Seen(partner, known.in(), known.out(), rows.getLong("total")));
                    }
                }
            }
            return List.copyOf(out.values());
        });
    }

    @Override
    public Open open() {
        return database.read(connection -> new Open(
                count(connection, "accepted"), count(connection, "overdue"), count(connection, "dead-letter")));
    }

    private static int count(Connection connection, String state) throws SQLException {
        return Sql.first(connection, IN_STATE, row -> row.getInt(1), state).orElseThrow();
    }

    @Override
    public List<Waiting> waiting() {
        var lanes = queue.lanes(KINDS);
        return database.read(connection -> {
            var out = new ArrayList<Waiting>();
            try (var select = connection.prepareStatement(IN_LANE)) {
                for (var lane : lanes.subList(0, Math.min(LANES, lanes.size()))) {
                    select.setString(1, lane.kind().label());
                    select.setString(2, lane.name());
                    try (var row = select.executeQuery()) {
                        row.next();
                        if (row.getInt(1) > 0) {
                            var due = row.getObject(2, OffsetDateTime.class).toInstant();
                            out.add(new Waiting(lane, row.getInt(1), due));
                        }
                    }
                }
            }
            out.sort(Comparator.comparing(Waiting::due));
            return out;
        });
    }

    @Override
    public DatabaseClock clock() {
        var start = clock.instant();
        return database.read(connection -> {
            var asked = clock.instant();
            var now = Sql.first(connection, NOW, row -> row.getObject(1, OffsetDateTime.class))
                    .orElseThrow()
                    .toInstant();
            var end = clock.instant();
            var half = asked.plus(Duration.between(asked, end).dividedBy(2));
            return new DatabaseClock(Duration.between(half, now), Duration.between(start, end));
        });
    }

    @Override
    public void forget(Instant before) {
        database.read(connection -> Sql.update(connection, FORGET, before));
    }
}
