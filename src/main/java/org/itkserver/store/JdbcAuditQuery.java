package org.itkserver.store;

import java.io.InputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditQuery;
import org.itkserver.exchange.MessageStore;
import org.jspecify.annotations.Nullable;

/** The audit questions on JDBC: indexed columns, paging by key, never the bytes. */
public final class JdbcAuditQuery implements AuditQuery {
    private static final String ONE = "select " + MessageRows.COLUMNS + " from message where id = ?";
    private static final String EVENT_COLUMNS =
            "e.node, e.seq, e.at, e.type, e.tracking_id, e.partner, e.actor, e.source, e.error_code, e.error_id, e.detail";
    private static final String EVENTS =
            "select " + EVENT_COLUMNS + " from audit_event e where e.message_id = ? order by e.at, e.node, e.seq";

    private static final String REFUSED = "select " + EVENT_COLUMNS
            + ", r.size from refused r join audit_event e on e.node = r.node and e.seq = r.seq"
            + " where r.error_id = ?";

    private final Database database;
    private final MessageStore messages;
    private final Contents contents;

    /** @param keys what contents are encrypted with, null when they are not */
    public JdbcAuditQuery(Database database, MessageStore messages, @Nullable JdbcContentKeys keys) {
        this.database = database;
        this.messages = messages;
        this.contents = new Contents(database, Frames.of(keys), (message, what) -> {});
    }

    @Override
    public Optional<MessageRow> message(long id) {
        return database.read(connection -> Sql.first(connection, ONE, MessageRows::of, id));
    }

    @Override
    public List<EventRow> events(long id) {
        return database.read(connection -> Sql.list(connection, EVENTS, JdbcAuditQuery::event, id));
    }

    @Override
    public Optional<InputStream> raw(long id) {
        return message(id).flatMap(row -> {
            var origin = row.origin();
            return messages.attested(row.kind().equals("forward") && origin != null ? origin : id);
        });
    }

    @Override
    public Optional<Refused> refused(String errorId) {
        return database.read(connection ->
                Sql.first(connection, REFUSED, row -> new Refused(event(row), row.getLong("size")), errorId));
    }

    @Override
    public Optional<byte[]> refusedStart(String errorId) {
        return contents.refused(errorId);
    }

    private static EventRow event(ResultSet row) throws SQLException {
        return new EventRow(
                row.getString("node"),
                row.getLong("seq"),
                Sql.time(row, "at"),
                row.getString("type"),
                row.getString("tracking_id"),
                row.getString("partner"),
                row.getString("actor"),
                row.getString("source"),
                row.getString("error_code"),
                row.getString("error_id"),
                row.getString("detail"));
    }
}
