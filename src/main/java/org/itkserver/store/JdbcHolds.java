package org.itkserver.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Holds;
import org.jspecify.annotations.Nullable;

/** Legal holds on JDBC. Setting one takes the lock that a batch is chosen under. */
public final class JdbcHolds implements Holds {
    private static final String NEXT = "select nextval('message_id_block')";
    private static final String LOCK = "select slot from retention_run where slot = 1 for update";
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

    public JdbcHolds(Database database) {
        this.database = database;
    }

    /** As ids of messages, of which one is given up a block; holds are few. */
    @Override
    public long nextId() {
        return database.read(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery(NEXT)) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    @Override
    public void set(Hold hold) {
        database.inTransaction(connection -> {
            try (var lock = connection.prepareStatement(LOCK);
                    var insert = connection.prepareStatement(SET)) {
                lock.execute();
                insert.setLong(1, hold.id());
                what(insert, hold.what());
                insert.setString(9, hold.reason());
                insert.setString(10, hold.reference());
                insert.setString(11, hold.setBy());
                insert.setObject(12, Database.utc(hold.setAt()));
                return insert.executeUpdate();
            }
        });
    }

    private static void what(PreparedStatement insert, Hold.What what) throws SQLException {
        var one = what instanceof Hold.OneMessage message ? message : null;
        var patient = what instanceof Hold.OnePatient found ? found : null;
        var window = what instanceof Hold.Window wide ? wide : null;
        insert.setString(2, one != null ? "message" : patient != null ? "patient" : "window");
        insert.setString(3, one == null ? null : one.trackingId());
        insert.setBytes(4, patient == null ? null : patient.key());
        insert.setString(5, window == null ? null : window.partner());
        insert.setString(6, window == null ? null : window.service());
        time(insert, 7, window == null ? null : window.from());
        time(insert, 8, window == null ? null : window.to());
    }

    private static void time(PreparedStatement insert, int at, @Nullable Instant value) throws SQLException {
        OffsetDateTime time = value == null ? null : Database.utc(value);
        insert.setObject(at, time, Types.TIMESTAMP_WITH_TIMEZONE);
    }

    @Override
    public boolean lift(long id, String by, Instant at, String reason) {
        return database.read(connection -> {
            try (var update = connection.prepareStatement(LIFT)) {
                update.setString(1, by);
                update.setObject(2, Database.utc(at));
                update.setString(3, reason);
                update.setLong(4, id);
                return update.executeUpdate() == 1;
            }
        });
    }

    @Override
    public Optional<Hold> hold(long id) {
        return list(ONE, id).stream().findFirst();
    }

    @Override
    public List<Hold> active() {
        return database.read(HoldRows::active);
    }

    @Override
    public List<Hold> newest(int limit) {
        return list(NEWEST, limit);
    }

    private List<Hold> list(String sql, long value) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                select.setLong(1, value);
                try (var rows = select.executeQuery()) {
                    var out = new ArrayList<Hold>();
                    while (rows.next()) {
                        out.add(HoldRows.of(rows));
                    }
                    return out;
                }
            }
        });
    }
}
