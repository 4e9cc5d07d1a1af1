package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.itkserver.retention.KeyStore;

/** What the database knows of the keys of contents. Used without the server, too. */
final class KeyNotes {
    private static final String FOLDER = "select id from content_key_folder";
    /** Of a key that was destroyed because nothing is left that it opens, no content can be. */
    private static final String TAKEN =
            """
            select e.at from content_key k join audit_event e on e.type = 'content-key-gone' and e.at = k.gone_at
            where k.id = ? and e.detail = ?""";

    private KeyNotes() {}

    /** The folder that contents are encrypted with; empty when they are not. */
    static Optional<String> folder(Connection connection) throws SQLException {
        return Sql.first(connection, FOLDER, row -> row.getString(1));
    }

    /** When an event told that a key was taken away though contents are encrypted with it; empty when none did. */
    static Optional<Instant> takenAway(Connection connection, String key) throws SQLException {
        return Sql.first(connection, TAKEN, row -> Sql.time(row, "at"), key, KeyStore.takenAway(key));
    }
}
