package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.verify.TrailSource.Leaf;

/** What batches left behind, for a check of the trail. */
final class PurgeNotes {
    private static final String DESTROYED =
            """
            select message_id, kind, batch, raw_sha256 from unnest(cast(? as bigint array)) as wanted(k)
            join destroyed_message on message_id = k""";
    private static final String BATCH =
            "select message_id, kind, batch, raw_sha256 from destroyed_message where batch = ? order by message_id";
    /** The event of a batch {@code b}. */
    static final String EVENT = " join audit_event e on e.type = '" + AuditType.PURGED.label()
            + "' and e.at = b.chosen_at and e.detail like b.kind || ' batch ' || b.id || ': %'";

    /** The event only when a seal covers it: any other row proves nothing. */
    static final String SEALED =
            " and exists (select 1 from audit_seal s where s.node = e.node and s.first_seq <= e.seq"
                    + " and s.last_seq >= e.seq)";

    private PurgeNotes() {}

    static List<Leaf> destroyed(Connection connection, Collection<Long> ids) throws SQLException {
        return Sql.list(connection, DESTROYED, PurgeNotes::leaf, ids);
    }

    static List<Leaf> batch(Connection connection, long number) throws SQLException {
        return Sql.list(connection, BATCH, PurgeNotes::leaf, number);
    }

    private static Leaf leaf(ResultSet row) throws SQLException {
        return new Leaf(row.getLong(1), row.getString(2), row.getLong(3), row.getBytes(4));
    }
}
