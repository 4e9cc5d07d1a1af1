package org.itkserver.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/** Makes frames of bytes, and bytes of frames. Thread-safe. */
final class Frames {
    private final ContentKeys keys;

    Frames(ContentKeys keys) {
        this.keys = keys;
    }

    /** @param keys what contents are encrypted with, null when they are not */
    static Frames of(@Nullable JdbcContentKeys keys) {
        return new Frames(keys == null ? ContentKeys.NONE : keys);
    }

    /** Whether contents are encrypted here. */
    boolean areEncrypted() {
        return keys != ContentKeys.NONE;
    }

    /** Where a frame stands; an encrypted one cannot be read from another place. */
    record Place(String name) {
        static Place part(long message, String kind, int number) {
            return new Place("part " + message + " " + kind + " " + number);
        }

        /** The start of a refused message. */
        static Place refused(String errorId) {
            return new Place("refused " + errorId);
        }

        byte[] bytes() {
            return name.getBytes(StandardCharsets.UTF_8);
        }
    }

    Frame pack(Place place, byte[] bytes, int length) {
        var compressed = Chunks.compress(bytes, length);
        var key = keys.current();
        return key == null ? new Frame(null, compressed) : new Frame(key.id(), key.encrypt(place.bytes(), compressed));
    }

    /** The bytes of a message in one piece. */
    Frame part(long message, String kind, byte[] bytes) {
        return pack(Place.part(message, kind, 0), bytes, bytes.length);
    }

    /** The start of a refused message; null when there is no key to encrypt it with: its event is kept without it. */
    @Nullable
    Frame refused(@Nullable String errorId, byte[] start) {
        try {
            return pack(Place.refused(String.valueOf(errorId)), start, start.length);
        } catch (StoreUnavailable e) {
            return null;
        }
    }

    /**
     * The bytes of a frame.
     *
     * @param most most bytes that there can be; a row that claims more is not believed
     * @return empty when their key is gone for ever
     * @throws org.itkserver.store.keys.NotAuthentic when they are not what was written here
     */
    Optional<byte[]> open(Place place, Frame frame, long most) {
        var id = frame.key();
        if (id == null) {
            return Optional.of(Chunks.decompress(frame.bytes(), most));
        }
        return keys.find(id).map(key -> Chunks.decompress(key.decrypt(place.bytes(), frame.bytes()), most));
    }
}
