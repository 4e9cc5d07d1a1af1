package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import org.flywaydb.core.Flyway;
import org.itkserver.audit.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeopleMigrationTest {
    @TempDir
    Path folder;

    @Test
    void whoWasThereBeforeRolesMayStillDoEverything() throws Exception {
        var settings = DatabaseSettings.embedded(folder.resolve("itk"));
        Flyway.configure()
                .dataSource(settings.url(), settings.user(), settings.password())
                .locations("classpath:db/migration")
                .target("2")
                .load()
                .migrate();
        try (var connection = DriverManager.getConnection(settings.url(), settings.user(), settings.password());
                var statement = connection.createStatement()) {
            statement.execute("insert into admin_user values ('ann', 'hash', timestamp with time zone"
                    + " '2026-11-22 10:00:00+00:00')");
        }
        try (var database = new Database(settings)) {
            database.migrate();

            var ann = new JdbcAccounts(database).person("ann").orElseThrow();
            assertEquals(Role.all(), ann.roles());
            assertTrue(ann.active() && !ann.mustChange());
            assertEquals(Instant.parse("2026-11-22T10:00:00Z"), ann.passwordChangedAt());
        }
    }
}
