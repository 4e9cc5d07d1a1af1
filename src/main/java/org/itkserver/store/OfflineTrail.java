package org.itkserver.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.verify.TrailSource;
import org.itkserver.store.keys.KeyFolder;
import org.jspecify.annotations.Nullable;

/**
 * A trail that is read without the server: plain connections, one for each thread, that cannot write. Thread-safe.
 */
public final class OfflineTrail implements AutoCloseable {
    /** H2: the file is locked by another process. */
    private static final int IN_USE = 90020;

    private static final int NOT_THERE = 90146;

    private final DatabaseSettings settings;
    private final @Nullable KeyFolder keys;
    private final Deque<Connection> idle = new ArrayDeque<>();

    /**
     * @param keys what contents are encrypted with, null when there is nothing to read them with
     * @throws StoreUnavailable saying why the database cannot be read
     */
    public OfflineTrail(DatabaseSettings settings, @Nullable KeyFolder keys) {
        this.settings = settings;
        this.keys = keys;
        try {
            giveBack(take());
        } catch (SQLException e) {
            throw new StoreUnavailable(reason(e));
        }
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
                    var result = JdbcTransaction.run(connection, query);
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
        return new JdbcTrailSource(connections, new Frames(ContentKeys.reading(keys)));
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
        }
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
