package org.itkserver.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/** The search on JDBC: indexed columns, paging by key, never the bytes. */
public final class JdbcMessageSearch implements MessageSearch {
    private static final int FAMILY = 200;
    private static final int GENERATIONS = 8;

    private static final String BY_ID = "select " + MessageRows.COLUMNS + " from message where id in (%s)";
    private static final String CHILDREN = "select " + MessageRows.COLUMNS
            + " from message where origin in (%s) order by id fetch first 1000 rows only";
    private static final String EVENTS =
            JdbcTrailQuery.COLUMNS + " where e.message_id in (%s) order by e.at, e.node, e.seq fetch first ? rows only";
    private static final String WAITING = "select message_id, kind, handler, due, attempt, lease_until from delivery"
            + " where message_id in (%s) order by due";

    private final Database database;

    public JdbcMessageSearch(Database database) {
        this.database = database;
    }

    @Override
    public Found find(MessageFilter filter, @Nullable Position before, int limit) {
        var sql = new SearchSql(filter, before, !database.isH2());
        return database.read(connection -> {
            var rows = new ArrayList<MessageRow>();
            try (var select = connection.prepareStatement(sql.rows())) {
                sql.bindRows(select, limit + 1);
                read(select, rows);
            }
            if (rows.size() > limit) {
                var last = rows.get(limit - 1);
                return new Found(rows.subList(0, limit), new Position(last.receivedAt(), last.id()), false);
            }
            var bound = bound(connection, sql);
            return new Found(rows, bound, bound != null);
        });
    }

    private static @Nullable Position bound(Connection connection, SearchSql sql) throws SQLException {
        try (var select = connection.prepareStatement(sql.last())) {
            sql.bindLast(select);
            try (var row = select.executeQuery()) {
                return row.next() ? new Position(Sql.time(row, "received_at"), row.getLong("id")) : null;
            }
        }
    }

    @Override
    public List<MessageRow> childrenOf(Collection<Long> ids) {
        return database.read(connection -> messages(connection, CHILDREN, ids));
    }

    @Override
    public List<MessageRow> family(long id) {
        return database.read(connection -> {
            var known = new LinkedHashMap<Long, MessageRow>();
            Collection<Long> ids = List.of(id);
            for (int i = 0; i < GENERATIONS && !ids.isEmpty(); i++) {
                var found = messages(connection, BY_ID, ids);
                found.forEach(row -> known.put(row.id(), row));
                ids = missing(known, found);
            }
            ids = List.copyOf(known.keySet());
            for (int i = 0; i < GENERATIONS && !ids.isEmpty() && known.size() < FAMILY; i++) {
                var found = messages(connection, CHILDREN, ids);
                found.removeIf(row -> known.containsKey(row.id()));
                found.stream().limit(FAMILY - known.size()).forEach(row -> known.put(row.id(), row));
                ids = found.stream().limit(FAMILY).map(MessageRow::id).toList();
            }
            return known.values().stream()
                    .sorted(Comparator.comparing(MessageRow::receivedAt).thenComparing(MessageRow::id))
                    .toList();
        });
    }

    private static Collection<Long> missing(LinkedHashMap<Long, MessageRow> known, List<MessageRow> rows) {
        var out = new HashSet<Long>();
        for (var row : rows) {
            var origin = row.origin();
            if (origin != null && !known.containsKey(origin)) {
                out.add(origin);
            }
        }
        return out;
    }

    @Override
    public List<TrailEvent> events(Collection<Long> ids, int limit) {
        return database.read(connection -> {
            var out = new ArrayList<TrailEvent>();
            try (var select = connection.prepareStatement(places(EVENTS, ids))) {
                select.setInt(bind(select, ids), limit);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(JdbcTrailQuery.event(rows));
                    }
                }
            }
            return out;
        });
    }

    @Override
    public List<Waiting> waiting(Collection<Long> ids) {
        return database.read(connection -> {
            var out = new ArrayList<Waiting>();
            try (var select = connection.prepareStatement(places(WAITING, ids))) {
                bind(select, ids);
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(waiting(rows));
                    }
                }
            }
            return out;
        });
    }

    private static Waiting waiting(ResultSet row) throws SQLException {
        return new Waiting(
                row.getLong("message_id"),
                row.getString("kind"),
                row.getString("handler"),
                Sql.time(row, "due"),
                row.getInt("attempt"),
                row.getObject("lease_until") != null);
    }

    private static List<MessageRow> messages(Connection connection, String sql, Collection<Long> ids)
            throws SQLException {
        var out = new ArrayList<MessageRow>();
        if (!ids.isEmpty()) {
            try (var select = connection.prepareStatement(places(sql, ids))) {
                bind(select, ids);
                read(select, out);
            }
        }
        return out;
    }

    /** Never an empty list, which is no SQL: no message has the id -1. */
    private static String places(String sql, Collection<Long> ids) {
        return sql.replace("%s", String.join(", ", Collections.nCopies(Math.max(1, ids.size()), "?")));
    }

    private static int bind(PreparedStatement select, Collection<Long> ids) throws SQLException {
        int next = 1;
        for (long id : ids.isEmpty() ? List.of(-1L) : ids) {
            select.setLong(next++, id);
        }
        return next;
    }

    private static void read(PreparedStatement select, List<MessageRow> out) throws SQLException {
        try (var rows = select.executeQuery()) {
            while (rows.next()) {
                out.add(MessageRows.of(rows));
            }
        }
    }
}
