package org.itkserver.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Holds;

/** Legal holds on JDBC. Setting one waits for a batch that is being chosen. */
public final class JdbcHolds implements Holds {
    private static final String NEXT = "select nextval('message_id_block')";
    private static final String SET =
            """
            insert into legal_hold (id, kind, tracking_id, patient, partner, service, from_at, to_at, reason, reference,
                set_by, set_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String LIFT =
            """
            update legal_hold set lifted_by = ?, lifted_at = ?, lifted_reason = ?
            where id = ? and lifted_at is null""";
    private static final String ONE = HoldRows.COLUMNS + " where id = ?";
    private static final String NEWEST = HoldRows.COLUMNS + " order by id desc fetch first ? rows only";

    private final Database database;
    private final AuditTrail trail;

    /** @param trail writes the events, in one transaction with the change */
    public JdbcHolds(Database database, AuditTrail trail) {
        this.database = database;
        this.trail = trail;
    }

    /** As ids of messages, of which one is given up a block; holds are few. */
    @Override
    public long nextId() {
        return database.read(
                connection -> Sql.first(connection, NEXT, row -> row.getLong(1)).orElseThrow());
    }

    @Override
    public void set(Hold hold, AuditEvent event) {
        var what = hold.what();
        var one = what instanceof Hold.OneMessage message ? message : null;
        var patient = what instanceof Hold.OnePatient found ? found : null;
        var window = what instanceof Hold.Window wide ? wide : null;
        trail.change(
                List.of(event),
                () -> database.read(connection -> Sql.update(
                                connection,
                                SET,
                                hold.id(),
                                one != null ? "message" : patient != null ? "patient" : "window",
                                one == null ? null : one.trackingId(),
                                patient == null ? null : patient.key(),
                                window == null ? null : window.partner(),
                                window == null ? null : window.service(),
                                window == null ? null : window.from(),
                                window == null ? null : window.to(),
                                hold.reason(),
                                hold.reference(),
                                hold.setBy(),
                                hold.setAt()))
                        == 1);
        // a batch that is being chosen did not see the hold yet: wait until it is chosen, as later ones will
        database.inTransaction(connection -> {
            PurgeRuns.lock(connection, false);
            return hold;
        });
    }

    @Override
    public boolean lift(long id, String by, Instant at, String reason, AuditEvent event) {
        return trail.change(
                List.of(event),
                () -> database.read(connection -> Sql.update(connection, LIFT, by, at, reason, id)) == 1);
    }

    @Override
    public Optional<Hold> hold(long id) {
        return database.read(connection -> Sql.first(connection, ONE, HoldRows::of, id));
    }

    @Override
    public List<Hold> active() {
        return database.read(HoldRows::active);
    }

    @Override
    public List<Hold> newest(int limit) {
        return database.read(connection -> Sql.list(connection, NEWEST, HoldRows::of, limit));
    }
}
