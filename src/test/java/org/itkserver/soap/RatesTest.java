package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void onePartnersFloodIsNotAnothers() {
        assertEquals(2, admitted(partner("a", 1), 100));
        assertEquals(2, admitted(partner("b", 1), 100));
    }

    @Test
    void aSteadySenderBelowItsRateNeverWaits() {
        var partner = partner("a", 10);
        for (int i = 0; i < 1000; i++) {
            nanos += Duration.ofMillis(101).toNanos();
            assertTrue(rates.admit(partner));
        }
    }

    @Test
    void withoutARateThereIsNone() {
        assertEquals(10_000, admitted(partner("a", 0), 10_000));
    }
}
