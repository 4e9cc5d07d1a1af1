package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class SignInThrottleTest {
    private final SettableClock clock = new SettableClock();
    private final SignInThrottle throttle = new SignInThrottle(clock);

    private void failFreely(String name, String address) {
        for (int i = 0; i < SignInThrottle.FREE; i++) {
            assertTrue(throttle.begin(name, address).isZero());
        }
    }

    @Test
    void theWaitDoublesUpToFiveMinutes() {
        failFreely("ann", "10.0.0.1");
        for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            var wait = throttle.begin("ann", "10.0.0.1");
            assertEquals(Duration.ofSeconds(seconds), wait);
            clock.forward(wait.minusMillis(1));
            assertEquals(Duration.ofMillis(1), throttle.begin("ann", "10.0.0.1"), "too early does not count");
            clock.forward(Duration.ofMillis(1));
            assertTrue(throttle.begin("ann", "10.0.0.1").isZero());
        }
    }

    @Test
    void oneNameFromManyAddressesWaits() {
        for (int i = 0; i < SignInThrottle.FREE; i++) {
            throttle.begin("ann", "10.0.0." + i);
        }

        assertFalse(throttle.begin("ann", "10.0.0.99").isZero());
        assertTrue(throttle.begin("bob", "10.0.0.99").isZero());
    }

    @Test
    void manyNamesFromOneAddressWait() {
        for (int i = 0; i < SignInThrottle.FREE; i++) {
            throttle.begin("ann" + i, "10.0.0.1");
        }

        assertFalse(throttle.begin("ann99", "10.0.0.1").isZero());
        assertTrue(throttle.begin("ann99", "10.0.0.2").isZero());
    }

    @Test
    void aSuccessEndsTheCount() {
        failFreely("ann", "10.0.0.1");
        clock.forward(Duration.ofSeconds(10));
        assertTrue(throttle.begin("ann", "10.0.0.1").isZero());

        throttle.succeeded("ann", "10.0.0.1");

        failFreely("ann", "10.0.0.1");
    }

    @Test
    void anHourOfSilenceEndsTheCount() {
        failFreely("ann", "10.0.0.1");
        clock.forward(Duration.ofHours(1));

        failFreely("ann", "10.0.0.1");
    }

    @Test
    void whatItRemembersIsBounded() {
        failFreely("ann", "10.0.0.1");
        for (int i = 0; i < SignInThrottle.MOST; i++) {
            throttle.begin("other" + i, "10.1." + i / 256 + "." + i % 256);
        }

        assertTrue(throttle.begin("ann", "10.0.0.1").isZero(), "the oldest are forgotten first");
    }
}
