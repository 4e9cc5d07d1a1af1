package org.itkserver.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much of each lane may run now: a cap on what runs at once, and a circuit breaker that opens after failures in a row,
 * lets one piece through when its wait is over, and closes with the first success. Thread-safe.
 */
public final class Breaker {
    /** Longest that a peer is left alone because it asks for it. */
    public static final Duration LONGEST_ASKED = Duration.ofMinutes(10);

    private static final int FAILURES = 5;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final int atOnce;
    private final LongSupplier nanoTime;
    private final Map<Lane, State> lanes = new HashMap<>();

    private static final class State {
        private int running;
        private int failures;
        private int openings;
        private boolean open;
        private long closedUntil;
    }

    /**
     * @param atOnce most pieces of one lane at once
     * @param nanoTime a monotonic clock in nanoseconds
     */
    public Breaker(int atOnce, LongSupplier nanoTime) {
        this.atOnce = atOnce;
        this.nanoTime = nanoTime;
    }

    /** How many more pieces of the lane may be claimed now. */
    public synchronized int free(Lane lane) {
        var state = lanes.get(lane);
        if (state == null) {
            return atOnce;
        }
        if (state.open) {
            return state.running == 0 && !isWaiting(state) ? 1 : 0;
        }
        return Math.max(0, atOnce - state.running);
    }

    /** Pieces of the lane were claimed and count as running. */
    public synchronized void started(Lane lane, int pieces) {
        lanes.computeIfAbsent(lane, l -> new State()).running += pieces;
    }

    /** A piece ended, and its peer is well. */
    public synchronized void succeeded(Lane lane) {
        var state = ended(lane);
        state.failures = 0;
        state.openings = 0;
        state.open = false;
    }

    /** A piece ended without saying anything about its peer. */
    public synchronized void abandoned(Lane lane) {
        ended(lane);
    }

    /**
     * A piece ended because its peer was not there or too busy.
     *
     * @param retryAfter how long the peer asks to be left alone, null when it does not say
     * @return whether this failure opened the lane's breaker
     */
    public synchronized boolean failed(Lane lane, @Nullable Duration retryAfter) {
        var state = ended(lane);
        state.failures++;
        boolean wasOpen = state.open;
        if (retryAfter == null && (wasOpen ? isWaiting(state) : state.failures < FAILURES)) {
            return false;
        }
        var wait = FIRST_WAIT.multipliedBy(1L << Math.min(state.openings, 5));
        wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        if (retryAfter != null) {
            wait = retryAfter.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : retryAfter;
        }
        state.openings++;
        state.open = true;
        state.closedUntil = nanoTime.getAsLong() + wait.toNanos();
        return !wasOpen;
    }

    /** The lanes whose breaker is open. */
    public synchronized Set<Lane> open() {
        var out = new HashSet<Lane>();
        lanes.forEach((lane, state) -> {
            if (state.open) {
                out.add(lane);
            }
        });
        return out;
    }

    /** Whether the lane's breaker is open. */
    public synchronized boolean isOpen(Lane lane) {
        var state = lanes.get(lane);
        return state != null && state.open;
    }

    /** What was running when the breaker opened may fail later; that says nothing new. */
    private boolean isWaiting(State state) {
        return nanoTime.getAsLong() - state.closedUntil < 0;
    }

    private State ended(Lane lane) {
        var state = lanes.computeIfAbsent(lane, l -> new State());
        state.running = Math.max(0, state.running - 1);
        return state;
    }
}
