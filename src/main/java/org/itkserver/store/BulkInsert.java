package org.itkserver.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Inserts any number of rows with one statement whose text never changes: a parameter is an array that holds one column.
 * So it stays prepared in the server whatever the group's size. Thread-safe; its rows are not.
 */
final class BulkInsert {
    private static final String TIME = "timestamp with time zone";

    private final List<String> types = new ArrayList<>();
    private final String sql;

    /**
     * @param table table name
     * @param columns each a name, a space and an SQL type
     */
    BulkInsert(String table, String... columns) {
        var names = new ArrayList<String>();
        for (var column : columns) {
            int space = column.indexOf(' ');
            names.add(column.substring(0, space));
            types.add(column.substring(space + 1));
        }
        var arrays = types.stream().map(type -> "cast(? as " + wire(type) + " array)");
        var values = IntStream.range(0, types.size())
                .mapToObj(i -> types.get(i).equals(TIME) ? "cast(c" + i + " as " + TIME + ")" : "c" + i);
        var aliases = IntStream.range(0, types.size()).mapToObj(i -> "c" + i);
        sql = "insert into " + table + " (" + String.join(", ", names) + ") select "
                + values.collect(Collectors.joining(", ")) + " from unnest("
                + arrays.collect(Collectors.joining(", ")) + ") as rows_of("
                + aliases.collect(Collectors.joining(", ")) + ")";
    }

    /** Times travel as ISO 8601 text, which both databases read alike. */
    private static String wire(String type) {
        return type.equals(TIME) ? "varchar" : type;
    }

    Rows rows() {
        return new Rows();
    }

    /**
     * Inserts into several tables, in order.
     *
     * @param atOnce whether the database takes them as one statement, and so in one round trip
     */
    static void insert(Connection connection, boolean atOnce, List<Rows> tables) throws SQLException {
        var filled = tables.stream().filter(rows -> !rows.isEmpty()).toList();
        if (atOnce && !filled.isEmpty()) {
            insert(connection, filled);
        } else {
            for (var rows : filled) {
                insert(connection, List.of(rows));
            }
        }
    }

    private static void insert(Connection connection, List<Rows> tables) throws SQLException {
        var sql = tables.stream().map(Rows::sql).collect(Collectors.joining(";"));
        try (var insert = connection.prepareStatement(sql)) {
            int next = 1;
            for (var rows : tables) {
                next = rows.set(insert, next, connection);
            }
            insert.executeUpdate();
        }
    }

    /** Rows for one execution. */
    final class Rows {
        private final List<@Nullable Object[]> rows = new ArrayList<>();

        /** @param values one a column; an {@link Instant} for a time */
        void add(@Nullable Object... values) {
            if (values.length != types.size()) {
                throw new IllegalArgumentException(values.length + " values for " + types.size() + " columns");
            }
            rows.add(values);
        }

        private int set(PreparedStatement insert, int from, Connection connection) throws SQLException {
            for (int column = 0; column < types.size(); column++) {
                var type = wire(types.get(column));
                insert.setArray(from + column, connection.createArrayOf(type, column(column, type)));
            }
            return from + types.size();
        }

        private String sql() {
            return sql;
        }

        private boolean isEmpty() {
            return rows.isEmpty();
        }

        private Object[] column(int column, String type) {
            Object[] out =
                    switch (type) {
                        case "bytea" -> new byte[rows.size()][];
                        case "varchar" -> new String[rows.size()];
                        case "bigint" -> new Long[rows.size()];
                        case "integer" -> new Integer[rows.size()];
                        case "boolean" -> new Boolean[rows.size()];
                        default -> throw new IllegalArgumentException("no such type: " + type);
                    };
            for (int row = 0; row < out.length; row++) {
                var value = rows.get(row)[column];
                out[row] = value instanceof Instant time ? time.toString() : value;
            }
            return out;
        }
    }
}
