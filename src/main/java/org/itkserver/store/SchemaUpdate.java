package org.itkserver.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/** Brings the schema up to date, and tells a database that is away from one that cannot be used. */
final class SchemaUpdate {
    private static final Map<String, String> REMEDIES = Map.of(
            "28P01", "refuses the password of user %s: correct ITK_DB_USER or ITK_DB_PASSWORD",
            "28000", "refuses user %s: correct ITK_DB_USER, or the database's pg_hba.conf",
            "3D000", "has no such database: create it, or correct ITK_DB_URL",
            "42501", "does not allow user %s to change its tables: grant it the rights, or set ITK_DB_OWNER_USER");

    private final DatabaseSettings settings;

    SchemaUpdate(DatabaseSettings settings) {
        this.settings = settings;
    }

    /**
     * Runs the migrations that are missing; idempotent.
     *
     * @param embedded the pool of the embedded database; null for PostgreSQL, which gets a connection of its own, because an index
     *     over many rows takes longer than a pool's connections wait
     * @throws DatabaseRefused when a person must change something
     * @throws StoreUnavailable when the database is away
     */
    void run(@Nullable DataSource embedded) {
        var owner = settings.owner();
        try {
            var flyway = Flyway.configure(getClass().getClassLoader());
            if (embedded != null) {
                // opening the file takes longer than the pool waits for a connection, above all after a kill
                flyway.dataSource(embedded).connectRetries(3).connectRetriesInterval(1);
            } else if (owner == null) {
                flyway.dataSource(settings.url(), settings.user(), settings.password());
            } else {
                flyway.dataSource(settings.url(), owner.user(), owner.password());
            }
            var loaded = flyway.locations(
                            "classpath:db/migration", embedded != null ? "classpath:db/h2" : "classpath:db/postgresql")
                    .load();
            refuseLaterRelease(loaded.info().all());
            loaded.migrate();
            if (owner != null) {
                Grants.give(settings.url(), owner, String.valueOf(settings.user()));
            }
        } catch (FlywayValidateException e) {
            throw new DatabaseRefused("The schema of the database " + settings
                    + " is not the one that this release made: a migration failed or was changed. Restore the backup from"
                    + " before the upgrade, and start again.");
        } catch (FlywayException | SQLException e) {
            throw failure(e);
        }
    }

    private void refuseLaterRelease(MigrationInfo[] migrations) {
        var later = Arrays.stream(migrations)
                .filter(migration -> migration.getVersion() != null
                        && migration.getState().isApplied()
                        && !migration.getState().isResolved())
                .findFirst();
        if (later.isPresent()) {
            throw new DatabaseRefused("The database " + settings + " was written by a later release (schema version "
                    + later.get().getVersion()
                    + "): start that release, or restore the backup from before its first start.");
        }
    }

    private RuntimeException failure(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                var remedy = REMEDIES.get(sql.getSQLState());
                if (remedy != null) {
                    var owner = settings.owner();
                    var user = owner == null ? String.valueOf(settings.user()) : owner.user();
                    return new DatabaseRefused("The database " + settings + " " + remedy.formatted(user) + ".");
                }
                return new StoreUnavailable(
                        "the database " + settings + " is away (SQL state " + sql.getSQLState() + ")");
            }
        }
        return new StoreUnavailable("the database " + settings + " cannot be brought up to date: "
                + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
}
