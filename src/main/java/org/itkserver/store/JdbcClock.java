package org.itkserver.store;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.clock.ClockStore;
import org.itkserver.clock.WrongTimes;

/** What the database knows about time, on JDBC. */
public final class JdbcClock implements ClockStore {
    private static final String NOW = "select current_timestamp";
    private static final String KNOWN = "select trusted_at, confirmation from clock_state where slot = 1";
    private static final String NEWEST = "select at from audit_event order by at desc fetch first 1 rows only";
    private static final String CONFIRMATION = "select confirmation from clock_state where slot = 1";
    private static final String CONFIRM =
            """
            update clock_state set confirmation = confirmation + 1, confirmed_by = ?, confirmed_at = ?
            where slot = 1""";
    private static final String TRUST = "update clock_state set trusted_at = ? where slot = 1";
    private static final String NEXT = "select nextval('clock_stretch_id')";
    private static final String NOTE = "insert into clock_stretch (from_at, to_at, behind_ms, id) values (?, ?, ?, ?)";
    private static final String WIDEN = "update clock_stretch set from_at = ?, to_at = ?, behind_ms = ? where id = ?";
    private static final String STRETCHES = "select from_at, to_at, behind_ms from clock_stretch order by id";
    /** A clock may be a little ahead of another node's without being wrong. */
    private static final Duration TOLERANCE = Duration.ofSeconds(5);

    private static final String MOVE_WAITS =
            """
            update delivery set
                due = cast(? as timestamp with time zone) + (due - waits_from),
                lease_until = cast(? as timestamp with time zone) + (lease_until - waits_from),
                waits_from = ?
            where waits_from > ? and (claimed_by is null or claimed_by = ?)""";
    private static final String MOVE_LEASES =
            """
            update delivery set
                lease_until = lease_until + (cast(? as timestamp with time zone) - cast(? as timestamp with time zone))
            where lease_until >= ? and lease_until < ?""";

    private final Database database;
    private final String node;

    /** @param node id of this node */
    public JdbcClock(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    @Override
    public boolean isIndependent() {
        return !database.isH2();
    }

    @Override
    public Instant databaseTime() {
        return database.read(connection -> Sql.first(connection, NOW, row -> row.getObject(1, OffsetDateTime.class)))
                .orElseThrow()
                .toInstant();
    }

    @Override
    public Known known() {
        return database.read(connection -> {
            var newest = Sql.first(connection, NEWEST, row -> Sql.time(row, "at"));
            return Sql.first(
                            connection,
                            KNOWN,
                            row -> new Known(
                                    Sql.timeOrNull(row, "trusted_at"),
                                    newest.orElse(null),
                                    row.getLong("confirmation")))
                    .orElseThrow();
        });
    }

    @Override
    public long confirmation() {
        return database.read(connection -> Sql.first(connection, CONFIRMATION, row -> row.getLong(1)))
                .orElseThrow();
    }

    /** Records that an administrator confirmed the time, with the event that says so. */
    public void confirm(JdbcMessageStore store, AuditEvent event) {
        store.record(List.of(event), connection -> Sql.update(connection, CONFIRM, event.actor(), event.at()) == 1);
    }

    @Override
    public void trust(Instant now) {
        database.read(connection -> Sql.update(connection, TRUST, now));
    }

    @Override
    public long note(long number, WrongTimes times) {
        return database.inTransaction(connection -> {
            long id = number != 0
                    ? number
                    : Sql.first(connection, NEXT, row -> row.getLong(1)).orElseThrow();
            Sql.update(
                    connection,
                    number != 0 ? WIDEN : NOTE,
                    times.from(),
                    times.to(),
                    times.behind().toMillis(),
                    id);
            return id;
        });
    }

    @Override
    public List<WrongTimes> wrongTimes() {
        return database.read(connection -> Sql.list(
                connection,
                STRETCHES,
                row -> new WrongTimes(
                        Sql.time(row, "from_at"),
                        Sql.time(row, "to_at"),
                        Duration.ofMillis(row.getLong("behind_ms")))));
    }

    @Override
    public int moveWaits(Instant now) {
        return database.read(
                connection -> Sql.update(connection, MOVE_WAITS, now, now, now, now.plus(TOLERANCE), node));
    }

    @Override
    public void moveLeases(Instant from, Instant to) {
        database.read(connection -> Sql.update(connection, MOVE_LEASES, to, from, from, to));
    }
}
