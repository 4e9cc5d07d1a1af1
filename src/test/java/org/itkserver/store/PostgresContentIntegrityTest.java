package org.itkserver.store;

import org.itkserver.it.Postgres;
import org.junit.jupiter.api.AfterAll;

class PostgresContentIntegrityTest extends ContentIntegrityContract {
    private final Postgres postgres = new Postgres();

    @AfterAll
    void stop() {
        postgres.close();
    }

    @Override
    DatabaseSettings settings() {
        return new DatabaseSettings(postgres.url(), "postgres", "", 8);
    }
}
