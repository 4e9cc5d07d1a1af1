package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.RowHash;

/** The audit rows of one group: numbered without gaps, each with its hash. Used by the committer's thread alone. */
final class EventWriter {
    private static final String EVENT =
            """
            insert into audit_event (node, seq, version, at, type, message_id, tracking_id, partner, service, actor,
                source, error_code, error_id, detail, hash)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String REFUSED = "insert into refused (node, seq, at, size, bytes) values (?, ?, ?, ?, ?)";

    private final String node;

    EventWriter(String node) {
        this.node = node;
    }

    /**
     * Writes the events of the group's entries, and the kept start of refused messages.
     *
     * @param first number of the first row
     * @return number after the last row
     */
    long write(Connection connection, List<Entry> group, long first) throws SQLException {
        long seq = first;
        var refused = new HashMap<Long, Entry.Audit>();
        try (var insert = connection.prepareStatement(EVENT)) {
            for (var entry : group) {
                if (entry instanceof Entry.Audit audit && audit.refused != null) {
                    refused.put(seq, audit);
                }
                for (var event : entry.events()) {
                    bind(insert, seq++, event);
                    insert.addBatch();
                }
            }
            if (seq > first) {
                insert.executeBatch();
            }
        }
        if (!refused.isEmpty()) {
            refused(connection, refused);
        }
        return seq;
    }

    private void bind(PreparedStatement out, long seq, AuditEvent event) throws SQLException {
        int i = 1;
        out.setString(i++, node);
        out.setLong(i++, seq);
        out.setInt(i++, RowHash.VERSION);
        out.setObject(i++, utc(event.at()));
        out.setString(i++, event.type().label());
        out.setObject(i++, event.message(), Types.BIGINT);
        out.setString(i++, event.trackingId());
        out.setString(i++, event.partner());
        out.setString(i++, event.service());
        out.setString(i++, event.actor());
        out.setString(i++, event.source());
        out.setString(i++, event.errorCode());
        out.setString(i++, event.errorId());
        out.setString(i++, event.detail());
        out.setBytes(i, RowHash.of(node, seq, event));
    }

    private void refused(Connection connection, Map<Long, Entry.Audit> entries) throws SQLException {
        try (var insert = connection.prepareStatement(REFUSED)) {
            for (var entry : entries.entrySet()) {
                insert.setString(1, node);
                insert.setLong(2, entry.getKey());
                insert.setObject(3, utc(entry.getValue().event.at()));
                insert.setLong(4, entry.getValue().size);
                insert.setBytes(5, entry.getValue().refused);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
