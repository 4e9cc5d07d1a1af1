package org.itkserver.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.StoreUnavailable;

/**
 * The bytes of large messages, written before their message on a connection of their own; the message's commit removes the
 * note that they have no message yet. Thread-safe.
 */
final class Uploads {
    /** Larger messages do not join a group with their bytes. */
    static final int JOINS_GROUP = 256 * 1024;

    /** SQLSTATE of our own: the bytes of an entry are gone. It is a matter of that entry alone. */
    private static final String REMOVED = "ITK01";

    private static final Duration FORGOTTEN = Duration.ofHours(1);
    private static final String UPLOAD = "insert into upload (message_id, node, started_at) values (?, ?, ?)";
    private static final String PART =
            "insert into message_part (message_id, kind, number, codec, key_id, bytes) values (?, ?, ?, ?, ?, ?)";
    private static final String ADOPT = "update message_part set message_id = ? where message_id = ? and kind = 'a'";
    /** Locked, because the commit that stores a message deletes its row: the bytes of a stored message are never an orphan's. */
    private static final String LOCK = "select message_id from upload where %s order by message_id for update";

    private static final String DELETE_PARTS = "delete from message_part where message_id = ?";
    private static final String DELETE = "delete from upload where message_id = ?";

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

    /**
     * Writes the bytes of a message that is not stored yet, a chunk in each transaction.
     *
     * @throws org.itkserver.audit.StoreBusy when the connections for uploads stay in use for too long
     * @throws StoreUnavailable when the database cannot store them
     */
    void write(long id, InputStream in) {
        database.upload(transactions -> {
            var chunk = new byte[Chunks.SIZE];
            int n = read(in, chunk);
            for (int number = 0; n > 0; number++) {
                var frame = frames.pack(Frames.Place.part(id, "q", number), chunk, n);
                var part = new Part(id, "q", number);
                transactions.run(connection -> add(connection, part, frame));
                n = n < chunk.length ? 0 : read(in, chunk);
            }
        });
    }

    /**
     * Writes a response under an id of its own. The commit that settles its request moves it there ({@link #adopt}), so an
     * attempt that is not the last one can never leave its response behind.
     *
     * @param id what it lies under until then
     * @param response packed for its request
     */
    void writeResponse(long id, Frame response) {
        database.upload(
                transactions -> transactions.run(connection -> add(connection, new Part(id, "a", 0), response)));
    }

    /** The key of a row of bytes. */
    private record Part(long message, String kind, int number) {}

    private static int read(InputStream in, byte[] chunk) {
        try {
            return in.readNBytes(chunk, 0, chunk.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int add(Connection connection, Part part, Frame frame) throws SQLException {
        if (part.number() == 0) {
            Sql.update(connection, UPLOAD, part.message(), node, clock.instant());
        }
        return Sql.update(
                connection, PART, part.message(), part.kind(), part.number(), Chunks.CODEC, frame.key(), frame.bytes());
    }

    /**
     * Takes away the note that bytes have no message yet, in the transaction that stores the message.
     *
     * @throws SQLException when the bytes were removed meanwhile; the message must not be stored without them
     */
    static void claim(Connection connection, long id) throws SQLException {
        if (Sql.update(connection, DELETE, id) != 1) {
            throw new SQLException("the bytes of message " + id + " were removed before it was stored", REMOVED);
        }
    }

    /** Gives a response that was written before to its request, in the transaction that settles the request. */
    static void adopt(Connection connection, long id, long request) throws SQLException {
        claim(connection, id);
        Sql.update(connection, ADOPT, request, id);
    }

    /** Takes the bytes back; the message will not be stored. */
    void remove(long id) {
        database.inTransaction(connection -> {
            // this locks the row first, in the order that the cleaner uses; the cleaner may be another node
            lock(connection, "message_id = ?", id);
            Sql.update(connection, DELETE_PARTS, id);
            return Sql.update(connection, DELETE, id);
        });
    }

    /** Removes bytes that an earlier run of this node wrote for messages never stored. */
    void removeOrphans() {
        forget("node = ?", node);
    }

    /** Removes bytes that any node wrote an hour before this time for messages never stored. */
    void removeAbandoned(Instant now) {
        forget("started_at < ?", now.minus(FORGOTTEN));
    }

    private static List<Long> lock(Connection connection, String which, Object value) throws SQLException {
        return Sql.list(connection, LOCK.formatted(which), row -> row.getLong(1), value);
    }

    private void forget(String which, Object value) {
        database.inTransaction(connection -> {
            var orphans = lock(connection, which, value);
            for (long id : orphans) {
                Sql.update(connection, DELETE_PARTS, id);
                Sql.update(connection, DELETE, id);
            }
            return orphans.size();
        });
    }
}
