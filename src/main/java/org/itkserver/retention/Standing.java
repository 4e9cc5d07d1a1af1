package org.itkserver.retention;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where one message, and the destruction as a whole, stand. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface Standing {

    /** The holds that cover a message, or what belongs to it, newest first. */
    List<Hold> holdsOn(long message);

    /** The batch that destroyed the bytes of a message; of a forward, those of its origin. */
    OptionalLong batchOf(long message);

    /** How far the destruction is. */
    Work work();

    /**
     * How far the destruction is.
     *
     * @param leaseUntil until when a node has the claim, null when none has it
     * @param open number of the batch that was chosen and is not through, null for none
     * @param openSince when that was chosen, null for none
     * @param lastThrough when the newest batch was through, null when none was, or the newest is open
     */
    record Work(
            @Nullable Instant leaseUntil,
            @Nullable Long open,
            @Nullable Instant openSince,
            @Nullable Instant lastThrough) {
        /** Nothing was ever destroyed. */
        public static final Work NONE = new Work(null, null, null, null);
    }
}
