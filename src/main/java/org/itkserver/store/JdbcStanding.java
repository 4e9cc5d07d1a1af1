package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Standing;

/** Where things stand, on JDBC. Every question is by a key. */
public final class JdbcStanding implements Standing {
    private static final String BATCH =
            """
            select d.batch from message m join destroyed_message d
                on d.message_id = case when m.kind = 'forward' then m.origin else m.id end and d.kind = 'content'
            where m.id = ?""";
    private static final String WORK =
            """
            select r.lease_until, r.batch, b.chosen_at,
                (select n.destroyed_at from purge_batch n order by n.id desc fetch first 1 rows only) as through
            from retention_run r left join purge_batch b on b.id = r.batch where r.slot = 1""";

    private final Database database;

    /** @param database connections for reading */
    public JdbcStanding(Database database) {
        this.database = database;
    }

    @Override
    public List<Hold> holdsOn(long message) {
        return database.read(connection -> HoldRows.on(connection, message));
    }

    @Override
    public OptionalLong batchOf(long message) {
        return database.read(connection -> Sql.first(connection, BATCH, row -> row.getLong(1), message))
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    @Override
    public Work work() {
        return database.read(connection -> Sql.first(connection, WORK, JdbcStanding::work))
                .orElse(Work.NONE);
    }

    private static Work work(ResultSet row) throws SQLException {
        return new Work(
                Sql.timeOrNull(row, "lease_until"),
                row.getObject("batch", Long.class),
                Sql.timeOrNull(row, "chosen_at"),
                Sql.timeOrNull(row, "through"));
    }
}
