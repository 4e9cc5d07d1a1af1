package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.it.Postgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people ask of the database cannot hold it up. */
class ReadingTest {
    @TempDir
    Path folder;

    @Test
    void aLongQueryEndsOnPostgres() {
        try (var postgres = new Postgres();
                var reading = Database.forReading(new DatabaseSettings(postgres.url(), "postgres", "", 8))) {
            assertThrows(StoreUnavailable.class, () -> one(reading, "select 1 from pg_sleep(20)"));
            assertEquals("1", one(reading, "select 1"));
        }
    }

    /**
     * Scans look dear to the planner here, so that it compiled them: 30 to 150 ms of one core for each look at an empty table. The
     * setting is asked for, because a PostgreSQL may be built without a compiler.
     */
    @Test
    void nothingIsCompiledOnPostgres() {
        try (var postgres = new Postgres()) {
            var settings = new DatabaseSettings(postgres.url(), "postgres", "", 8);
            try (var database = new Database(settings);
                    var reading = Database.forReading(settings)) {
                assertEquals("off", one(database, "show jit"));
                assertEquals("off", one(reading, "show jit"));
            }
        }
    }

    @Test
    void aLongQueryEndsOnH2() {
        var settings = DatabaseSettings.embedded(folder.resolve("itk"));
        try (var database = new Database(settings);
                var reading = Database.forReading(settings)) {
            var long20 =
                    "select count(*) from system_range(1, 1000000) a, system_range(1, 1000000) b where a.x * b.x = 7";
            assertEquals("1", one(database, "select 1"));
            assertThrows(StoreUnavailable.class, () -> one(reading, long20));
            assertEquals("1", one(reading, "select 1"));
        }
    }

    private static String one(Database database, String sql) {
        return database.read(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
            }
        });
    }
}
