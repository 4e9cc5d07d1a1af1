package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class DenialsTest {
    private final SettableClock clock = new SettableClock();
    private final Denials denials = new Denials(clock::nanos);

    private void useUp(String address) {
        for (int i = 0; i < Denials.FREE; i++) {
            assertEquals(Duration.ZERO, denials.count("unknown", address));
        }
    }

    @Test
    void someAMinuteAreFree() {
        useUp("10.0.0.1");
        clock.forward(Duration.ofSeconds(20));

        assertEquals(Duration.ofSeconds(40), denials.count("unknown", "10.0.0.1"));
        assertEquals(Duration.ZERO, denials.count("unknown", "10.0.0.2"), "another address");
    }

    @Test
    void theNextMinuteBeginsAnew() {
        useUp("10.0.0.1");
        assertTrue(denials.count("unknown", "10.0.0.1").compareTo(Duration.ZERO) > 0);
        clock.forward(Denials.WINDOW);

        useUp("10.0.0.1");
    }

    @Test
    void aClockThatIsSetBackMakesNoWaitLonger() {
        useUp("10.0.0.1");
        clock.set(Duration.ofHours(-2));
        assertEquals(Denials.WINDOW, denials.count("unknown", "10.0.0.1"));
    }

    @Test
    void manyAddressesDoNotPileUp() {
        useUp("10.0.0.1");
        for (int i = 0; i < Denials.MOST; i++) {
            denials.count("unknown", "other-" + i);
        }

        assertEquals(Duration.ZERO, denials.count("unknown", "10.0.0.1"), "forgotten");
    }

    @Test
    void whatIsNotToldEachIsCountedOnce() {
        for (int i = 0; i < 1000; i++) {
            denials.count("app", "10.0.0.1");
        }
        assertEquals(java.util.List.of(), denials.take(), "while the minute lasts");
        clock.forward(Denials.WINDOW);
        assertEquals(java.util.List.of(new Denials.Counted("app", "10.0.0.1", 1000 - Denials.FREE)), denials.take());
        assertEquals(java.util.List.of(), denials.take());
    }

    @Test
    void nothingThatWasCountedIsForgotten() {
        for (int address = 0; address < 500; address++) {
            for (int i = 0; i < Denials.FREE + 3; i++) {
                denials.count("app", "10.0." + address / 256 + "." + address % 256);
            }
        }
        clock.forward(Denials.WINDOW);
        var told = denials.take();
        assertEquals(1500, told.stream().mapToLong(Denials.Counted::count).sum());
        assertTrue(told.size() <= 101, "the trail is bounded, too");
    }
}
