package content;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Counts comparisons and differences. Thread-safe. */
final class Tally {
    private static final int SHOWN = 20;

    private final Map<String, int[]> exits = new TreeMap<>();
    private final AtomicInteger differences = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicReference<String> first = new AtomicReference<>("");

    /** One comparison. */
    void compared(String exit, long seed, boolean equal) {
        compared(exit, seed, equal, "other bytes");
    }

    void compared(String exit, long seed, boolean equal, String what) {
        synchronized (exits) {
            var counts = exits.computeIfAbsent(exit, name -> new int[2]);
            counts[0]++;
            counts[1] += equal ? 0 : 1;
        }
        if (!equal) {
            differ("seed " + seed + ", " + exit + ": " + what);
        }
    }

    void refused() {
        refused.incrementAndGet();
    }

    void differ(String text) {
        first.compareAndSet("", text);
        if (differences.incrementAndGet() <= SHOWN) {
            System.out.println("DIFFERENCE " + text);
        }
    }

    int differences() {
        return differences.get();
    }

    String first() {
        return first.get();
    }

    String table() {
        var out = new StringBuilder("| Exit | compared | differences |\n|---|---|---|\n");
        synchronized (exits) {
            exits.forEach((exit, counts) ->
                    out.append("| ").append(exit).append(" | ").append(counts[0]).append(" | ").append(counts[1]).append(" |\n"));
        }
        return out.append("| refused before it was accepted | ").append(refused.get()).append(" | |\n").toString();
    }
}
