package org.itkserver.store;

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
        return database.read(connection -> {
            try (var select = connection.prepareStatement(BATCH)) {
                select.setLong(1, message);
                try (var row = select.executeQuery()) {
                    return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
                }
            }
        });
    }

    @Override
    public Work work() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(WORK);
                    var row = select.executeQuery()) {
                if (!row.next()) {
                    return Work.NONE;
                }
                long open = row.getLong("batch");
                boolean isOpen = !row.wasNull();
                return new Work(
                        HoldRows.time(row, "lease_until"),
                        isOpen ? open : null,
                        HoldRows.time(row, "chosen_at"),
                        HoldRows.time(row, "through"));
            }
        });
    }
}
