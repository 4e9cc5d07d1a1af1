package org.itkserver.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test moves it, with monotonic time that only goes forward. */
public final class SettableClock extends Clock {
    private volatile Instant now;
    private volatile long nanos;

    public SettableClock() {
        this(Instant.parse("2026-11-22T16:05:07Z"));
    }

    public SettableClock(Instant start) {
        now = start;
    }

    /** Time passes. */
    public void forward(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    /** Somebody sets the clock, forward or back; no time passes. */
    public void set(Duration by) {
        now = now.plus(by);
    }

    /** Monotonic time in nanoseconds. */
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
