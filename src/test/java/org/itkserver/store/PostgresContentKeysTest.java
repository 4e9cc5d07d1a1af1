package org.itkserver.store;

import org.itkserver.it.Postgres;
import org.junit.jupiter.api.AfterAll;

class PostgresContentKeysTest extends ContentKeysContract {
    private static final Postgres postgres = new Postgres();

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    DatabaseSettings settings() {
        return new DatabaseSettings(postgres.url(), "postgres", "", 8);
    }
}
