package org.itkserver.admin;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How much one view of a message may cost: what a partner sent must not keep a worker of the console busy. One view, one thread.
 */
final class ViewBudget {
    /** Characters of all payloads together that are looked at. */
    static final long CHARACTERS = 8L << 20;

    /** Time for all payloads together. */
    static final Duration TIME = Duration.ofSeconds(2);

    private static final int BETWEEN_LOOKS = 1024;

    private final LongSupplier nanoTime;
    private final long end;
    private long characters = CHARACTERS;
    private int steps;
    private boolean late;

    /** @param nanoTime a monotonic clock in nanoseconds */
    ViewBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.end = nanoTime.getAsLong() + TIME.toNanos();
    }

    /** Takes characters or bytes from what is left. */
    void spend(long amount) {
        characters -= amount;
    }

    /** How many characters may still be looked at. */
    long left() {
        return Math.max(0, characters);
    }

    /** Whether the view must end here; to be asked at every step. */
    boolean isSpent() {
        if (++steps % BETWEEN_LOOKS == 0) {
            late |= nanoTime.getAsLong() - end > 0;
        }
        return late || characters <= 0;
    }
}
