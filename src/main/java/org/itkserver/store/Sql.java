package org.itkserver.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Short statements. Values are bound by their place; a collection is an array of ids. */
final class Sql {
    private Sql() {}

    /** Reads the row that a result stands at. */
    @FunctionalInterface
    interface Reader<T extends @Nullable Object> {
        T read(ResultSet row) throws SQLException;
    }

    /** Every row, in the order of the statement. */
    static <T> List<T> list(Connection connection, String sql, Reader<T> reader, @Nullable Object... values)
            throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            return list(select, reader, values);
        }
    }

    static <T> List<T> list(PreparedStatement select, Reader<T> reader, @Nullable Object... values)
            throws SQLException {
        bind(select, values);
        try (var rows = select.executeQuery()) {
            var out = new ArrayList<T>();
            while (rows.next()) {
                out.add(reader.read(rows));
            }
            return out;
        }
    }

    /** The first row, empty when there is none or nothing is read from it. */
    static <T> Optional<T> first(
            Connection connection, String sql, Reader<? extends @Nullable T> reader, @Nullable Object... values)
            throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            bind(select, values);
            try (var row = select.executeQuery()) {
                return row.next() ? Optional.ofNullable(reader.read(row)) : Optional.empty();
            }
        }
    }

    /** @return how many rows it changed */
    static int update(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            bind(update, values);
            return update.executeUpdate();
        }
    }

    /** Runs a statement without values. */
    static boolean execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    static void bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            var value = values[i];
            if (value instanceof Instant time) {
                value = Database.utc(time);
            } else if (value instanceof Collection<?> ids) {
                value = statement.getConnection().createArrayOf("bigint", ids.toArray());
            }
            statement.setObject(i + 1, value);
        }
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
