package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.itkserver.audit.Seal;
import org.jspecify.annotations.Nullable;

/** Seals as rows. */
final class Seals {
    static final String COLUMNS = "node, seal_no, version, first_seq, last_seq, root, prev, at, key_id, signature";
    private static final String LAST =
            "select " + COLUMNS + " from audit_seal where node = ? order by seal_no desc fetch first 1 rows only";
    private static final String INSERT =
            "insert into audit_seal (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private Seals() {}

    /** The last seal of a node, null when it has none. */
    static @Nullable Seal last(Connection connection, String node) throws SQLException {
        try (var select = connection.prepareStatement(LAST)) {
            select.setString(1, node);
            try (var row = select.executeQuery()) {
                return row.next() ? of(row) : null;
            }
        }
    }

    static void insert(Connection connection, Seal seal) throws SQLException {
        try (var insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, seal.node());
            insert.setLong(2, seal.number());
            insert.setInt(3, seal.version());
            insert.setLong(4, seal.firstSeq());
            insert.setLong(5, seal.lastSeq());
            insert.setBytes(6, seal.root());
            insert.setBytes(7, seal.prev());
            insert.setObject(8, utc(seal.at()));
            insert.setString(9, seal.keyId());
            insert.setBytes(10, seal.signature());
            insert.executeUpdate();
        }
    }

    static Seal of(ResultSet row) throws SQLException {
        return new Seal(
                row.getString("node"),
                row.getLong("seal_no"),
                row.getInt("version"),
                row.getLong("first_seq"),
                row.getLong("last_seq"),
                row.getBytes("root"),
                row.getBytes("prev"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("key_id"),
                row.getBytes("signature"));
    }
}
