package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** What the database knows of the keys of contents. Used without the server, too. */
final class KeyNotes {
    private static final String FOLDER = "select id from content_key_folder";
    private static final String GONE = "select gone_at from content_key where id = ? and gone_at is not null";

    private KeyNotes() {}

    /** The folder that contents are encrypted with; empty when they are not. */
    static Optional<String> folder(Connection connection) throws SQLException {
        return Sql.first(connection, FOLDER, row -> row.getString(1));
    }

    /** When a key was noted as gone; empty when it was not. */
    static Optional<Instant> goneAt(Connection connection, String key) throws SQLException {
        return Sql.first(connection, GONE, row -> Sql.time(row, "gone_at"), key);
    }
}
