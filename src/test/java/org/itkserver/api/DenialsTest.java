package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class DenialsTest {
    private final SettableClock clock = new SettableClock();
    private final Denials denials = new Denials(clock);

    private void useUp(String address) {
        for (int i = 0; i < Denials.FREE; i++) {
            assertEquals(Duration.ZERO, denials.count(address));
        }
    }

    @Test
    void someAMinuteAreFree() {
        useUp("10.0.0.1");
        clock.forward(Duration.ofSeconds(20));

        assertEquals(Duration.ofSeconds(40), denials.count("10.0.0.1"));
        assertEquals(Duration.ZERO, denials.count("10.0.0.2"), "another address");
    }

    @Test
    void theNextMinuteBeginsAnew() {
        useUp("10.0.0.1");
        assertTrue(denials.count("10.0.0.1").compareTo(Duration.ZERO) > 0);
        clock.forward(Denials.WINDOW);

        useUp("10.0.0.1");
    }

    @Test
    void manyAddressesDoNotPileUp() {
        useUp("10.0.0.1");
        for (int i = 0; i < Denials.MOST; i++) {
            denials.count("other-" + i);
        }

        assertEquals(Duration.ZERO, denials.count("10.0.0.1"), "forgotten");
    }
}
