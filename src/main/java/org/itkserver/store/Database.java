package org.itkserver.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.itkserver.audit.StoreUnavailable;

/**
 * The connection pool. It does not need the database to be there when it is made; connections work as soon as the
 * database does. Thread-safe.
 */
public final class Database implements AutoCloseable {
    private static final int CONNECT_MILLIS = 750;
    private static final int LOCKS_KEPT_MILLIS = 5_000;
    private static final int READING_SECONDS = 3;
    private static final int READERS = 4;

    private final HikariDataSource pool;
    private final DatabaseSettings settings;
    private final boolean h2;
    private volatile boolean migrated;

    public Database(DatabaseSettings settings) {
        this(settings, "itk", settings.poolSize(), "");
    }

    /**
     * Connections of their own for people and applications that search and read: however many do and however long it
     * takes, accepting and sending do not wait for them. A statement that takes longer than {@value #READING_SECONDS} s
     * ends.
     */
    public static Database forReading(DatabaseSettings settings) {
        int millis = READING_SECONDS * 1000;
        var timeout = settings.isH2() ? "set query_timeout " + millis : "; set statement_timeout = " + millis;
        return new Database(settings, "itk-reading", READERS, timeout);
    }

    private Database(DatabaseSettings settings, String name, int size, String initialSql) {
        this.settings = settings;
        h2 = settings.isH2();
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setDriverClassName(h2 ? "org.h2.Driver" : "org.postgresql.Driver");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setValidationTimeout(500);
        config.setInitializationFailTimeout(-1);
        if (!h2) {
            // a statement first planned while a table was empty would scan it for ever after; what must be scanned all
            // the
            // same looks so dear then that it would be compiled first, for longer than it runs
            // and a node that froze inside a transaction must not keep its rows from the others
            config.setConnectionInitSql(
                    "set enable_seqscan = off; set jit = off; set idle_in_transaction_session_timeout = "
                            + LOCKS_KEPT_MILLIS + initialSql);
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
            config.addDataSourceProperty("tcpKeepAlive", "true");
            config.addDataSourceProperty("connectTimeout", "1");
            config.addDataSourceProperty("socketTimeout", "20");
            config.addDataSourceProperty("ApplicationName", "itk-transport-server");
        }
        if (h2 && !initialSql.isEmpty()) {
            config.setConnectionInitSql(initialSql);
        }
        pool = new HikariDataSource(config);
    }

    boolean isH2() {
        return h2;
    }

    /**
     * Brings the schema up to date; idempotent.
     *
     * @throws StoreUnavailable when the database is away
     */
    public void migrate() {
        var owner = settings.owner();
        try {
            var flyway = Flyway.configure(getClass().getClassLoader());
            if (h2) {
                flyway.dataSource(pool);
            } else if (owner == null) {
                // not the pool: an index over many rows takes longer than its connections wait
                flyway.dataSource(settings.url(), settings.user(), settings.password());
            } else {
                flyway.dataSource(settings.url(), owner.user(), owner.password());
            }
            flyway.locations("classpath:db/migration", h2 ? "classpath:db/h2" : "classpath:db/postgresql")
                    .load()
                    .migrate();
            if (owner != null) {
                Grants.give(settings.url(), owner, String.valueOf(settings.user()));
            }
            migrated = true;
        } catch (FlywayException | SQLException e) {
            throw new StoreUnavailable(
                    "the database cannot be brought up to date: " + firstLine(String.valueOf(e.getMessage())));
        }
    }

    private static String firstLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("no reason given");
    }

    /** Whether the schema is up to date. */
    public boolean isMigrated() {
        return migrated;
    }

    /** Whether a connection can be had and used now. */
    public boolean isReachable() {
        try (var connection = pool.getConnection()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** A connection in auto-commit mode; the caller closes it. */
    Connection connection() throws SQLException {
        return pool.getConnection();
    }

    /** Runs a query on a connection of its own. */
    <T> T read(Query<T> query) {
        try (var connection = connection()) {
            return query.run(connection);
        } catch (SQLException e) {
            throw new StoreUnavailable("the database cannot be read: " + e.getSQLState());
        }
    }

    /** Runs it in a transaction of its own; whatever it throws rolls it back. */
    <T> T inTransaction(Query<T> query) {
        return read(connection -> {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                var result = query.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        });
    }

    /** SQL that returns something. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    @Override
    public void close() {
        pool.close();
    }
}
