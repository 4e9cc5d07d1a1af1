package org.itkserver.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the schema up to date, and tells a database that is away from one that cannot be used. */
final class SchemaUpdate {
    private static final Map<String, String> REMEDIES = Map.of(
            "28P01", "refuses the password of user %s: correct ITK_DB_USER or ITK_DB_PASSWORD",
            "28000", "refuses user %s: correct ITK_DB_USER, or the database's pg_hba.conf",
            "3D000", "has no such database: create it, or correct ITK_DB_URL",
            "42501", "does not allow user %s to change its tables: grant it the rights, or set ITK_DB_OWNER_USER");

    private static final Logger LOG = LoggerFactory.getLogger(SchemaUpdate.class);
    private static final String OLDEST = "select fact from shared_fact where name = ?";

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
            if (isLaterRelease(loaded)) {
                Flyway.configure(getClass().getClassLoader())
                        .configuration(loaded.getConfiguration())
                        .ignoreMigrationPatterns("*:future", "repeatable:*")
                        .load()
                        .validate();
                return;
            }
            loaded.migrate();
            if (owner != null) {
                Grants.give(settings.url(), owner, String.valueOf(settings.user()));
            }
        } catch (FlywayValidateException e) {
            throw changed();
        } catch (FlywayException | SQLException e) {
            throw failure(e);
        }
    }

    private DatabaseRefused changed() {
        return new DatabaseRefused("The schema of the database " + settings
                + " is not the one that this release made: a migration failed or was changed. Restore the backup from"
                + " before the upgrade, and start again.");
    }

    /**
     * Whether a later release wrote the schema and says that this release can work on it; it is left as it is then.
     *
     * @throws DatabaseRefused when it does not say so
     */
    private boolean isLaterRelease(Flyway loaded) throws SQLException {
        var versions = Arrays.stream(loaded.info().all())
                .filter(migration -> migration.getVersion() != null)
                .toList();
        var later = versions.stream()
                .filter(migration -> migration.getState().isApplied()
                        && !migration.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .sorted()
                .toList();
        if (later.isEmpty()) {
            return false;
        }
        if (versions.stream().anyMatch(migration -> migration.getState().isFailed())) {
            throw changed();
        }
        var own = versions.stream()
                .filter(migration -> migration.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        var newest = later.get(later.size() - 1);
        boolean isPending =
                versions.stream().anyMatch(migration -> !migration.getState().isApplied());
        if (isPending || !isNamed(loaded.getConfiguration().getDataSource(), own, later)) {
            throw new DatabaseRefused("The database " + settings + " was written by a later release (schema version "
                    + newest
                    + "): start that release, or restore the backup from before its first start.");
        }
        LOG.info(
                "the database was written by a later release (schema version {}), which works together with this one",
                newest);
        return true;
    }

    /** Whether each later migration says that this release, or an older one, can work on what it made. */
    private static boolean isNamed(DataSource database, MigrationVersion own, List<MigrationVersion> later)
            throws SQLException {
        try (var connection = database.getConnection()) {
            for (var version : later) {
                var oldest = Sql.first(connection, OLDEST, row -> row.getString(1), "schema-" + version);
                if (oldest.isEmpty() || own.compareTo(MigrationVersion.fromVersion(oldest.get())) < 0) {
                    return false;
                }
            }
            return true;
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
