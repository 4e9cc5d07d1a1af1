package org.itkserver.boot;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Notices when something has failed for a long time without a success in between, and has people told once. Used by one thread at a
 * time.
 */
final class LongFailure {
    private final Duration after;
    private final LongSupplier nanos;
    private boolean failing;
    private boolean told;
    private long since;

    /**
     * @param after how long it fails until people are told
     * @param nanos monotonic time in nanoseconds
     */
    LongFailure(Duration after, LongSupplier nanos) {
        this.after = after;
        this.nanos = nanos;
    }

    /** The last attempt went well, or failed for a reason that does not count. */
    void over() {
        failing = false;
        told = false;
    }

    /**
     * The last attempt failed.
     *
     * @param tell tells people; returns whether that worked, or is to be called again after the next failure
     */
    void failed(BooleanSupplier tell) {
        if (!failing) {
            failing = true;
            since = nanos.getAsLong();
        }
        if (!told && nanos.getAsLong() - since >= after.toNanos()) {
            told = tell.getAsBoolean();
        }
    }
}
