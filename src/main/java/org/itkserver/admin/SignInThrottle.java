package org.itkserver.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Slows down guessing. Attempts in a row are counted for the name and for the address they come from:
 *
 * <ul>
 *   <li>the first {@value #FREE} are free;
 *   <li>then each costs a wait of ten seconds, doubled with each further one up to five minutes;
 *   <li>a success, or an hour without an attempt, ends the count.
 * </ul>
 *
 * An attempt counts from its begin, so attempts at the same time cannot slip through together. Remembers the
 * {@value #MOST} names and addresses tried last. Per node. Thread-safe.
 */
final class SignInThrottle {
    static final int FREE = 5;
    static final int MOST = 10_000;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    private final Clock clock;
    private final Map<String, Attempts> tried = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Attempts> eldest) {
            return size() > MOST;
        }
    };

    SignInThrottle(Clock clock) {
        this.clock = clock;
    }

    /**
     * Counts an attempt, unless it comes too early.
     *
     * @param name the name to sign in with, known or not
     * @param address network address of the caller
     * @return how long to wait before trying again; zero when the attempt may go on
     */
    synchronized Duration begin(String name, String address) {
        var now = clock.instant();
        var keys = keys(name, address);
        var wait = Duration.ZERO;
        for (var key : keys) {
            var left = tried.getOrDefault(key, Attempts.NONE).left(now);
            wait = wait.compareTo(left) < 0 ? left : wait;
        }
        if (wait.isZero()) {
            keys.forEach(key -> tried.merge(
                    key,
                    Attempts.NONE.next(now),
                    (earlier, first) -> earlier.isForgotten(now) ? first : earlier.next(now)));
        }
        return wait;
    }

    /** The attempt that began last was a success. */
    synchronized void succeeded(String name, String address) {
        keys(name, address).forEach(tried::remove);
    }

    /** A wait in whole seconds, rounded up. */
    static long seconds(Duration wait) {
        return wait.plusMillis(999).toSeconds();
    }

    private static List<String> keys(String name, String address) {
        return List.of("name " + name, "address " + address);
    }

    private record Attempts(int count, Instant last) {
        static final Attempts NONE = new Attempts(0, Instant.EPOCH);

        Attempts next(Instant now) {
            return new Attempts(count + 1, now);
        }

        boolean isForgotten(Instant now) {
            return !now.isBefore(last.plus(FORGOTTEN_AFTER));
        }

        Duration left(Instant now) {
            var left = Duration.between(now, last.plus(pause()));
            return left.isNegative() ? Duration.ZERO : left;
        }

        private Duration pause() {
            if (count < FREE) {
                return Duration.ZERO;
            }
            var pause = FIRST_WAIT.multipliedBy(1L << Math.min(count - FREE, 10));
            return pause.compareTo(LONGEST_WAIT) < 0 ? pause : LONGEST_WAIT;
        }
    }
}
