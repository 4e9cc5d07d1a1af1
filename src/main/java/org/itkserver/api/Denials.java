package org.itkserver.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts denials by who is denied: {@value #FREE} a minute are audited each, the rest are counted and reported in one more event when
 * the minute is over. Remembers the {@value #MOST} seen last. A minute is measured by monotonic time: a clock that is set back
 * makes no wait longer. Per node. Thread-safe.
 */
final class Denials {
    static final int FREE = 10;
    static final int MOST = 10_000;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private final Map<String, Window> windows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            if (size() > MOST) {
                end(eldest.getValue());
                return true;
            }
            return false;
        }
    };
    private final List<Counted> ended = new ArrayList<>();
    private int lost;

    /** @param nanos monotonic time in nanoseconds */
    Denials(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Denials that were not audited each.
     *
     * @param who an application's name, or unknown
     * @param source network address
     */
    record Counted(String who, String source, long count) {}

    /**
     * Counts a denial.
     *
     * @param who an application's name, or unknown
     * @param source network address
     * @return how long to wait; zero when it is one of those that are audited each
     */
    synchronized Duration count(String who, String source) {
        long now = nanos.getAsLong();
        var key = who + " " + source;
        var window = windows.get(key);
        if (window == null || isOver(window, now)) {
            if (window != null) {
                end(window);
            }
            window = new Window(who, source, now, 0);
        }
        windows.put(key, new Window(who, source, window.start(), window.count() + 1));
        return window.count() < FREE ? Duration.ZERO : WINDOW.minusNanos(now - window.start());
    }

    /** What was counted and not audited, of minutes that are over; each is reported once. */
    synchronized List<Counted> take() {
        long now = nanos.getAsLong();
        windows.values().removeIf(window -> {
            boolean over = isOver(window, now);
            if (over) {
                end(window);
            }
            return over;
        });
        if (lost > 0) {
            ended.add(new Counted("others", "many addresses", lost));
            lost = 0;
        }
        var out = List.copyOf(ended);
        ended.clear();
        return out;
    }

    private static boolean isOver(Window window, long now) {
        return now - window.start() >= WINDOW.toNanos();
    }

    private void end(Window window) {
        long more = window.count() - FREE;
        if (more > 0 && ended.size() < FREE * FREE) {
            ended.add(new Counted(window.who(), window.source(), more));
        } else if (more > 0) {
            lost += (int) Math.min(more, Integer.MAX_VALUE - lost);
        }
    }

    private record Window(String who, String source, long start, long count) {}
}
