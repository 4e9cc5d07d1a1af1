package org.itkserver.store;

import java.io.InputStream;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditQuery;
import org.itkserver.exchange.MessageStore;

/** The audit questions on JDBC: indexed columns, paging by key, never the bytes. */
public final class JdbcAuditQuery implements AuditQuery {
    private static final String ONE = "select " + MessageRows.COLUMNS + " from message where id = ?";
    private static final String EVENT_COLUMNS =
            """
            select node, seq, at, type, tracking_id, partner, actor, source, error_code, error_id, detail
            from audit_event""";
    private static final String EVENTS = EVENT_COLUMNS + " where message_id = ? order by at, node, seq";

    private final Database database;
    private final MessageStore messages;

    public JdbcAuditQuery(Database database, MessageStore messages) {
        this.database = database;
        this.messages = messages;
    }

    @Override
    public Optional<MessageRow> message(long id) {
        return list(ONE, select -> select.setLong(1, id), MessageRows::of).stream()
                .findFirst();
    }

    @Override
    public List<EventRow> events(long id) {
        return list(EVENTS, select -> select.setLong(1, id), JdbcAuditQuery::event);
    }

    @Override
    public Optional<InputStream> raw(long id) {
        return message(id).flatMap(row -> {
            var origin = row.origin();
            return messages.raw(row.kind().equals("forward") && origin != null ? origin : id);
        });
    }

    private static EventRow event(ResultSet row) throws SQLException {
        return new EventRow(
                row.getString("node"),
                row.getLong("seq"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("type"),
                row.getString("tracking_id"),
                row.getString("partner"),
                row.getString("actor"),
                row.getString("source"),
                row.getString("error_code"),
                row.getString("error_id"),
                row.getString("detail"));
    }

    private <T> List<T> list(String sql, Bind bind, Row<T> mapper) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                bind.to(select);
                var out = new ArrayList<T>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(mapper.of(rows));
                    }
                }
                return out;
            }
        });
    }

    @FunctionalInterface
    private interface Bind {
        void to(PreparedStatement select) throws SQLException;
    }

    @FunctionalInterface
    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }
}
