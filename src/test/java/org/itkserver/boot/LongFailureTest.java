package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class LongFailureTest {
    private final SettableClock clock = new SettableClock();
    private final LongFailure failure = new LongFailure(Duration.ofMinutes(5), clock::nanos);
    private boolean trailAway;
    private int told;

    private void fail() {
        failure.failed(() -> {
            if (!trailAway) {
                told++;
            }
            return !trailAway;
        });
        clock.forward(Duration.ofSeconds(30));
    }

    private void failFor(Duration time) {
        for (long i = 0; i < time.toSeconds(); i += 30) {
            fail();
        }
    }

    @Test
    void peopleAreToldOnceWhenItFailsForLong() {
        failFor(Duration.ofMinutes(5));
        assertEquals(0, told);
        failFor(Duration.ofHours(1));
        assertEquals(1, told);
    }

    @Test
    void aSuccessInBetweenBeginsAnew() {
        for (int i = 0; i < 5; i++) {
            failFor(Duration.ofMinutes(4));
            failure.over();
        }
        assertEquals(0, told);
        failFor(Duration.ofMinutes(6));
        assertEquals(1, told);
        failure.over();
        failFor(Duration.ofMinutes(6));
        assertEquals(2, told);
    }

    @Test
    void peopleAreToldAsSoonAsThatWorks() {
        trailAway = true;
        failFor(Duration.ofMinutes(10));
        trailAway = false;
        fail();
        fail();
        assertEquals(1, told);
    }

    @Test
    void aClockThatIsSetChangesNothing() {
        fail();
        clock.set(Duration.ofHours(2));
        fail();
        assertEquals(0, told);
        clock.set(Duration.ofHours(-4));
        failFor(Duration.ofMinutes(5));
        assertEquals(1, told);
    }
}
