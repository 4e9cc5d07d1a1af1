package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
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
