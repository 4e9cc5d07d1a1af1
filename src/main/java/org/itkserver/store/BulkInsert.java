package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Inserts any number of rows with one statement whose text never changes: a parameter is an array that holds one column.
 * So it stays prepared in the server whatever the group's size, and costs one round trip. Thread-safe; its rows are not.
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

        /** Inserts what was added; nothing when that is nothing. */
        void insert(Connection connection) throws SQLException {
            if (rows.isEmpty()) {
                return;
            }
            try (var insert = connection.prepareStatement(sql)) {
                for (int column = 0; column < types.size(); column++) {
                    var type = wire(types.get(column));
                    insert.setArray(column + 1, connection.createArrayOf(type, column(column, type)));
                }
                insert.executeUpdate();
            }
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
