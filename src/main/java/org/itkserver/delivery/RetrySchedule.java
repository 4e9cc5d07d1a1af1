package org.itkserver.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.itkserver.io.InHand;

/**
 * When a failed piece of work is tried again: the wait doubles from {@code first} to {@code longest}, give or take a
 * quarter, so that many pieces do not come back at once. Immutable; as thread-safe as its random generator.
 *
 * @param first wait after the first failure
 * @param longest longest wait
 * @param attempts tries before it becomes a dead letter
 */
public record RetrySchedule(Duration first, Duration longest, int attempts) {
    /** Attempts that never ended before work is given up unread: it may be what ends the process. */
    public static final int LOST = InHand.SET_ASIDE;

    public static final RetrySchedule DEFAULT = new RetrySchedule(Duration.ofSeconds(2), Duration.ofMinutes(15), 20);

    /** Whether a piece of work that failed this often is given up. */
    public boolean exhausted(int attempt) {
        return attempt >= attempts;
    }

    /** How long to wait after the given attempt (1 for the first). */
    public Duration waitAfter(int attempt, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(attempt - 1, 20);
        long millis = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis((long) (millis * (0.75 + random.nextDouble() / 2)));
    }
}
