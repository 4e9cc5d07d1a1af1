package org.itkserver.http;

import java.time.Duration;

/**
 * The minimum pace of a transfer: a token bucket of time. A client starts with {@link #GRACE}, loses what passes, and earns time
 * with each byte, up to the same bound; so it may pause for a while, but neither stall nor trickle. One thread at a time.
 */
final class Pace {
    /** The longest pause. */
    static final Duration GRACE = Duration.ofSeconds(30);

    /** The lowest average rate. */
    static final int BYTES_PER_SECOND = 16 << 10;

    private static final long NANOS_PER_BYTE = Duration.ofSeconds(1).toNanos() / BYTES_PER_SECOND;

    private long credit = GRACE.toNanos();
    private long last;
    private long counted;

    /** @param now in nanoseconds, from any origin */
    Pace(long now) {
        last = now;
    }

    /**
     * Whether the transfer is still fast enough.
     *
     * @param bytes all bytes transferred so far
     * @param now in nanoseconds, from the same origin as the start
     */
    boolean isKept(long bytes, long now) {
        credit += (bytes - counted) * NANOS_PER_BYTE - (now - last);
        credit = Math.min(credit, GRACE.toNanos());
        counted = bytes;
        last = now;
        return credit > 0;
    }
}
