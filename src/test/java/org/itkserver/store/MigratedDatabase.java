package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.itkserver.audit.StoreUnavailable;

/** A database with its schema, for tests. */
public final class MigratedDatabase {
    private MigratedDatabase() {}

    /** A busy machine may need longer than a connection is waited for. */
    public static Database of(DatabaseSettings settings) {
        var database = new Database(settings);
        for (int tries = 0; !database.isMigrated(); tries++) {
            try {
                database.migrate();
            } catch (StoreUnavailable e) {
                assertTrue(tries < 20, e.getMessage());
            }
        }
        return database;
    }
}
