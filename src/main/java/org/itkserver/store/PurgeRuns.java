package org.itkserver.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.itkserver.audit.StoreBusy;
import org.itkserver.retention.PurgeStore.Claim;
import org.itkserver.retention.PurgeStore.Lost;
import org.itkserver.retention.Purger;
import org.jspecify.annotations.Nullable;

/** Who destroys now: the one row of {@code retention_run}. */
final class PurgeRuns {
    /** Longest time of a statement. */
    static final int SECONDS = 15;

    /** Longer than two nodes' clocks may be apart. */
    private static final Duration APART = Duration.ofMinutes(5);

    private static final String STATE =
            """
            select node, fence, lease_until, last_began, asked_by, run, batch, last_run, last_batch
            from retention_run where slot = 1""";
    private static final String LOCK = "select slot from retention_run where slot = 1 for update";
    private static final String MINE = STATE + " and fence = ? and node = ? for update";
    private static final String FIRST = "update retention_run set last_began = ? where slot = 1";
    private static final String CLAIM =
            "update retention_run set node = ?, fence = fence + 1, lease_until = ? where slot = 1";
    private static final String BEGIN =
            """
            update retention_run set run = last_run + 1, last_run = last_run + 1, last_began = ?, asked_by = null
            where slot = 1""";
    private static final String BEGUN =
            """
            insert into purge_run (id, node, started_by, state, began_at, contents, records, bytes, size_before)
            values (?, ?, ?, 'running', ?, 0, 0, 0, ?)""";
    private static final String MOVED = "update purge_run set node = ? where id = ?";
    private static final String ASK =
            "update retention_run set asked_by = ? where slot = 1 and asked_by is null and run is null";
    private static final String KEEP =
            "update retention_run set lease_until = ? where slot = 1 and fence = ? and node = ?";
    private static final String END =
            "update retention_run set node = null, lease_until = null, run = null where slot = 1";
    private static final String ENDED =
            "update purge_run set state = 'done', ended_at = ?, size_after = ? where id = ?";

    private final Database database;
    private final String node;

    PurgeRuns(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    /** The row as it is. */
    record State(
            @Nullable String node,
            @Nullable Instant leaseUntil,
            @Nullable Instant lastBegan,
            @Nullable String askedBy,
            @Nullable Long run,
            @Nullable Long batch,
            long fence,
            long lastRun,
            long lastBatch) {}

    private static @Nullable State state(PreparedStatement select) throws SQLException {
        try (var row = select.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            return new State(
                    row.getString("node"),
                    Sql.timeOrNull(row, "lease_until"),
                    Sql.timeOrNull(row, "last_began"),
                    row.getString("asked_by"),
                    row.getObject("run", Long.class),
                    row.getObject("batch", Long.class),
                    row.getLong("fence"),
                    row.getLong("last_run"),
                    row.getLong("last_batch"));
        }
    }

    private static State now(Connection connection, boolean lock) throws SQLException {
        try (var select = connection.prepareStatement(lock ? STATE + " for update" : STATE)) {
            var state = state(select);
            if (state == null) {
                throw new SQLException("retention_run has lost its row", "P0001");
            }
            return state;
        }
    }

    /** The row, locked, while the claim is ours. */
    State mine(Connection connection, Claim claim) throws SQLException {
        try (var select = connection.prepareStatement(MINE)) {
            select.setQueryTimeout(SECONDS);
            select.setLong(1, claim.fence());
            select.setString(2, node);
            var state = state(select);
            if (state == null) {
                throw new Lost();
            }
            return state;
        }
    }

    Optional<Claim> claim(Instant now, Duration interval, Duration lease) {
        if (!isWanted(database.read(connection -> now(connection, false)), now, interval, lease)) {
            return Optional.empty();
        }
        return database.inTransaction(connection -> {
            var state = now(connection, true);
            if (state.lastBegan() == null && state.askedBy() == null && state.run() == null) {
                update(connection, FIRST, now);
                return Optional.empty();
            }
            if (!isWanted(state, now, interval, lease)) {
                return Optional.empty();
            }
            update(connection, CLAIM, node, now.plus(lease));
            Long run = state.run();
            if (run == null) {
                run = state.lastRun() + 1;
                var by = state.askedBy() == null ? Purger.ACTOR : state.askedBy();
                update(connection, BEGIN, now);
                update(connection, BEGUN, run, node, by, now, JdbcStock.total(connection, database.isH2()));
            } else {
                update(connection, MOVED, node, run);
            }
            return Optional.of(new Claim(state.fence() + 1, run));
        });
    }

    /** A time that only a wrong clock can have written counts as none. */
    private boolean isWanted(State state, Instant now, Duration interval, Duration lease) {
        var until = state.leaseUntil();
        boolean taken = state.node() != null
                && !node.equals(state.node())
                && until != null
                && !until.isBefore(now)
                && !until.isAfter(now.plus(lease.multipliedBy(2)));
        var last = state.lastBegan();
        boolean due = last == null || !now.isBefore(last.plus(interval)) || last.isAfter(now.plus(APART));
        return !taken && (state.run() != null || state.askedBy() != null || due);
    }

    boolean ask(String by) {
        return database.inTransaction(connection -> {
                    lock(connection, database.isJoined());
                    return update(connection, ASK, by);
                })
                == 1;
    }

    /**
     * Takes the lock that a batch is chosen and destroyed under.
     *
     * @param atOnce whether the caller cannot wait for it
     * @throws StoreBusy when it cannot be had at once
     */
    static void lock(Connection connection, boolean atOnce) throws SQLException {
        var sql = atOnce ? LOCK + " skip locked" : LOCK;
        if (Sql.first(connection, sql, row -> row.getInt(1)).isEmpty()) {
            throw new StoreBusy("a batch is being chosen or destroyed");
        }
    }

    Optional<Instant> lastBegan() {
        return Optional.ofNullable(
                database.read(connection -> now(connection, false)).lastBegan());
    }

    void keep(Claim claim, Instant now, Duration lease) {
        if (database.read(connection -> update(connection, KEEP, now.plus(lease), claim.fence(), node)) == 0) {
            throw new Lost();
        }
    }

    void end(Claim claim, Instant at) {
        database.inTransaction(connection -> {
            mine(connection, claim);
            update(connection, ENDED, at, JdbcStock.total(connection, database.isH2()), claim.run());
            return update(connection, END);
        });
    }

    static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            update.setQueryTimeout(SECONDS);
            Sql.bind(update, values);
            return update.executeUpdate();
        }
    }
}
