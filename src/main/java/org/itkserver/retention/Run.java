package org.itkserver.retention;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One run of the destruction.
 *
 * @param id its number; they rise
 * @param node the node it ran on; on another one than it began on when that went away
 * @param startedBy who asked for it, {@code retention} when it was time
 * @param state where it is
 * @param beganAt when it began
 * @param endedAt when it ended, null while it runs
 * @param contents messages whose bytes it destroyed
 * @param records messages whose rows it destroyed
 * @param bytes stored bytes that it destroyed
 * @param sizeBefore bytes of the database before, as {@link Sizes#total()}
 * @param sizeAfter the same after; null while it runs. PostgreSQL uses freed room again and does not shrink by itself
 */
public record Run(
        long id,
        String node,
        String startedBy,
        State state,
        Instant beganAt,
        @Nullable Instant endedAt,
        long contents,
        long records,
        long bytes,
        long sizeBefore,
        @Nullable Long sizeAfter) {

    /** Where a run is. The labels are stored; they are never renamed. */
    public enum State {
        /** It is not through. When its node went away, another one goes on with it within a minute. */
        RUNNING,
        /** It is through. */
        DONE;

        /** As stored: lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException for a label of no state */
        public static State ofLabel(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }
    }
}
