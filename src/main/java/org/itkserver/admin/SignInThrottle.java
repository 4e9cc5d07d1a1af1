package org.itkserver.admin;

import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.itkserver.envelope.Sha256;

/**
 * Slows down guessing. Attempts in a row are counted for a name and the address they come from together. Attempts from an address
 * that the name has not signed in from before are counted for the name and for the address as well. So a stranger holds up other
 * strangers, and never a person at an address that is known.
 *
 * <ul>
 *   <li>the first {@value #FREE} are free, of an address with many names {@value #FREE_OF_ADDRESS};
 *   <li>then each costs a wait of ten seconds, doubled with each further one up to five minutes;
 *   <li>a success, or an hour without an attempt, ends the count.
 * </ul>
 *
 * An attempt counts from its beginning, so attempts at the same time cannot slip through together. Remembers the
 * {@value #MOST} counts that changed last, by digests: what a stranger sends is not kept. Waits are measured by
 * monotonic time, so that a clock that is set makes none longer or shorter. Per node. Thread-safe.
 */
final class SignInThrottle {
    static final int FREE = 5;
    static final int FREE_OF_ADDRESS = 20;
    static final int MOST = 10_000;

    /** Longer names are cut before anything is done with them; no account has one. */
    static final int LONGEST_NAME = 128;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

    private final LongSupplier nanos;
    private final Map<String, Attempts> tried = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Attempts> eldest) {
            return size() > MOST;
        }
    };

    /** @param nanos monotonic time in nanoseconds */
    SignInThrottle(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A name as it is counted and looked up. */
    static String cut(String name) {
        return name.substring(0, Math.min(LONGEST_NAME, name.length()));
    }

    /**
     * Counts an attempt, unless it comes too early.
     *
     * @param name the name to sign in with, known or not
     * @param address network address of the caller
     * @param known whether this name has signed in from this address before
     * @return how long to wait before trying again; zero when the attempt may go on
     */
    synchronized Duration begin(String name, String address, boolean known) {
        long now = nanos.getAsLong();
        var counted = counted(name, address, known);
        var wait = Duration.ZERO;
        for (var one : counted) {
            var left = tried.getOrDefault(one.key(), Attempts.NONE).left(now, one.free());
            wait = wait.compareTo(left) < 0 ? left : wait;
        }
        if (wait.isZero()) {
            counted.forEach(one -> tried.merge(
                    one.key(),
                    Attempts.NONE.next(now),
                    (earlier, first) -> earlier.isForgotten(now) ? first : earlier.next(now)));
        }
        return wait;
    }

    /** The attempt that began last was a success. */
    synchronized void succeeded(String name, String address, boolean known) {
        counted(name, address, known).forEach(one -> tried.remove(one.key()));
    }

    /** A wait in whole seconds, rounded up. */
    static long seconds(Duration wait) {
        return wait.plusMillis(999).toSeconds();
    }

    private record Counted(String key, int free) {}

    private static List<Counted> counted(String name, String address, boolean known) {
        var cut = cut(name);
        var together = new Counted(key("both " + address + " " + cut), FREE);
        return known
                ? List.of(together)
                : List.of(
                        together,
                        new Counted(key("name " + cut), FREE),
                        new Counted(key("address " + address), FREE_OF_ADDRESS));
    }

    private static String key(String text) {
        return HexFormat.of().formatHex(Sha256.of(text), 0, 16);
    }

    private record Attempts(int count, long last) {
        static final Attempts NONE = new Attempts(0, 0);

        Attempts next(long now) {
            return new Attempts(count + 1, now);
        }

        boolean isForgotten(long now) {
            return now - last >= FORGOTTEN_AFTER.toNanos();
        }

        Duration left(long now, int free) {
            if (count == 0) {
                return Duration.ZERO;
            }
            var left = pause(free).minusNanos(now - last);
            return left.isNegative() ? Duration.ZERO : left;
        }

        private Duration pause(int free) {
            if (count < free) {
                return Duration.ZERO;
            }
            var pause = FIRST_WAIT.multipliedBy(1L << Math.min(count - free, 10));
            return pause.compareTo(LONGEST_WAIT) < 0 ? pause : LONGEST_WAIT;
        }
    }
}
