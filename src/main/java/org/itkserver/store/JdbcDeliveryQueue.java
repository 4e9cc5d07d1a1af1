package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.jspecify.annotations.Nullable;

/** The table of work on JDBC. A claim is one short transaction; rows that another node is claiming are passed over. */
public final class JdbcDeliveryQueue implements DeliveryQueue {
    /** Skips from lane to lane in the index; a lane of any length costs one step. */
    private static final String NEXT_LANE =
            """
            select handler from delivery where kind = ? and handler > ?
            order by handler fetch first 1 rows only""";

    private static final String COLUMNS =
            "select message_id, number, attempt, claimed_by, lost, deaths, earlier from delivery ";
    private static final String LOST = "lost + case when claimed_by is null then 0 else 1 end";
    private static final String DUE = COLUMNS + "where kind = ? and handler = ? and due <= ?"
            + " and (lease_until is null or lease_until < ?) and %s (" + LOST + " >= " + SUSPECT + " or deaths > 0)"
            + " order by due fetch first ? rows only for update skip locked";
    private static final String HARMLESS = DUE.formatted("not");
    private static final String SUSPECTS = DUE.formatted("");
    private static final String WAITING =
            """
            select d.message_id, d.number, d.attempt, d.claimed_by, d.lost, d.deaths, d.earlier
            from delivery d
            where d.kind = 'queue' and d.handler = ? and d.due <= ? and (d.lease_until is null or d.lease_until < ?)
            and (cast(? as varchar) is null
                or exists (select 1 from message m where m.id = d.message_id and m.service = ?))
            order by d.due fetch first ? rows only for update skip locked""";
    private static final String CLAIM =
            """
            update delivery set attempt = ?, lost = ?, claimed_by = ?, lease_until = ?, waits_from = ?
            where message_id = ? and number = ?""";
    private static final String RECLAIM =
            """
            update delivery set attempt = attempt + 1, lost = %s, claimed_by = ?, lease_until = ?, waits_from = ?
            where message_id = ? and kind = 'sync' and (lease_until is null or lease_until < ?)"""
                    .formatted(LOST);
    private static final String RECLAIMED =
            """
            select message_id, number, attempt, null as claimed_by, lost, deaths, earlier from delivery
            where message_id = ? and kind = 'sync'""";
    private static final String RELEASE =
            """
            update delivery set attempt = attempt - 1, claimed_by = null, lease_until = null, due = coalesce(?, due)
            where message_id = ? and number = ? and attempt = ? and claimed_by = ?""";
    private static final String RELEASE_OWN =
            """
            update delivery set claimed_by = null, lease_until = null, lost = lost + 1, deaths = deaths + ?
            where claimed_by = ? and kind <> 'queue'""";

    private final Database database;
    private final String node;

