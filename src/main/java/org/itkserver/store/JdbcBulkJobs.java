package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.itkserver.exchange.BulkJobs;
import org.itkserver.exchange.Repair;

/** Bulk resends on JDBC. That a message's turn is over is written by the committer, with what is done to the message. */
public final class JdbcBulkJobs implements BulkJobs {
    private static final BulkInsert ITEMS =
            new BulkInsert("bulk_resend_item", "job_id bigint", "position integer", "message_id bigint");
    private static final String START =
            """
            insert into bulk_resend (id, state, slot, started_by, source, reason, started_at, rate, total)
            values (?, 'running', 1, ?, ?, ?, ?, ?, ?)""";
    private static final String JOBS =
            "select id, state, started_by, source, reason, started_at, rate, total, ended_by, ended_at from bulk_resend";
    private static final String ONE = JOBS + " where id = ?";
    private static final String RUNNING = JOBS + " where slot = 1";
    private static final String NEWEST = JOBS + " order by started_at desc, id desc fetch first ? rows only";
    private static final String PROGRESS =
            """
            select outcome, reason, count(*) as items from bulk_resend_item where job_id = ?
            group by outcome, reason order by reason""";
    private static final String CLAIM =
            """
            update bulk_resend set node = ?, lease_until = ?
            where slot = 1 and (node is null or node = ? or lease_until < ? or lease_until > ?)""";
    private static final String LEFT =
            """
            select position, message_id from bulk_resend_item where job_id = ? and outcome is null
            order by position fetch first ? rows only""";
    private static final String SKIP =
            """
            update bulk_resend_item set outcome = 'skipped', reason = ?
            where job_id = ? and position = ? and outcome is null""";
    private static final String END =
            """
            update bulk_resend set state = ?, slot = null, ended_by = ?, ended_at = ?, node = null, lease_until = null
            where id = ? and state = 'running'""";

    private final Database database;
    private final String node;

    /** @param node id of this node */
    public JdbcBulkJobs(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    @Override
    public boolean start(Job job, List<Long> messages) {
        try {
            return database.inTransaction(connection -> {
                try {
                    insert(connection, job, messages);
                } catch (SQLException e) {
                    if (SqlStates.isEntryAtFault(e)) {
                        throw new SlotTaken();
                    }
                    throw e;
                }
                return true;
            });
        } catch (SlotTaken e) {
            return false;
        }
    }

    /** Another bulk resend runs; the transaction is rolled back. */
    private static final class SlotTaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SlotTaken() {
            super(null, null, false, false);
        }
    }

    private static void insert(Connection connection, Job job, List<Long> messages) throws SQLException {
        Sql.update(
                connection,
                START,
                job.id(),
                job.startedBy(),
                job.source(),
                job.reason(),
                job.startedAt(),
                job.rate(),
                job.total());
        var rows = ITEMS.rows();
        for (int i = 0; i < messages.size(); i++) {
            rows.add(job.id(), i, messages.get(i));
        }
        BulkInsert.insert(connection, false, List.of(rows));
    }

    @Override
    public Optional<Job> job(long id) {
        return jobs(ONE, id).stream().findFirst();
    }

    @Override
    public List<Job> newest(int limit) {
        return jobs(NEWEST, limit);
    }

    private List<Job> jobs(String sql, Object... values) {
        return database.read(connection -> Sql.list(connection, sql, JdbcBulkJobs::job, values));
    }

    private static Job job(ResultSet row) throws SQLException {
        return new Job(
                row.getLong("id"),
                State.ofLabel(row.getString("state")),
                row.getString("started_by"),
                row.getString("source"),
                row.getString("reason"),
                Sql.time(row, "started_at"),
                row.getInt("rate"),
                row.getInt("total"),
                row.getString("ended_by"),
                Sql.timeOrNull(row, "ended_at"));
    }

    @Override
    public Progress progress(long id) {
        return database.read(connection -> {
            int resent = 0;
            int left = 0;
            var skipped = new LinkedHashMap<String, Integer>();
            try (var select = connection.prepareStatement(PROGRESS)) {
                select.setLong(1, id);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        var outcome = rows.getString("outcome");
                        int items = rows.getInt("items");
                        if (outcome == null) {
                            left = items;
                        } else if (outcome.equals("resent")) {
                            resent = items;
                        } else {
                            skipped.put(rows.getString("reason"), items);
                        }
                    }
                }
            }
            return new Progress(resent, skipped, left);
        });
    }

    @Override
    public Optional<Job> claim(Instant now, Duration lease) {
        // a lease that only a wrong clock can have written counts as none
        int claimed = update(CLAIM, node, now.plus(lease), node, now, now.plus(lease.multipliedBy(2)));
        return claimed == 0 ? Optional.empty() : jobs(RUNNING).stream().findFirst();
    }

    @Override
    public List<Left> left(long job, int most) {
        return database.read(connection -> Sql.list(
                connection, LEFT, row -> new Left(row.getInt("position"), row.getLong("message_id")), job, most));
    }

    @Override
    public void skip(Repair.Item item, String reason) {
        update(SKIP, reason, item.job(), item.position());
    }

    @Override
    public boolean end(long job, State state, String by, Instant at) {
        return update(END, state.label(), by, at, job) == 1;
    }

    private int update(String sql, Object... values) {
        return database.read(connection -> Sql.update(connection, sql, values));
    }
}
