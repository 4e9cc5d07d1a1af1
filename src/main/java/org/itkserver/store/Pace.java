package org.itkserver.store;

import java.time.Duration;

/** How quick committing is just now. Written by the committer, read by whoever can wait. */
final class Pace {
    private static final int FEW = 16;
    private static final long QUICK = Duration.ofMillis(100).toNanos();

    private volatile long lastTook;

    /** @param nanos how long the last group took */
    void group(long nanos) {
        lastTook = nanos;
    }

    /** Nothing came for a while. */
    void idle() {
        lastTook = 0;
    }

    /** Whether few wait and the last group was quick. */
    boolean isCalm(int waiting) {
        return waiting <= FEW && lastTook <= QUICK;
    }
}
