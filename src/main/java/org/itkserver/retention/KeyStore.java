package org.itkserver.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that contents are encrypted with at rest. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database or the folder of the keys is away.
 */
public interface KeyStore {
    /**
     * A key.
     *
     * @param id its name
     * @param day the day in UTC whose contents it encrypts
     * @param gone whether somebody said that it is gone
     */
    record Key(String id, LocalDate day, boolean gone) {}

    /** The detail of the event that tells that a key was taken away though contents are encrypted with it. */
    static String takenAway(String key) {
        return key + " was taken away, with contents under it";
    }

    /**
     * Whether this node is the one that looks after the keys; it stays so until the lease ends, or longer when it asks again.
     */
    boolean takeTurn(Instant now, Duration lease);

    /** Every key there ever was, oldest first. */
    List<Key> keys();

    /** Whether the key is where it belongs. */
    boolean isThere(Key key);

    /** Whether anything is stored that only this key opens. */
    boolean isUsed(Key key);

    /** Deletes the key for ever: what it encrypted can no longer be read, in backups neither. */
    void destroy(Key key);

    /**
     * Notes that a key is gone, or there again.
     *
     * @param at the time of the event that tells that it is gone; null when it is there
     */
    void note(Key key, @Nullable Instant at);
}
