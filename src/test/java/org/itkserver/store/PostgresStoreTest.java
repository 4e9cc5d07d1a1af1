package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.itkserver.audit.SealKey;
import org.itkserver.it.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresStoreTest extends JdbcStoreContract {
    private static Postgres postgres;

    @BeforeAll
    static void start() {
        postgres = new Postgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    DatabaseSettings settings() {
        return new DatabaseSettings(postgres.url(), "postgres", "", 8);
    }

    /** A cleaner that meets the commit of a message waits for it and leaves the message's bytes. */
    @Test
    void theBytesOfAMessageThatIsBeingStoredAreNotAbandoned() throws Exception {
        var cleaner = Executors.newSingleThreadExecutor();
        try (var database = MigratedDatabase.of(settings());
                var store = new JdbcMessageStore(database, "cleaner", SealKey.generate(), Clock.systemUTC());
                var storing = database.connection()) {
            execute(storing, "insert into upload values (-8, 'writer', now() - interval '2 hours')");
            execute(
                    storing,
                    "insert into message_part (message_id, kind, number, codec, bytes) values (-8, 'q', 0, 0, '')");
            // PostgreSQL ends a transaction of a pool after five idle seconds; this one may be idle for longer
            execute(storing, "set idle_in_transaction_session_timeout = 0");
            storing.setAutoCommit(false);
            Uploads.claim(storing, -8);
            var cleaned = cleaner.submit(() -> store.removeAbandoned(Instant.now()));
            awaitLock(database);
            storing.commit();
            storing.setAutoCommit(true);
            cleaned.get(60, TimeUnit.SECONDS);
            assertEquals(1, number(database, "select count(*) from message_part where message_id = -8"));
            execute(storing, "delete from message_part where message_id = -8");
        } finally {
            cleaner.shutdownNow();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(Database database, String sql) {
        return database.read(
                connection -> Sql.first(connection, sql, row -> row.getLong(1)).orElseThrow());
    }

    private static void awaitLock(Database database) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (number(
                        database,
                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
                == 0) {
            assertTrue(System.nanoTime() < end, "the cleaner waits for the commit");
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Otherwise the work of a node that froze inside a transaction stays locked for as long as its process exists. */
    @Test
    void aTransactionThatStandsStillLosesItsLocks() throws SQLException {
        try (var database = new Database(settings());
                var connection = database.connection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("show idle_in_transaction_session_timeout")) {
            assertTrue(row.next());
            assertEquals("5s", row.getString(1));
        }
    }
}
