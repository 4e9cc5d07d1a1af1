package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns(2);
    private final List<String> ran = new ArrayList<>();

    private void take(String who, String task) {
        turns.take(who, () -> ran.add(task));
    }

    @Test
    void whatIsBeyondTheShareWaitsInItsOrder() {
        for (int i = 1; i <= 5; i++) {
            take("a", "a" + i);
        }
        assertEquals(List.of("a1", "a2"), ran);

        turns.giveBack("a");
        assertEquals(List.of("a1", "a2", "a3"), ran);
        turns.giveBack("a");
        turns.giveBack("a");
        assertEquals(List.of("a1", "a2", "a3", "a4", "a5"), ran);
    }

    @Test
    void onePartnersFloodIsNotAnothers() {
        for (int i = 1; i <= 100; i++) {
            take("a", "a" + i);
        }
        take("b", "b1");

        assertEquals(List.of("a1", "a2", "b1"), ran);
    }

    @Test
    void nothingStaysOfWhoHasLeft() {
        take("a", "a1");
        turns.giveBack("a");

        assertThrows(IllegalStateException.class, () -> turns.giveBack("a"));
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
            senders.execute(() -> turns.take(
                    "a",
                    () -> workers.execute(() -> {
                        most.accumulateAndGet(busy.incrementAndGet(), Math::max);
                        busy.decrementAndGet();
                        left.countDown();
                        turns.giveBack("a");
                    })));
        }

        assertTrue(left.await(30, TimeUnit.SECONDS));
        senders.shutdown();
        assertTrue(senders.awaitTermination(30, TimeUnit.SECONDS));
        workers.shutdown();
        assertTrue(workers.awaitTermination(30, TimeUnit.SECONDS));
        assertTrue(most.get() <= 2, () -> most + " at once");
    }
}
