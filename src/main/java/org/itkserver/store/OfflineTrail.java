package org.itkserver.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Properties;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.verify.TrailSource;
import org.itkserver.store.keys.DayKey;
import org.itkserver.store.keys.KeyFolder;
import org.jspecify.annotations.Nullable;

/**
 * A trail that is read without the server: plain connections, one for each thread, that cannot write. On PostgreSQL, where servers may run
 * meanwhile, all of them see the database as it was when this object was made: each holds one transaction with the same snapshot
 * until it is closed. Thread-safe.
 */
public final class OfflineTrail implements AutoCloseable {
    /** H2: the file is locked by another process. */
    private static final int IN_USE = 90020;

    private static final int NOT_THERE = 90146;

    private final DatabaseSettings settings;
    private final @Nullable KeyFolder keys;
    /** The keys that were there before the snapshot; a server may destroy one meanwhile, because nothing needs it any more. */
    private final Map<String, DayKey> known;

    private final @Nullable String snapshot;
    private final Deque<Connection> idle = new ArrayDeque<>();

    /**
     * @param keys what contents are encrypted with, null when there is nothing to read them with
     * @throws StoreUnavailable saying why the database cannot be read
     */
    public OfflineTrail(DatabaseSettings settings, @Nullable KeyFolder keys) {
        this.settings = settings;
        this.keys = keys;
        try {
            var first = connect();
            known = keys == null || settings.isH2() ? Map.of() : keys.all();
            snapshot = settings.isH2() ? null : JdbcTransaction.hold(first, OfflineTrail::export);
            giveBack(first);
        } catch (SQLException e) {
            throw new StoreUnavailable(reason(e));
        }
    }

    private static String export(Connection connection) throws SQLException {
        return Sql.first(connection, "select pg_export_snapshot()", row -> row.getString(1))
                .orElseThrow();
    }

    private String reason(SQLException e) {
        if (settings.isH2() && e.getErrorCode() == IN_USE) {
            return "the database file is in use by a running server: stop it first, or check a copy of its home folder";
        }
        if (settings.isH2() && e.getErrorCode() == NOT_THERE) {
            return "there is no database file " + settings + ".mv.db";
        }
        return "the database " + settings + " cannot be opened: " + e.getMessage();
    }

    /**
     * What it reads.
     *
     * @throws StoreUnavailable when the folder of keys is another than that of the database
     */
    public TrailSource source() {
        var connections = new JdbcTrailSource.Connections() {
            @Override
            public <T> T use(Database.Query<T> query) throws SQLException {
                var connection = take();
                try {
                    // a cursor needs a transaction; nothing is written in it
                    var result = snapshot == null ? JdbcTransaction.run(connection, query) : query.run(connection);
                    giveBack(connection);
                    return result;
                } catch (Throwable e) {
                    connection.close();
                    throw e;
                }
            }
        };
        if (keys != null) {
            requireFolder(keys, connections);
        }
        return new JdbcTrailSource(connections, new Frames(ContentKeys.reading(keys, known)));
    }

    /** In another folder every key would be missing. */
    private static void requireFolder(KeyFolder keys, JdbcTrailSource.Connections connections) {
        try {
            var known = connections.use(KeyNotes::folder);
            if (known.isPresent() && !known.equals(keys.identity())) {
                throw new StoreUnavailable(
                        "ITK_CONTENT_KEYS is not the folder that this database's contents are encrypted with");
            }
        } catch (SQLException e) {
            throw new StoreUnavailable("the database cannot be read: " + e.getSQLState());
        }
    }

    private Connection take() throws SQLException {
        synchronized (idle) {
            var free = idle.poll();
            if (free != null) {
                return free;
            }
        }
        var connection = connect();
        var shared = snapshot;
        if (shared != null) {
            try {
                // a parameter is not allowed there; the database made the name
                JdbcTransaction.hold(
                        connection, open -> Sql.execute(open, "set transaction snapshot '" + shared + "'"));
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }
        return connection;
    }

    private Connection connect() throws SQLException {
        return settings.isH2() ? openH2() : openPostgres();
    }

    private void giveBack(Connection connection) {
        synchronized (idle) {
            idle.push(connection);
        }
    }

    private Connection openH2() throws SQLException {
        var file = settings.url().replaceAll(";.*", "");
        return DriverManager.getConnection(
                file + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;IFEXISTS=TRUE"
                        + ";ACCESS_MODE_DATA=r",
                settings.user(),
                settings.password());
    }

    private Connection openPostgres() throws SQLException {
        var login = new Properties();
        login.setProperty("ApplicationName", "itk-verify-audit");
        // binary from the first execution
        login.setProperty("prepareThreshold", "-1");
        login.setProperty("readOnly", "true");
        login.setProperty("connectTimeout", "10");
        if (settings.user() != null) {
            login.setProperty("user", settings.user());
        }
        if (settings.password() != null) {
            login.setProperty("password", settings.password());
        }
        var connection = DriverManager.getConnection(settings.url(), login);
        try (var statement = connection.createStatement()) {
            // stretches by key, whatever the statistics say of a table that was just filled
            statement.execute("set enable_seqscan = off; set jit = off");
            statement.execute("set enable_bitmapscan = off");
            // the snapshot lasts as long as the transaction that exported it
            statement.execute("set idle_in_transaction_session_timeout = 0");
        }
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return connection;
    }

    @Override
    public void close() {
        synchronized (idle) {
            for (var connection : idle) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    // it was only read from
                }
            }
            idle.clear();
        }
    }
}
