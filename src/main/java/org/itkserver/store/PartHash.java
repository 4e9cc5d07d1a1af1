package org.itkserver.store;

import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.audit.verify.TrailSource.StoredBytes;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;

/** SHA-256 over the parts of messages of one kind, as they come: message after message, part after part. Not thread-safe. */
final class PartHash {
    private static final String PARTS =
            """
            select message_id, number, key_id, %s from unnest(cast(? as bigint array)) as wanted(k)
            join message_part on message_id = k where kind = ? order by message_id, number"""
                    .formatted(Contents.BYTES.formatted("", ""));

    private final Frames frames;
    private final String kind;
    private final Map<Long, StoredBytes> out = new HashMap<>();
    private @Nullable Long message;
    private MessageDigest digest = Sha256.digest();
    private boolean readable = true;
    private boolean plaintext;
    private @Nullable String lostKey;

    private PartHash(Frames frames, String kind) {
        this.frames = frames;
        this.kind = kind;
    }

    /** What the stored bytes of messages are now. */
    static Map<Long, StoredBytes> read(Connection connection, Frames frames, Collection<Long> ids, String kind)
            throws SQLException {
        var hashing = new PartHash(frames, kind);
        JdbcTrailSource.each(
                connection,
                PARTS,
                ids,
                kind,
                row -> hashing.part(row.getLong(1), row.getInt(2), row.getString(3), row.getBytes(4)));
        hashing.end();
        return hashing.out;
    }

    private void part(long of, int number, @Nullable String key, byte @Nullable [] stored) {
        if (message != null && message != of) {
            end();
        }
        message = of;
        plaintext |= key == null;
        if (stored == null) {
            readable = false;
            return;
        }
        try {
            var place = Frames.Place.part(of, kind, number);
            var bytes = frames.open(place, new Frame(key, stored), Contents.LARGEST_PIECE);
            bytes.ifPresentOrElse(digest::update, () -> lostKey = key);
        } catch (StoreUnavailable e) {
            throw e;
        } catch (RuntimeException e) {
            // bytes that do not even decrypt or decompress are not the ones that were stored
            readable = false;
        }
    }

    private void end() {
        if (message != null) {
            out.put(
                    message,
                    new StoredBytes(readable ? digest.digest() : new byte[0], readable ? lostKey : null, plaintext));
        }
        digest = Sha256.digest();
        readable = true;
        lostKey = null;
        plaintext = false;
    }
}
