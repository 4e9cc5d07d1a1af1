package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
            where slot = 1 and (node is null or node = ? or lease_until < ?)""";
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
        return database.read(connection -> {
            connection.setAutoCommit(false);
            try {
                insert(connection, job, messages);
                connection.commit();
                return true;
            } catch (SQLException e) {
                connection.rollback();
                if (String.valueOf(e.getSQLState()).startsWith("23")) {
                    return false; // the slot is taken
                }
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        });
    }

    private static void insert(Connection connection, Job job, List<Long> messages) throws SQLException {
        try (var insert = connection.prepareStatement(START)) {
            insert.setLong(1, job.id());
            insert.setString(2, job.startedBy());
            insert.setString(3, job.source());
            insert.setString(4, job.reason());
            insert.setObject(5, utc(job.startedAt()));
            insert.setInt(6, job.rate());
            insert.setInt(7, job.total());
            insert.executeUpdate();
        }
        var rows = ITEMS.rows();
        for (int i = 0; i < messages.size(); i++) {
            rows.add(job.id(), i, messages.get(i));
        }
        BulkInsert.insert(connection, false, List.of(rows));
    }

    @Override
    public Optional<Job> job(long id) {
        return jobs(ONE, select -> select.setLong(1, id)).stream().findFirst();
    }

    @Override
    public List<Job> newest(int limit) {
        return jobs(NEWEST, select -> select.setInt(1, limit));
    }

    private List<Job> jobs(String sql, Values values) {
        return database.read(connection -> {
            var out = new ArrayList<Job>();
            try (var select = connection.prepareStatement(sql)) {
                values.set(select);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(job(rows));
                    }
                }
            }
            return out;
        });
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
        int claimed = update(CLAIM, update -> {
            update.setString(1, node);
            update.setObject(2, utc(now.plus(lease)));
            update.setString(3, node);
            update.setObject(4, utc(now));
        });
        return claimed == 0
                ? Optional.empty()
                : jobs(RUNNING, select -> {}).stream().findFirst();
    }

    @Override
    public List<Left> left(long job, int most) {
        return database.read(connection -> {
            var out = new ArrayList<Left>();
            try (var select = connection.prepareStatement(LEFT)) {
                select.setLong(1, job);
                select.setInt(2, most);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(new Left(rows.getInt("position"), rows.getLong("message_id")));
                    }
                }
            }
            return out;
        });
    }

    @Override
    public void skip(Repair.Item item, String reason) {
        update(SKIP, update -> {
            update.setString(1, reason);
            update.setLong(2, item.job());
            update.setInt(3, item.position());
        });
    }

    @Override
    public boolean end(long job, State state, String by, Instant at) {
        return 1
                == update(END, update -> {
                    update.setString(1, state.label());
                    update.setString(2, by);
                    update.setObject(3, utc(at));
                    update.setLong(4, job);
                });
    }

    private int update(String sql, Values values) {
        return database.read(connection -> {
            try (var update = connection.prepareStatement(sql)) {
                values.set(update);
                return update.executeUpdate();
            }
        });
    }

    @FunctionalInterface
    private interface Values {
        void set(PreparedStatement statement) throws SQLException;
    }
}
