package org.itkserver.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.itkserver.watch.Latency;
import org.itkserver.watch.Tally;
import org.itkserver.watch.TrafficKind;
import org.jspecify.annotations.Nullable;

/**
 * Bars for the last 24 hours, as numbers and as places in a picture. Public only for the template.
 *
 * @param labels texts below the bars
 * @param scale what the highest bar stands for, in words; empty when there are no bars
 */
public record HourChart(List<Bar> bars, List<Label> labels, String scale) {
    public static final int WIDTH = 960;
    public static final int HEIGHT = 150;
    private static final int HOURS = 24;
    private static final int COLUMN = WIDTH / HOURS;
    private static final int GAP = 4;

    /**
     * @param style names its colour in the style sheet
     * @param title what it stands for
     */
    public record Bar(int x, int y, int width, int height, String style, String title) {}

    /** A text in the picture. */
    public record Label(int x, String text) {}

    /** One hour in numbers; latencies are null where nothing was timed. */
    public record Hour(
            Instant start,
            long accepted,
            long refused,
            long sent,
            long failed,
            @Nullable Duration handled50,
            @Nullable Duration handled95,
            @Nullable Duration acked50,
            @Nullable Duration acked95) {}

    /** A kind of bar. */
    private record Series(String name, String style, ToLongFunction<Hour> value) {}

    private static final List<Series> TRAFFIC = List.of(
            new Series("accepted", "one", Hour::accepted),
            new Series("sent", "two", Hour::sent),
            new Series("refused", "three", Hour::refused),
            new Series("failed", "four", Hour::failed));
    private static final List<Series> LATENCY = List.of(
            new Series("half handled within ms", "one", hour -> millis(hour.handled50())),
            new Series("95 % handled within ms", "two", hour -> millis(hour.handled95())),
            new Series("half acknowledged within ms", "three", hour -> millis(hour.acked50())),
            new Series("95 % acknowledged within ms", "four", hour -> millis(hour.acked95())));

    /** The hours up to now, oldest first, with those in which nothing happened. */
    static List<Hour> hours(List<Tally> tallies, Instant now) {
        Map<Instant, List<Tally>> byHour = new HashMap<>();
        tallies.forEach(tally ->
                byHour.computeIfAbsent(tally.hour(), h -> new ArrayList<>()).add(tally));
        var out = new ArrayList<Hour>();
        for (int i = HOURS - 1; i >= 0; i--) {
            var start = now.truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(i));
            out.add(hour(start, byHour.getOrDefault(start, List.of())));
        }
        return out;
    }

    /** When the first of {@link #hours} starts. */
    static Instant from(Instant now) {
        return now.truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(HOURS - 1));
    }

    private static Hour hour(Instant start, List<Tally> tallies) {
        Map<TrafficKind, Map<Integer, Long>> counts = new EnumMap<>(TrafficKind.class);
        tallies.forEach(tally -> counts.computeIfAbsent(tally.kind(), k -> new HashMap<>())
                .merge(tally.bucket(), tally.count(), Long::sum));
        var handled = counts.getOrDefault(TrafficKind.HANDLED, Map.of());
        var acked = counts.getOrDefault(TrafficKind.ACKED, Map.of());
        return new Hour(
                start,
                all(counts, TrafficKind.ACCEPTED),
                all(counts, TrafficKind.REFUSED),
                all(counts, TrafficKind.SENT),
                all(counts, TrafficKind.DEAD_LETTER) + all(counts, TrafficKind.REJECTED),
                within(handled, 0.5),
                within(handled, 0.95),
                within(acked, 0.5),
                within(acked, 0.95));
    }

    private static @Nullable Duration within(Map<Integer, Long> counts, double share) {
        Optional<Duration> time = Latency.within(counts, share);
        return time.isPresent() ? time.get() : null;
    }

    private static long all(Map<TrafficKind, Map<Integer, Long>> counts, TrafficKind kind) {
        return counts.getOrDefault(kind, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    static HourChart traffic(List<Hour> hours) {
        return of(hours, TRAFFIC, " an hour.", false);
    }

    /** Each doubling of a time makes a bar longer by the same: a slow hour must not hide the others. */
    static HourChart latency(List<Hour> hours) {
        return of(hours, LATENCY, " ms; each doubling adds as much.", true);
    }

    private static HourChart of(List<Hour> hours, List<Series> all, String unit, boolean doublings) {
        var bars = new ArrayList<Bar>();
        var labels = new ArrayList<Label>();
        long most = 1;
        for (var hour : hours) {
            most = Math.max(
                    most,
                    all.stream()
                            .mapToLong(s -> s.value().applyAsLong(hour))
                            .max()
                            .orElse(0));
        }
        int width = (COLUMN - GAP) / all.size();
        for (int i = 0; i < hours.size(); i++) {
            var hour = hours.get(i);
            var clock = String.format(
                    "%02d:00", hour.start().atOffset(ZoneOffset.UTC).getHour());
            if (i % 3 == 0) {
                labels.add(new Label(i * COLUMN, clock));
            }
            for (int s = 0; s < all.size(); s++) {
                long value = all.get(s).value().applyAsLong(hour);
                if (value > 0) {
                    double share = doublings ? log(value) / log(most) : (double) value / most;
                    int height = Math.max(2, (int) (HEIGHT * share));
                    var title = clock + ", " + all.get(s).name() + ": " + value;
                    int x = i * COLUMN + s * width;
                    bars.add(new Bar(
                            x, HEIGHT - height, width - 1, height, all.get(s).style(), title));
                }
            }
        }
        var scale = bars.isEmpty() ? "" : "The highest bar is " + Show.number(most) + unit;
        return new HourChart(List.copyOf(bars), List.copyOf(labels), scale);
    }

    private static double log(long value) {
        return Math.log(value + 1.0);
    }

    private static long millis(@Nullable Duration time) {
        return time == null ? 0 : time.toMillis();
    }
}
