package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;

/** The table of work on JDBC. A claim is one short transaction; rows that another node is claiming are passed over. */
public final class JdbcDeliveryQueue implements DeliveryQueue {
    private static final String DUE =
            """
            select message_id, number, handler, attempt from delivery
            where kind = 'handle' and due <= ? and (lease_until is null or lease_until < ?)
            order by due fetch first %d rows only for update skip locked""";
    private static final String CLAIM =
            "update delivery set attempt = ?, claimed_by = ?, lease_until = ? where message_id = ? and number = ?";
    private static final String RECLAIM =
            """
            update delivery set attempt = attempt + 1, claimed_by = ?, lease_until = ?
            where message_id = ? and kind = 'sync' and (lease_until is null or lease_until < ?)""";
    private static final String ATTEMPT = "select attempt from delivery where message_id = ? and kind = 'sync'";
    private static final String RELEASE =
            "update delivery set claimed_by = null, lease_until = null where claimed_by = ?";

    private final Database database;
    private final String node;

    /** @param node id of this node */
    public JdbcDeliveryQueue(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    @Override
    public List<Delivery> claim(int most, Instant now, Duration lease) {
        return database.read(connection -> inTransaction(connection, () -> {
            var claimed = due(connection, most, now);
            if (!claimed.isEmpty()) {
                claim(connection, claimed, now.plus(lease));
            }
            return claimed;
        }));
    }

    private static List<Delivery> due(Connection connection, int most, Instant now) throws SQLException {
        var out = new ArrayList<Delivery>();
        try (var select = connection.prepareStatement(DUE.formatted(most))) {
            select.setObject(1, utc(now));
            select.setObject(2, utc(now));
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    out.add(new Delivery(rows.getLong(1), rows.getInt(2), rows.getString(3), rows.getInt(4) + 1));
                }
            }
        }
        return out;
    }

    private void claim(Connection connection, List<Delivery> claimed, Instant until) throws SQLException {
        try (var update = connection.prepareStatement(CLAIM)) {
            for (var work : claimed) {
                update.setInt(1, work.attempt());
                update.setString(2, node);
                update.setObject(3, utc(until));
                update.setLong(4, work.message());
                update.setInt(5, work.number());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    @Override
    public int reclaim(long message, Instant now, Duration lease) {
        return database.read(connection -> inTransaction(connection, () -> {
            try (var update = connection.prepareStatement(RECLAIM);
                    var select = connection.prepareStatement(ATTEMPT)) {
                update.setString(1, node);
                update.setObject(2, utc(now.plus(lease)));
                update.setLong(3, message);
                update.setObject(4, utc(now));
                if (update.executeUpdate() == 0) {
                    return 0;
                }
                select.setLong(1, message);
                try (var row = select.executeQuery()) {
                    return row.next() ? row.getInt(1) : 0;
                }
            }
        }));
    }

    @Override
    public void releaseOwn() {
        database.read(connection -> {
            try (var update = connection.prepareStatement(RELEASE)) {
                update.setString(1, node);
                return update.executeUpdate();
            }
        });
    }

    private static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            var result = work.run();
            connection.commit();
            return result;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws SQLException;
    }
}
