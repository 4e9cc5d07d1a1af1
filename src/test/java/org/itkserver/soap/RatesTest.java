package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.itkserver.directory.Partner;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;

class RatesTest {
    private long nanos;
    private final Rates rates = new Rates(() -> nanos);

    private static Partner partner(String id, int rate) {
        return Partners.of(id, "").rate(rate).build();
    }

    private int admitted(Partner partner, int of) {
        int out = 0;
        for (int i = 0; i < of; i++) {
            out += rates.admit(partner) ? 1 : 0;
        }
        return out;
    }

    @Test
    void twoSecondsWorthAtOnceThenTheRate() {
        var partner = partner("a", 10);
        assertEquals(20, admitted(partner, 100));
        nanos += Duration.ofMillis(500).toNanos();
        assertEquals(5, admitted(partner, 100));
        nanos += Duration.ofHours(1).toNanos();
        assertEquals(20, admitted(partner, 100));
    }

    @Test
    void whatIsTooFastWaitsItsTurnForTwoSecondsAndNoLonger() {
        var partner = partner("a", 10);
        admitted(partner, 20);
        for (int i = 1; i <= 20; i++) {
            assertEquals(Duration.ofMillis(100L * i), rates.delay(partner));
        }
        assertNull(rates.delay(partner));
        // who was told that it is too much has no turn
        nanos += Duration.ofMillis(100).toNanos();
        assertEquals(Duration.ofSeconds(2), rates.delay(partner));
        assertNull(rates.delay(partner));
    }

    @Test
    void aRateThatIsLoweredLeavesNoOlderDebt() {
        var fast = partner("a", 1000);
        for (int i = 0; i < 4000; i++) {
            rates.delay(fast);
        }
        var slow = partner("a", 1);
        assertNull(rates.delay(slow));
        nanos += Duration.ofSeconds(3).toNanos();
        assertEquals(Duration.ZERO, rates.delay(slow));
    }

    @Test
    void onePartnersFloodIsNotAnothers() {
        assertEquals(2, admitted(partner("a", 1), 100));
        assertEquals(2, admitted(partner("b", 1), 100));
    }

    @Test
    void aSteadySenderBelowItsRateNeverWaits() {
        var partner = partner("a", 10);
        for (int i = 0; i < 1000; i++) {
            nanos += Duration.ofMillis(101).toNanos();
            assertEquals(Duration.ZERO, rates.delay(partner));
        }
    }

    @Test
    void withoutARateThereIsNone() {
        assertEquals(10_000, admitted(partner("a", 0), 10_000));
    }
}
