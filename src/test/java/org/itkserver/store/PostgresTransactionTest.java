package org.itkserver.store;

import org.itkserver.it.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresTransactionTest extends TransactionContract {
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
}
