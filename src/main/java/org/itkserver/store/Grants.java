package org.itkserver.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * What the application's role may do when another role owns the tables (PostgreSQL): read and add to the trail, read and
 * write the rest, change no definition. Given anew at every start, so that new tables are in it.
 */
final class Grants {
    private static final Set<String> APPEND_ONLY = Set.of("audit_event", "audit_seal", "seal_key");
    private static final String HISTORY = "flyway_schema_history";
    private static final String TABLES =
            "select table_name from information_schema.tables where table_schema = current_schema()"
                    + " and table_type = 'BASE TABLE' order by table_name";
    private static final String SCHEMA = "select current_schema()";

    private Grants() {}

    /** @param user the application's role */
    static void give(String url, DatabaseSettings.Owner owner, String user) throws SQLException {
        var login = new Properties();
        login.setProperty("user", owner.user());
        if (owner.password() != null) {
            login.setProperty("password", owner.password());
        }
        try (var connection = DriverManager.getConnection(url, login)) {
            JdbcTransaction.run(connection, open -> {
                give(open, quoted(user));
                return user;
            });
        }
    }

    private static void give(Connection connection, String role) throws SQLException {
        var schema = quoted(strings(connection, SCHEMA).get(0));
        run(connection, "revoke create on schema " + schema + " from public");
        run(connection, "revoke create on schema " + schema + " from " + role);
        run(connection, "grant usage on schema " + schema + " to " + role);
        for (var table : strings(connection, TABLES)) {
            run(connection, "revoke all on " + quoted(table) + " from public");
            run(connection, "revoke all on " + quoted(table) + " from " + role);
            run(connection, "grant " + rights(table) + " on " + quoted(table) + " to " + role);
        }
        run(connection, "grant usage, select on all sequences in schema " + schema + " to " + role);
    }

    private static String rights(String table) {
        if (table.equals(HISTORY)) {
            return "select";
        }
        return APPEND_ONLY.contains(table) ? "select, insert" : "select, insert, update, delete";
    }

    private static List<String> strings(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var out = new ArrayList<String>();
            while (rows.next()) {
                out.add(rows.getString(1));
            }
            return out;
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
