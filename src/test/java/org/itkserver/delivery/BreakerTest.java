package org.itkserver.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BreakerTest {
    private static final Lane LANE = new Lane(Lane.Kind.SEND, "hospital/messages");
    private static final Lane OTHER = new Lane(Lane.Kind.SEND, "hospital/acknowledgements");

    /** Near its end, because System.nanoTime may be. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    private final Breaker breaker = new Breaker(4, () -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private boolean fail() {
        breaker.started(LANE, 1);
        return breaker.failed(LANE, null);
    }

    private void open() {
        for (int i = 0; i < 5; i++) {
            fail();
        }
        assertTrue(breaker.isOpen(LANE));
    }

    /** How long until one piece may run, to the millisecond. */
    private long waits() {
        long before = now;
        long millis = 0;
        while (breaker.free(LANE) == 0) {
            pass(Duration.ofMillis(1));
            millis++;
        }
        assertEquals(millis, Duration.ofNanos(now - before).toMillis());
        return millis;
    }

    @Test
    void aLaneRunsSoManyPiecesAtOnce() {
        assertEquals(4, breaker.free(LANE));
        breaker.started(LANE, 3);
        assertEquals(1, breaker.free(LANE));
        breaker.started(LANE, 2);
        assertEquals(0, breaker.free(LANE), "never less than none");
        breaker.succeeded(LANE);
        breaker.abandoned(LANE);
        assertEquals(1, breaker.free(LANE));
        assertEquals(4, breaker.free(OTHER), "each lane for itself");
    }

    @Test
    void moreEndsThanStartsMakeNoRoom() {
        breaker.abandoned(LANE);
        breaker.succeeded(LANE);
        assertEquals(4, breaker.free(LANE));
    }

    @Test
    void itOpensAfterFiveFailuresInARow() {
        for (int i = 0; i < 4; i++) {
            assertFalse(fail());
            assertFalse(breaker.isOpen(LANE));
            assertEquals(4, breaker.free(LANE));
        }
        assertTrue(fail(), "this one opens it");
        assertTrue(breaker.isOpen(LANE));
        assertEquals(0, breaker.free(LANE));
        assertEquals(4, breaker.free(OTHER));
        assertFalse(breaker.isOpen(OTHER));
    }

    @Test
    void aSuccessInBetweenStartsTheCountAgain() {
        for (int i = 0; i < 20; i++) {
            assertFalse(fail());
            if (i % 4 == 3) {
                breaker.started(LANE, 1);
                breaker.succeeded(LANE);
            }
        }
    }

    @Test
    void whatSaysNothingOfThePeerCountsNeitherWay() {
        for (int i = 0; i < 4; i++) {
            fail();
        }
        breaker.started(LANE, 1);
        breaker.abandoned(LANE);
        assertTrue(fail());
    }

    @Test
    void oneProbeGoesThroughWhenTheWaitIsOver() {
        open();
        assertEquals(1000, waits());
        assertEquals(1, breaker.free(LANE));
        breaker.started(LANE, 1);
        assertEquals(0, breaker.free(LANE), "one and no more");
        pass(Duration.ofMinutes(5));
        assertEquals(0, breaker.free(LANE), "however long it takes");
        breaker.abandoned(LANE);
        assertEquals(1, breaker.free(LANE), "then another");
        assertTrue(breaker.isOpen(LANE));
    }

    @Test
    void theProbesSuccessClosesIt() {
        open();
        waits();
        breaker.started(LANE, 1);
        breaker.succeeded(LANE);
        assertFalse(breaker.isOpen(LANE));
        assertEquals(4, breaker.free(LANE));
        for (int i = 0; i < 4; i++) {
            assertFalse(fail(), "the count starts again");
        }
        assertTrue(fail());
        assertEquals(1000, waits(), "and so does the wait");
    }

    @Test
    void eachFailedProbeDoublesTheWaitUpToHalfAMinute() {
        open();
        for (var expected : List.of(1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000)) {
            assertEquals((long) expected, waits());
            assertFalse(fail(), "it was open before");
        }
    }

    @Test
    void whatWasOnItsWayWhenItOpenedDoesNotDoubleTheWait() {
        breaker.started(LANE, 8);
        for (int i = 0; i < 8; i++) {
            assertEquals(i == 4, breaker.failed(LANE, null), "only the fifth opens it");
        }
        assertEquals(1000, waits());
    }

    @Test
    void aLateSuccessOfWhatWasOnItsWayClosesIt() {
        breaker.started(LANE, 6);
        for (int i = 0; i < 5; i++) {
            breaker.failed(LANE, null);
        }
        assertEquals(0, breaker.free(LANE));
        breaker.succeeded(LANE);
        assertEquals(4, breaker.free(LANE));
    }

    @ParameterizedTest
    @CsvSource({"PT2S, 2000", "PT10M, 600000", "PT11M, 600000", "P9999D, 600000", "PT0S, 0"})
    void aPeerThatSaysWhenIsLeftAloneAtOnceAndWithinReason(Duration asked, long millis) {
        breaker.started(LANE, 1);
        assertTrue(breaker.failed(LANE, asked));
        assertEquals(millis, waits());
    }

    @Test
    void thePeersWordCountsWhileItIsOpenToo() {
        open();
        waits();
        breaker.started(LANE, 1);
        assertFalse(breaker.failed(LANE, Duration.ofSeconds(90)));
        assertEquals(90_000, waits());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 100})
    void theCapIsWhatItIsSaidToBe(int atOnce) {
        assertEquals(atOnce, new Breaker(atOnce, () -> now).free(LANE));
    }

    @Test
    void nothingIsLostBetweenThreads() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            var tasks = new ArrayList<Future<?>>();
            for (int i = 0; i < 8; i++) {
                tasks.add(pool.submit(() -> {
                    for (int n = 0; n < 5000; n++) {
                        breaker.started(LANE, 1);
                        breaker.succeeded(LANE);
                    }
                }));
            }
            for (var task : tasks) {
                task.get();
            }
            assertEquals(4, breaker.free(LANE));
        } finally {
            pool.shutdownNow();
        }
    }
}
