package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class BreakGlassTest {
    private final SettableClock clock = new SettableClock();
    private final BreakGlass breakGlass = new BreakGlass(clock::nanos);

    @Test
    void aClockThatIsSetChangesNothing() {
        for (int i = 0; i < 20; i++) {
            clock.set(Duration.ofHours(i % 2 == 0 ? 1 : -1));
            assertTrue(breakGlass.opened("ann").isEmpty());
        }
        clock.set(Duration.ofHours(1));
        assertTrue(breakGlass.opened("ann").isPresent());
    }

    @Test
    void theTwentyFirstWithinFiveMinutesIsTooMany() {
        for (int i = 0; i < 20; i++) {
            assertTrue(breakGlass.opened("ann").isEmpty());
            assertTrue(breakGlass.opened("bob").isEmpty());
        }
        assertEquals("break-glass:ann", breakGlass.opened("ann").orElseThrow().key());
        assertTrue(breakGlass.opened("ann").isEmpty(), "told once for every so many");
        clock.forward(Duration.ofMinutes(5).plusMillis(1));
        assertTrue(breakGlass.opened("bob").isEmpty());
    }
}
