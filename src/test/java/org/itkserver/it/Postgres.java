package org.itkserver.it;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.itkserver.store.DatabaseSettings;

/** A database for one test class, in the one real PostgreSQL that the tests of a JVM share. */
public final class Postgres implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String WITH_ACCOUNTS = "test_accounts";
    private static final String SEARCH_KEY = "5a".repeat(32);
    private static EmbeddedPostgres shared;
    private static boolean prepared;

    private final String name = "test_" + NUMBER.incrementAndGet();
    private boolean hasAccounts;

    public Postgres() {
        administer("create database " + name);
    }

    private static synchronized EmbeddedPostgres server() {
        if (shared == null) {
            try {
                shared = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "300")
                        .setPort(ServerProcess.freePort())
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shared;
    }

    private static void administer(String sql) {
        try (var connection = server().getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public String url() {
        return url(name);
    }

    private static String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + server().getPort() + "/" + name;
    }

    private static synchronized void prepare() {
        if (!prepared) {
            administer("create database " + WITH_ACCOUNTS);
            FirstAccounts.add(new DatabaseSettings(url(WITH_ACCOUNTS), "postgres", "", 2));
            prepared = true;
        }
    }

    /**
     * Points a server at this database, which has the schema and the first accounts from then on, and gives it the key of
     * patient searches that all nodes of a database share.
     */
    public ServerProcess configure(ServerProcess process) {
        if (!hasAccounts) {
            prepare();
            close();
            administer("create database " + name + " template " + WITH_ACCOUNTS);
            hasAccounts = true;
        }
        FirstAccounts.tell(process.home());
        shareSearchKey(process.home());
        return process.with("ITK_DB_URL", url()).with("ITK_DB_USER", "postgres");
    }

    private static void shareSearchKey(Path home) {
        try {
            var keys = Files.createDirectories(home.resolve("keys"));
            Files.writeString(keys.resolve("patient-search.key"), SEARCH_KEY + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "");
    }

    /** First column of every row, as text. */
    public List<String> column(String sql, Object... parameters) {
        try (var connection = connect();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            var out = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    out.add(rows.getString(1));
                }
            }
            return out;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public long count(String sql, Object... parameters) {
        return Long.parseLong(column(sql, parameters).get(0));
    }

    public void execute(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends whatever still uses the database, and drops it. */
    @Override
    public void close() {
        administer("drop database " + name + " with (force)");
    }
}
