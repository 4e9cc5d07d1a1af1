package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.itkserver.boot.Turns.Turn;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns(2);
    private final List<String> ran = new ArrayList<>();

    private Turn take(String who, String task) {
        var turn = turns.of(who);
        turn.take(() -> ran.add(task));
        return turn;
    }

    @Test
    void whatIsBeyondTheShareWaitsInItsOrder() {
        var all = new ArrayList<Turn>();
        for (int i = 1; i <= 5; i++) {
            all.add(take("a", "a" + i));
        }
        assertEquals(List.of("a1", "a2"), ran);

        all.get(0).end();
        assertEquals(List.of("a1", "a2", "a3"), ran);
        all.get(2).end();
        all.get(1).end();
        assertEquals(List.of("a1", "a2", "a3", "a4", "a5"), ran);
    }

    @Test
    void whoMayGoAtOnceIsToldSo() {
        assertTrue(turns.of("a").tryTake());
        var second = turns.of("a");
        assertTrue(second.tryTake());
        assertFalse(turns.of("a").tryTake());
        second.end();
        assertTrue(turns.of("a").tryTake());
    }

    @Test
    void onePartnersFloodIsNotAnothers() {
        for (int i = 1; i <= 100; i++) {
            take("a", "a" + i);
        }
        take("b", "b1");

        assertEquals(List.of("a1", "a2", "b1"), ran);
    }

    /** A connection that is closed while its request waits. */
    @Test
    void whoGoesAwayWhileItWaitsTakesNoTurnWithIt() {
        var first = take("a", "a1");
        take("a", "a2");
        take("a", "a3").end();
        take("a", "a4");

        first.end();
        assertEquals(List.of("a1", "a2", "a4"), ran);
    }

    @Test
    void aTurnEndsOnceAndDoesNotComeAfterItsEnd() {
        var first = take("a", "a1");
        take("a", "a2");
        take("a", "a3");
        take("a", "a4");
        first.end();
        first.end();
        assertEquals(List.of("a1", "a2", "a3"), ran);

        var over = turns.of("b");
        over.end();
        over.take(() -> ran.add("b1"));
        assertFalse(over.tryTake());
        assertEquals(List.of("a1", "a2", "a3"), ran);
    }

    @Test
    void howeverManyComeEachRunsOnceAndNoMoreThanTheShareAtATime() throws Exception {
        var busy = new AtomicInteger();
        var most = new AtomicInteger();
        int tasks = 20_000;
        var left = new CountDownLatch(tasks);
        var senders = Executors.newFixedThreadPool(4);
        var workers = Executors.newFixedThreadPool(8);
        for (int i = 0; i < tasks; i++) {
            var turn = turns.of("a");
            senders.execute(() -> turn.take(() -> workers.execute(() -> {
                most.accumulateAndGet(busy.incrementAndGet(), Math::max);
                busy.decrementAndGet();
                left.countDown();
                turn.end();
            })));
        }

        assertTrue(left.await(30, TimeUnit.SECONDS));
        senders.shutdown();
        assertTrue(senders.awaitTermination(30, TimeUnit.SECONDS));
        workers.shutdown();
        assertTrue(workers.awaitTermination(30, TimeUnit.SECONDS));
        assertTrue(most.get() <= 2, () -> most + " at once");
        assertTrue(turns.of("a").tryTake(), "nothing stays of them");
    }
}
