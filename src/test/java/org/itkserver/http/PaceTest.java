package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long RATE = Pace.BYTES_PER_SECOND;

    @Test
    void aPauseUpToTheGraceIsKept() {
        assertTrue(new Pace(0).isKept(0, 29 * SECOND));
        assertFalse(new Pace(0).isKept(0, 30 * SECOND));
    }

    @Test
    void theMinimumRateIsKeptForEver() {
        var pace = new Pace(0);
        for (int second = 5; second < 10_000; second += 5) {
            assertTrue(pace.isKept(second * RATE, second * SECOND), "after " + second + " s");
        }
    }

    @Test
    void aTrickleEndsAfterTheGrace() {
        var pace = new Pace(0);
        int second = 5;
        while (pace.isKept(second, second * SECOND)) {
            second += 5;
        }
        assertTrue(second <= 35, "a byte a second was taken for " + second + " s");
    }

    @Test
    void aBurstEarnsNoLongerPauseThanTheGrace() {
        var pace = new Pace(0);
        assertTrue(pace.isKept(64 << 20, SECOND));
        assertFalse(pace.isKept(64 << 20, 32 * SECOND));
    }
}
