package org.itkserver.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.Cause;

/**
 * Notices when one person opens more contents in a short time than work explains. Kept on the node where the person is
 * signed in. Thread-safe.
 */
final class BreakGlass {
    private static final int MOST = 20;
    private static final Duration WITHIN = Duration.ofMinutes(5);

    private final Clock clock;
    private final Map<String, Deque<Instant>> opened = new HashMap<>();

    BreakGlass(Clock clock) {
        this.clock = clock;
    }

    /** A person opened one; the alert that raises, once for every so many. */
    synchronized Optional<Cause> opened(String person) {
        var now = clock.instant();
        opened.values().forEach(times -> times.removeIf(at -> at.isBefore(now.minus(WITHIN))));
        opened.values().removeIf(Deque::isEmpty);
        var times = opened.computeIfAbsent(person, name -> new ArrayDeque<>());
        times.add(now);
        if (times.size() <= MOST) {
            return Optional.empty();
        }
        opened.remove(person);
        return Optional.of(new Cause(
                AlertKind.BREAK_GLASS,
                person,
                null,
                "One person opened more than " + MOST + " contents within " + WITHIN.toMinutes() + " minutes."));
    }
}
