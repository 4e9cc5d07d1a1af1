package org.itkserver.api;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts denials by network address: {@value #FREE} a minute are told and audited each, the rest only wait for the minute's
 * end. Remembers the {@value #MOST} addresses seen last. Per node. Thread-safe.
 */
final class Denials {
    static final int FREE = 10;
    static final int MOST = 10_000;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<String, Window> windows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST;
        }
    };

    Denials(Clock clock) {
        this.clock = clock;
    }

    /**
     * Counts a denial.
     *
     * @return how long to wait; zero when it is one of the free ones
     */
    synchronized Duration count(String address) {
        var now = clock.instant();
        var window = windows.get(address);
        if (window == null || !now.isBefore(window.start().plus(WINDOW))) {
            window = new Window(now, 0);
        }
        windows.put(address, new Window(window.start(), Math.min(window.count() + 1, FREE + 1)));
        return window.count() < FREE
                ? Duration.ZERO
                : Duration.between(now, window.start().plus(WINDOW));
    }

    private record Window(Instant start, int count) {}
}
