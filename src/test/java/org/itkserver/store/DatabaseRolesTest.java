package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.itkserver.it.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the application's role cannot do to the trail, with an owner beside it and as the owner itself (PostgreSQL). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseRolesTest {
    private static final List<String> CHANGES = List.of(
            "update audit_event set detail = 'x'",
            "delete from audit_event",
            "truncate audit_event",
            "update audit_seal set at = now()",
            "delete from audit_seal",
            "truncate audit_seal",
            "update seal_key set node = 'x'",
            "delete from seal_key",
            "truncate seal_key");
    private static final List<String> DEFINITIONS = List.of(
            "drop table audit_event",
            "drop table audit_seal",
            "alter table audit_event disable trigger all",
            "alter table audit_event add column x integer",
            "drop function audit_is_append_only() cascade",
            "set session_replication_role = replica",
            "create table loot (x integer)",
            "delete from flyway_schema_history");

    private final Postgres postgres = new Postgres();

    @BeforeAll
    void makeRoles() throws SQLException {
        try (var connection = postgres.connect();
                var statement = connection.createStatement()) {
            for (var name : List.of("two", "one")) {
                statement.execute("create role " + name + "_owner login password 'o'");
                statement.execute("create role " + name + "_app login password 'a'");
                statement.execute("create database " + name + " owner " + name + "_owner");
            }
        }
        for (var name : List.of("two", "one")) {
            try (var connection = DriverManager.getConnection(url(name), "postgres", "");
                    var statement = connection.createStatement()) {
                statement.execute("alter schema public owner to " + name + "_owner");
            }
        }
    }

    @AfterAll
    void stop() {
        postgres.close();
    }

    private String url(String name) {
        return postgres.url().replaceAll("/[^/]+$", "/" + name);
    }

    private static void isRefused(Database database, String sql) throws SQLException {
        try (var connection = database.connection();
                var statement = connection.createStatement()) {
            var refused = assertThrows(SQLException.class, () -> statement.execute(sql), sql);
            assertEquals("42501", refused.getSQLState(), sql + ": " + refused.getMessage());
        }
    }

    @Test
    void withAnOwnerTheApplicationOnlyAddsToTheTrail() throws SQLException {
        var owner = new DatabaseSettings.Owner("two_owner", "o");
        try (var database = MigratedDatabase.of(new DatabaseSettings(url("two"), "two_app", "a", 8, owner))) {
            try (var trail = new TamperedTrail(database).written().stopped()) {
                assertNull(trail.verify().first());
            }
            for (var sql : CHANGES) {
                isRefused(database, sql);
            }
            for (var sql : DEFINITIONS) {
                isRefused(database, sql);
            }
            database.migrate();
            try (var again = new TamperedTrail(database).written().stopped()) {
                assertNull(again.verify().first());
            }
        }
    }

    @Test
    void aRoleThatOwnsTheTrailCannotChangeItBySlip() throws SQLException {
        try (var database = MigratedDatabase.of(new DatabaseSettings(url("one"), "one_owner", "o", 8))) {
            try (var trail = new TamperedTrail(database).written().stopped()) {
                assertNull(trail.verify().first());
            }
            for (var sql : CHANGES) {
                isRefused(database, sql);
            }
        }
    }
}
