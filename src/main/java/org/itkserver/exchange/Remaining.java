package org.itkserver.exchange;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is left to do for a message, and what ended badly. Deadlines for acknowledgements are not work in this sense.
 *
 * @param waits whether it waits to be sent, collected or handled, or that is being done
 * @param claimedUntil how long a node, or a subscriber of a queue, has it at most; null when none has
 * @param refusedByHandler whether work of handlers ended badly and could be done again
 * @param seen whether somebody marked it as seen
 */
public record Remaining(boolean waits, @Nullable Instant claimedUntil, boolean refusedByHandler, boolean seen) {
    boolean isClaimed(Instant now) {
        return claimedUntil != null && !claimedUntil.isBefore(now);
    }
}
