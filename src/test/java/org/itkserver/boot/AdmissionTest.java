package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Admission admission = new Admission(new Admission.Limits(3, 2, 100));

    @Test
    void eachLimitTurnsAwayAndNothingOfItStays() {
        assertTrue(admission.enter("a", 40));
        assertTrue(admission.enter("a", 40));
        assertFalse(admission.enter("a", 1), "a third of one peer");
        assertFalse(admission.enter("b", 21), "more bytes");
        assertTrue(admission.enter("b", 20));
        assertFalse(admission.enter("c", 0), "a fourth at once");
        assertEquals(3, admission.requests());
        assertEquals(3, admission.turnedAway());

        admission.leave("a", 40);
        assertTrue(admission.enter("c", 40));
    }

    @Test
    void howeverManyComeNoMoreThanTheMostAreIn() throws Exception {
        var in = new AtomicInteger();
        var most = new AtomicInteger();
        var pool = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 8; i++) {
            var peer = "p" + i;
            pool.submit(() -> {
                for (int n = 0; n < 20_000; n++) {
                    if (admission.enter(peer, 10)) {
                        most.accumulateAndGet(in.incrementAndGet(), Math::max);
                        in.decrementAndGet();
                        admission.leave(peer, 10);
                    }
                }
            });
        }
        pool.shutdown();
        assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        assertTrue(most.get() <= 3, () -> most + " at once");
        assertEquals(0, admission.requests());
        assertTrue(admission.enter("z", 100));
    }
}
