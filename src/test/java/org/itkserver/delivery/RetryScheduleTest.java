package org.itkserver.delivery;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    private final RetrySchedule schedule = new RetrySchedule(Duration.ofSeconds(2), Duration.ofMinutes(1), 5);

    @Test
    void theWaitDoublesWithinAQuarterUpToTheLongest() {
        var random = new Random(1);
        for (int attempt = 1; attempt < 64; attempt++) {
            long expected = Math.min(60_000, 2000L << Math.min(attempt - 1, 20));
            long wait = schedule.waitAfter(attempt, random).toMillis();
            assertTrue(wait >= expected * 3 / 4 && wait <= expected * 5 / 4, attempt + ": " + wait);
        }
    }

    @Test
    void givesUpAfterItsAttempts() {
        assertFalse(schedule.exhausted(4));
        assertTrue(schedule.exhausted(5));
    }
}
