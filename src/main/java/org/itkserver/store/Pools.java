package org.itkserver.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/** Opens connection pools. A pool does not need the database to be there when it is opened. */
final class Pools {
    private static final int CONNECT_MILLIS = 750;
    private static final int LOCKS_KEPT_MILLIS = 5_000;

    private Pools() {}

    /** @param initialSql what each new connection runs, empty for nothing */
    static HikariDataSource open(DatabaseSettings settings, String name, int size, String initialSql) {
        boolean h2 = settings.isH2();
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setValidationTimeout(500);
        config.setInitializationFailTimeout(-1);
        if (h2) {
            // after a failed write H2 closes its database for good; isValid() still says yes, a statement does not
            var source = new EmbeddedSource(settings);
            config.setDataSource(source);
            config.setConnectionTestQuery("select 1");
            config.setExceptionOverride(new LostConnections(source));
            config.setConnectionInitSql(initialSql.isEmpty() ? null : initialSql);
        } else {
            postgres(config, settings, initialSql);
        }
        return new HikariDataSource(config);
    }

    private static void postgres(HikariConfig config, DatabaseSettings settings, String initialSql) {
        config.setDriverClassName("org.postgresql.Driver");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        // a statement first planned while a table was empty would scan it for ever after; what must be scanned all the
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

    /** Closes a connection whose database is closed; the next connection opens the file again. */
    private record LostConnections(EmbeddedSource source) implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException e) {
            if (!SqlStates.isAway(e)) {
                return Override.CONTINUE_EVICT;
            }
            source.suspect();
            return Override.MUST_EVICT;
        }
    }
}