    /** @param node id of this node */
    public JdbcDeliveryQueue(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    @Override
    public List<Lane> lanes(List<Lane.Kind> kinds) {
        return database.read(connection -> {
            var out = new ArrayList<Lane>();
            try (var select = connection.prepareStatement(NEXT_LANE)) {
                for (var kind : kinds) {
                    lanes(select, kind, out);
                }
            }
            return out;
        });
    }

    private static void lanes(PreparedStatement select, Lane.Kind kind, List<Lane> out) throws SQLException {
        select.setString(1, kind.label());
        String last = "";
        while (true) {
            select.setString(2, last);
            try (var row = select.executeQuery()) {
                if (!row.next()) {
                    return;
                }
                last = row.getString(1);
                out.add(new Lane(kind, last));
            }
        }
    }

    @Override
    public List<Delivery> claim(Lane lane, int most, Instant now, Duration lease) {
        return claim(HARMLESS, lane, most, now, lease);
    }

    @Override
    public Optional<Delivery> claimSuspect(Lane lane, Instant now, Duration lease) {
        return claim(SUSPECTS, lane, 1, now, lease).stream().findFirst();
    }

    private List<Delivery> claim(String sql, Lane lane, int most, Instant now, Duration lease) {
        return database.inTransaction(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                select.setString(1, lane.kind().label());
                select.setString(2, lane.name());
                select.setObject(3, utc(now));
                select.setObject(4, utc(now));
                select.setInt(5, most);
                return claim(connection, select, lane, now, now.plus(lease));
            }
        });
    }

    @Override
    public List<Delivery> collect(String queue, @Nullable String service, int most, Instant now, Duration timeout) {
        var lane = new Lane(Lane.Kind.QUEUE, queue);
        return database.inTransaction(connection -> {
            try (var select = connection.prepareStatement(WAITING)) {
                select.setString(1, queue);
                select.setObject(2, utc(now));
                select.setObject(3, utc(now));
                select.setString(4, service);
                select.setString(5, service);
                select.setInt(6, most);
                return claim(connection, select, lane, now, now.plus(timeout));
            }
        });
    }

    private List<Delivery> claim(Connection connection, PreparedStatement select, Lane lane, Instant now, Instant until)
            throws SQLException {
        var out = new ArrayList<Delivery>();
        try (var rows = select.executeQuery()) {
            while (rows.next()) {
                out.add(delivery(rows, lane, 1));
            }
        }
        if (!out.isEmpty()) {
            claim(connection, out, now, until);
        }
        return out;
    }

    /** @param more attempts that the claim adds to those of the row */
    private static Delivery delivery(ResultSet row, Lane lane, int more) throws SQLException {
        int lost = row.getInt("lost") + (row.getString("claimed_by") == null ? 0 : 1);
        if (row.getInt("deaths") >= DEATHS) {
            lost = Math.max(lost, RetrySchedule.LOST);
        }
        return new Delivery(
                row.getLong("message_id"),
                row.getInt("number"),
                lane,
                row.getInt("attempt") + more,
                lost,
                row.getInt("earlier"));
    }

    private void claim(Connection connection, List<Delivery> claimed, Instant now, Instant until) throws SQLException {
        try (var update = connection.prepareStatement(CLAIM)) {
            for (var work : claimed) {
                update.setInt(1, work.attempt());
                update.setInt(2, work.lost());
                update.setString(3, node);
                update.setObject(4, utc(until));
                update.setObject(5, utc(now));
                update.setLong(6, work.message());
                update.setInt(7, work.number());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    @Override
    public Optional<Delivery> reclaim(long message, Instant now, Duration lease) {
        return database.inTransaction(connection -> {
            try (var update = connection.prepareStatement(RECLAIM);
                    var select = connection.prepareStatement(RECLAIMED)) {
                update.setString(1, node);
                update.setObject(2, utc(now.plus(lease)));
                update.setObject(3, utc(now));
                update.setLong(4, message);
                update.setObject(5, utc(now));
                if (update.executeUpdate() == 0) {
                    return Optional.empty();
                }
                select.setLong(1, message);
                try (var row = select.executeQuery()) {
                    return row.next() ? Optional.of(delivery(row, new Lane(Lane.Kind.SYNC, ""), 0)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public void release(List<Delivery> unstarted) {
        release(unstarted, null);
    }

    @Override
    public void postpone(Delivery work, Instant due) {
        release(List.of(work), due);
    }

    private void release(List<Delivery> pieces, @Nullable Instant due) {
        database.read(connection -> {
            try (var update = connection.prepareStatement(RELEASE)) {
                for (var work : pieces) {
                    update.setObject(1, due == null ? null : utc(due), java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
                    update.setLong(2, work.message());
                    update.setInt(3, work.number());
                    update.setInt(4, work.attempt());
                    update.setString(5, node);
                    update.addBatch();
                }
                return update.executeBatch();
            }
        });
    }

    @Override
    public void releaseOwn(boolean fatal) {
        database.read(connection -> {
            try (var update = connection.prepareStatement(RELEASE_OWN)) {
                update.setInt(1, fatal ? 1 : 0);
                update.setString(2, node);
                return update.executeUpdate();
            }
        });
    }
}
