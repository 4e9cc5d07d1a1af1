package org.itkserver.clock;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last look found.
 *
 * @param expected the expected time at the moment {@code at} of monotonic time
 * @param off of the reference clock from the expected time
 * @param apart of the database's clock from this node's
 * @param uncertain how long asking the database took
 * @param jumped moment of the last jump of either clock, or of the first look when that already found something
 * @param quiet whether there was no jump yet
 */
record Observation(
        Instant expected,
        long at,
        Instant wall,
        Instant reference,
        Duration off,
        Duration apart,
        Duration uncertain,
        long jumped,
        boolean quiet,
        @Nullable Duration late,
        long confirmation) {
    Instant expectedAt(long moment) {
        return expected.plusNanos(moment - at);
    }

    boolean isOff() {
        return ClockWatch.exceeds(off, uncertain);
    }

    boolean isApart() {
        return ClockWatch.exceeds(apart, uncertain);
    }

    Duration steady(long moment) {
        return quiet ? ClockWatch.LONGEST : Duration.ofNanos(moment - jumped);
    }

    /** How long the clock must have been steady to be believed. */
    Duration needed() {
        if (late != null) {
            return ClockWatch.LONGEST;
        }
        if (!isOff()) {
            return ClockWatch.QUIET;
        }
        var size = off.abs();
        return size.compareTo(ClockWatch.SHORTEST) < 0
                ? ClockWatch.SHORTEST
                : size.compareTo(ClockWatch.LONGEST) > 0 ? ClockWatch.LONGEST : size;
    }

    /** The same, of a start that is not late. */
    Observation punctual() {
        return new Observation(expected, at, wall, reference, off, apart, uncertain, jumped, quiet, null, confirmation);
    }

    /** The same, whose reference clock is the expected time. */
    Observation believed() {
        return new Observation(
                reference, at, wall, reference, Duration.ZERO, apart, uncertain, jumped, quiet, late, confirmation);
    }
}
