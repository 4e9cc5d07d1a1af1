package org.itkserver.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.itkserver.audit.verify.TrailSource.Leaf;

/** What batches left behind, for a check of the trail. */
final class PurgeNotes {
    private static final String DESTROYED =
            """
            select message_id, kind, batch, raw_sha256 from unnest(cast(? as bigint array)) as wanted(k)
            join destroyed_message on message_id = k""";
    private static final String BATCH =
            "select message_id, kind, batch, raw_sha256 from destroyed_message where batch = ? order by message_id";
    private static final String ROOTS =
            """
            select e.digest from purge_batch b join audit_event e
                on e.type = 'purged' and e.at = b.chosen_at and e.detail like b.kind || ' batch ' || b.id || ': %'
            where b.id = ? and e.digest is not null""";

    private PurgeNotes() {}

    static List<Leaf> destroyed(Connection connection, Collection<Long> ids) throws SQLException {
        try (var select = connection.prepareStatement(DESTROYED)) {
            select.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            return leaves(select);
        }
    }

    static List<Leaf> batch(Connection connection, long number) throws SQLException {
        try (var select = connection.prepareStatement(BATCH)) {
            select.setLong(1, number);
            return leaves(select);
        }
    }

    private static List<Leaf> leaves(PreparedStatement select) throws SQLException {
        try (var rows = select.executeQuery()) {
            var out = new ArrayList<Leaf>();
            while (rows.next()) {
                out.add(new Leaf(rows.getLong(1), rows.getString(2), rows.getLong(3), rows.getBytes(4)));
            }
            return out;
        }
    }

    static List<byte[]> roots(Connection connection, long number) throws SQLException {
        try (var select = connection.prepareStatement(ROOTS)) {
            select.setLong(1, number);
            try (var rows = select.executeQuery()) {
                var out = new ArrayList<byte[]>();
                while (rows.next()) {
                    out.add(rows.getBytes(1));
                }
                return out;
            }
        }
    }
}
