package faults;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.itkserver.store.DatabaseSettings;

/** The server's database, read with its own drivers; H2's only while the server is stopped. */
final class Store {
    private static final List<String> TABLES = List.of("message", "audit_event", "delivery", "message_part");

    private final String url;
    private final String user;

    private Store(String url, String user) {
        this.url = url;
        this.user = user;
    }

    static Store postgres(String database) {
        return new Store("jdbc:postgresql://127.0.0.1:" + System.getenv("PG_PORT") + "/" + database
                + "?connectTimeout=2&socketTimeout=20", "itk");
    }

    static Store h2(Path home) {
        return new Store(DatabaseSettings.embedded(home.resolve("data/itk")).url(), "itk");
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, "");
    }

    long number(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException e) {
            return -1;
        }
    }

    List<List<String>> rows(String sql) {
        var out = new ArrayList<List<String>>();
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                out.add(row);
            }
            return out;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    void execute(String sql) {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Work that a worker or a sender has still to do; -1 when the database does not answer. */
    long left() {
        return number("select (select count(*) from delivery where kind in ('handle', 'send', 'sync'))"
                + " + (select count(*) from message where state = 'accepted' and not exists"
                + " (select 1 from delivery d where d.message_id = message.id and d.kind = 'queue')"
                + " and not exists (select 1 from message f join delivery q on q.message_id = f.id"
                + " where f.origin = message.id and q.kind = 'queue'))");
    }

    /** Writes the tables down, one file each, for {@link Check}; of the bytes only where they are. */
    void dump(Path folder) throws SQLException, IOException {
        try (var connection = connect()) {
            connection.setAutoCommit(false);
            for (var table : TABLES) {
                dump(connection, table, folder.resolve("table-" + table + ".tsv"));
            }
        }
    }

    private static void dump(Connection connection, String table, Path file) throws SQLException, IOException {
        var columns = table.equals("message_part") ? "message_id, kind, number" : "*";
        try (var statement = connection.createStatement();
                var out = Files.newBufferedWriter(file)) {
            statement.setFetchSize(1000);
            try (var rows = statement.executeQuery("select " + columns + " from " + table)) {
                var meta = rows.getMetaData();
                var names = new ArrayList<String>();
                for (int i = 1; i <= meta.getColumnCount(); i++) {
                    names.add(meta.getColumnName(i).toLowerCase(java.util.Locale.ROOT));
                }
                line(out, names);
                while (rows.next()) {
                    var values = new ArrayList<String>();
                    for (int i = 1; i <= names.size(); i++) {
                        values.add(text(rows, i, meta.getColumnTypeName(i)));
                    }
                    line(out, values);
                }
            }
        }
    }

    private static String text(java.sql.ResultSet row, int column, String type) throws SQLException {
        if (row.getObject(column) == null) {
            return "\\N";
        }
        var lower = type.toLowerCase(java.util.Locale.ROOT);
        if (lower.startsWith("timestamp")) {
            return row.getObject(column, OffsetDateTime.class).toInstant().toString();
        }
        if (lower.equals("bytea") || lower.contains("binary")) {
            return HexFormat.of().formatHex(row.getBytes(column));
        }
        if (lower.startsWith("bool")) {
            return Boolean.toString(row.getBoolean(column));
        }
        return row.getString(column);
    }

    private static void line(BufferedWriter out, List<String> words) throws IOException {
        out.write(words.stream().map(w -> w.replace('\t', ' ')).collect(Collectors.joining("\t", "", "\n")));
    }
}
