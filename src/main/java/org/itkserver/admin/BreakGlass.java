package org.itkserver.admin;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.Cause;

/**
 * Notices when one person opens more contents in a short time than work explains. Kept on the node where the person is
 * signed in. Thread-safe.
 */
final class BreakGlass {
    private static final int MOST = 20;
    private static final Duration WITHIN = Duration.ofMinutes(5);

    private final LongSupplier nanos;
    private final Map<String, Deque<Long>> opened = new HashMap<>();

    /** @param nanos monotonic time in nanoseconds */
    BreakGlass(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A person opened one; the alert that raises, once for every so many. */
    synchronized Optional<Cause> opened(String person) {
        long now = nanos.getAsLong();
        opened.values().forEach(times -> times.removeIf(at -> now - at > WITHIN.toNanos()));
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
