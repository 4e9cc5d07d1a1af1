package org.itkserver.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.itkserver.audit.StoreUnavailable;

/**
 * The bytes of large messages, written before their message on a connection of their own; the message's commit removes the
 * note that they have no message yet. Thread-safe.
 */
final class Uploads {
    /** Larger messages do not join a group with their bytes. */
    static final int JOINS_GROUP = 256 * 1024;

    private static final Duration FORGOTTEN = Duration.ofHours(1);
    private static final String UPLOAD = "insert into upload (message_id, node, started_at) values (?, ?, ?)";
    private static final String PART =
            "insert into message_part (message_id, kind, number, codec, key_id, bytes) values (?, 'q', ?, ?, ?, ?)";
    private static final String ORPHAN_PARTS =
            "delete from message_part where message_id in (select message_id from upload where ";
    private static final String ORPHANS = "delete from upload where ";

    private final Database database;
    private final String node;
    private final Clock clock;
    private final Frames frames;

    Uploads(Database database, String node, Clock clock, Frames frames) {
        this.database = database;
        this.node = node;
        this.clock = clock;
        this.frames = frames;
    }

    /** Writes the bytes of a message that is not stored yet. */
    void write(long id, InputStream in) {
        try (var connection = database.connection()) {
            Sql.update(connection, UPLOAD, id, node, clock.instant());
            try (var part = connection.prepareStatement(PART)) {
                var chunk = new byte[Chunks.SIZE];
                int number = 0;
                for (int n = in.readNBytes(chunk, 0, chunk.length); n > 0; n = in.readNBytes(chunk, 0, chunk.length)) {
                    var frame = frames.pack(Frames.Place.part(id, "q", number), chunk, n);
                    part.setLong(1, id);
                    part.setInt(2, number++);
                    part.setString(3, Chunks.CODEC);
                    part.setString(4, frame.key());
                    part.setBytes(5, frame.bytes());
                    part.executeUpdate();
                }
            }
        } catch (SQLException e) {
            throw new StoreUnavailable("the message's bytes could not be stored: " + e.getSQLState());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the bytes back; the message will not be stored. */
    void remove(long id) {
        database.read(connection -> {
            Sql.update(connection, "delete from message_part where message_id = ?", id);
            return Sql.update(connection, "delete from upload where message_id = ?", id);
        });
    }

    /** Removes bytes that an earlier run of this node, or any node an hour ago, wrote for messages never stored. */
    void removeOrphans() {
        forget("node = ?", node);
        removeAbandoned();
    }

    /** Removes bytes that any node wrote an hour ago for messages never stored. */
    void removeAbandoned() {
        forget("started_at < ?", clock.instant().minus(FORGOTTEN));
    }

    private void forget(String which, Object value) {
        database.read(connection -> {
            Sql.update(connection, ORPHAN_PARTS + which + ")", value);
            return Sql.update(connection, ORPHANS + which, value);
        });
    }
}
