package faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How long things took, in milliseconds, and how they went. Thread-safe. */
final class Latency {
    private final List<Double> millis = new ArrayList<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    synchronized void add(double value, String outcome) {
        millis.add(value);
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /** Something that was not even tried. */
    synchronized void missed(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    synchronized double percentile(double share) {
        var sorted = millis.stream().mapToDouble(d -> d).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
    }

    double p99() {
        return percentile(0.99);
    }

    double most() {
        return percentile(1);
    }

    synchronized int count() {
        return millis.size();
    }

    synchronized int count(String outcome) {
        return outcomes.getOrDefault(outcome, 0);
    }

    synchronized Map<String, Integer> outcomes() {
        return new TreeMap<>(outcomes);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "p50 %.0f p99 %.0f max %.0f ms of %d", percentile(.5), p99(), most(), count());
    }
}
