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

    private final HikariDataSource pool;
    private final DatabaseSettings settings;
    private final boolean h2;
    private volatile boolean migrated;

    public Database(DatabaseSettings settings) {
        this.settings = settings;
        h2 = settings.isH2();
        var config = new HikariConfig();
        config.setPoolName("itk");
        config.setDriverClassName(h2 ? "org.h2.Driver" : "org.postgresql.Driver");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setValidationTimeout(500);
        config.setInitializationFailTimeout(-1);
        if (!h2) {
            // a statement first planned while a table was empty would scan it for ever after
            // and a node that froze inside a transaction must not keep its rows from the others
            config.setConnectionInitSql(
                    "set enable_seqscan = off; set idle_in_transaction_session_timeout = " + LOCKS_KEPT_MILLIS);
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
            config.addDataSourceProperty("tcpKeepAlive", "true");
            config.addDataSourceProperty("connectTimeout", "1");
            config.addDataSourceProperty("socketTimeout", "20");
            config.addDataSourceProperty("ApplicationName", "itk-transport-server");
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
            if (owner == null) {
                flyway.dataSource(pool);
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
