package org.itkserver.store;

import java.time.Instant;

/** Which directory.yaml is in force on a node. */
public final class JdbcDirectoryVersions {
    private static final String UPDATE =
            "update directory_version set sha256 = ?, since = ?, loaded_by = ? where node = ?";
    private static final String INSERT =
            "insert into directory_version (sha256, since, loaded_by, node) values (?, ?, ?, ?)";

    private final Database database;
    private final String node;

    /** @param node id of this node, whose row no other node changes */
    public JdbcDirectoryVersions(Database database, String node) {
        this.database = database;
        this.node = node;
    }

    /** Notes the version in force. */
    public void current(String sha256, Instant since, String by) {
        database.inTransaction(connection -> {
            if (Sql.update(connection, UPDATE, sha256, since, by, node) == 0) {
                Sql.update(connection, INSERT, sha256, since, by, node);
            }
            return node;
        });
    }
}
