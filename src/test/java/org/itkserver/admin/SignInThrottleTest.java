package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInThrottleTest {
    private static final String HERE = "10.0.0.1";

    private final SettableClock clock = new SettableClock();
    private final SignInThrottle throttle = new SignInThrottle(clock::nanos);

    private boolean mayTry(String name, String address, boolean known) {
        return throttle.begin(name, address, known).isZero();
    }

    private void failFreely(String name, String address, boolean known) {
        for (int i = 0; i < SignInThrottle.FREE; i++) {
            assertTrue(mayTry(name, address, known));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theWaitDoublesUpToFiveMinutes(boolean known) {
        failFreely("ann", HERE, known);
        for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            var wait = throttle.begin("ann", HERE, known);
            assertEquals(Duration.ofSeconds(seconds), wait);
            clock.forward(wait.minusMillis(1));
            assertEquals(Duration.ofMillis(1), throttle.begin("ann", HERE, known), "too early does not count");
            clock.forward(Duration.ofMillis(1));
            assertTrue(mayTry("ann", HERE, known));
        }
    }

    @Test
    void strangersHoldUpStrangersAndNeverSomebodyAtAKnownAddress() {
        for (int i = 0; i < 1000; i++) {
            throttle.begin("ann", "10.9." + i / 256 + "." + i % 256, false);
        }
        assertFalse(mayTry("ann", "10.0.0.99", false), "another stranger");
        assertTrue(mayTry("bob", "10.0.0.99", false), "another name");
        assertTrue(mayTry("ann", HERE, true), "at her own address");
    }

    @Test
    void oneAddressWithManyNamesWaitsAndThoseKnownThereDoNot() {
        for (int i = 0; i < SignInThrottle.FREE_OF_ADDRESS; i++) {
            assertTrue(mayTry("name" + i, HERE, false));
        }
        assertFalse(mayTry("another", HERE, false));
        assertTrue(mayTry("another", "10.0.0.2", false));
        assertTrue(mayTry("ann", HERE, true), "behind a proxy all people are one address");
    }

    @Test
    void aPersonAtAKnownAddressDoesNotHoldUpOthersThere() {
        failFreely("ann", HERE, true);
        assertFalse(mayTry("ann", HERE, true));
        assertTrue(mayTry("bob", HERE, true));
        assertTrue(mayTry("bob", HERE, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSuccessEndsTheCount(boolean known) {
        failFreely("ann", HERE, known);
        clock.forward(Duration.ofSeconds(10));
        assertTrue(mayTry("ann", HERE, known));
        throttle.succeeded("ann", HERE, known);
        failFreely("ann", HERE, known);
    }

    @Test
    void anHourOfSilenceEndsTheCount() {
        failFreely("ann", HERE, false);
        clock.forward(Duration.ofHours(1));
        failFreely("ann", HERE, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {-7200, -10, 7200})
    void aClockThatIsSetChangesNoWait(long seconds) {
        failFreely("ann", HERE, false);
        clock.set(Duration.ofSeconds(seconds));
        assertEquals(Duration.ofSeconds(10), throttle.begin("ann", HERE, false));
        clock.forward(Duration.ofSeconds(10));
        assertTrue(mayTry("ann", HERE, false));
    }

    @Test
    void longNamesAreCutAndCountTogether() {
        var long1 = "x".repeat(SignInThrottle.LONGEST_NAME) + "1";
        failFreely(long1, HERE, false);
        assertFalse(mayTry("x".repeat(1 << 20), HERE, false));
        assertEquals(SignInThrottle.LONGEST_NAME, SignInThrottle.cut(long1).length());
    }

    @Test
    void whatItRemembersIsBounded() {
        failFreely("ann", HERE, false);
        for (int i = 0; i < SignInThrottle.MOST; i++) {
            throttle.begin("other" + i, "10.1." + i / 256 + "." + i % 256, false);
        }
        assertTrue(mayTry("ann", HERE, false), "the oldest are forgotten first");
    }
}
