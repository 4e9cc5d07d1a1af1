package org.itkserver.watch;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Latencies in buckets that double: bucket n holds what took less than 2^n ms, and at least half of that. */
public final class Latency {
    /** The last bucket; about 12 days, and everything above. */
    static final int LAST = 30;

    private Latency() {}

    /** The bucket, from 1 on. */
    static int bucket(Duration took) {
        long millis = Math.max(0, took.toMillis());
        return Math.min(LAST, Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(millis)));
    }

    /**
     * The time in which a share of them was done, as the upper end of its bucket; empty when there are none.
     *
     * @param counts how many, by bucket
     * @param share from 0 to 1
     */
    public static Optional<Duration> within(Map<Integer, Long> counts, double share) {
        SortedMap<Integer, Long> sorted = new TreeMap<>(counts);
        long all = sorted.values().stream().mapToLong(Long::longValue).sum();
        long wanted = (long) Math.ceil(all * share);
        long passed = 0;
        for (var bucket : sorted.entrySet()) {
            passed += bucket.getValue();
            if (bucket.getValue() > 0 && passed >= wanted) {
                return Optional.of(Duration.ofMillis(1L << bucket.getKey()));
            }
        }
        return Optional.empty();
    }
}
