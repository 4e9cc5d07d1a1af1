package org.itkserver.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final Duration LONG = Duration.ofSeconds(120);

    private final MemoryBudget budget = new MemoryBudget(100, 40);
    private final MemoryBudget.Share one = budget.share("one", 30);
    private final MemoryBudget.Share two = budget.share("two", 10);

    @Test
    void aShareHasItsGuaranteeAndWhatIsFreeOfTheRest() {
        assertNotNull(one.tryBook(90));
        assertNull(one.tryBook(1));
        assertNotNull(two.tryBook(10), "its guarantee is there whatever others use");
        assertNull(two.tryBook(1));
    }

    @Test
    void whatIsClosedCanBeHadAgainAndClosingTwiceIsHarmless() {
        var first = one.book(90, Duration.ZERO);
        first.close();
        first.close();
        assertEquals(0, one.used());
        one.book(90, Duration.ZERO).close();
        assertThrows(IllegalStateException.class, () -> first.tryAdd(1));
    }

    @Test
    void aBookingThatIsLargerThanPossibleHasTheShareForItself() {
        try (var all = one.book(1_000_000, Duration.ZERO)) {
            assertEquals(90, all.bytes());
            assertNull(one.tryBook(1));
            assertFalse(all.tryAdd(1), "only the first part is cut");
            assertThrows(MemoryBudget.Exhausted.class, () -> all.add(1, LONG));
        }
    }

    @Test
    void theWaitIsBoundedAndLeavesNothingBooked() {
        try (var all = one.book(90, Duration.ZERO)) {
            var e = assertThrows(MemoryBudget.Exhausted.class, () -> one.book(1, Duration.ofMillis(20)));
            assertTrue(e.getMessage().contains("one"), e.getMessage());
            assertEquals(90, one.used());
        }
        assertEquals(0, one.used());
    }

    @Test
    void aWaiterThatGivesUpDoesNotHoldUpTheNext() throws Exception {
        var held = one.book(80, Duration.ZERO);
        var large = CompletableFuture.runAsync(() -> one.book(50, Duration.ofMillis(100)));
        awaitWaiting(large);
        var small = CompletableFuture.runAsync(() -> one.book(10, LONG).close());
        assertThrows(Exception.class, () -> large.get(60, TimeUnit.SECONDS));
        small.get(60, TimeUnit.SECONDS);
        held.close();
    }

    private void awaitWaiting(CompletableFuture<Void> waiting) {
        // a tryBook of nothing fails as soon as somebody waits before it in the share
        while (!waiting.isDone()) {
            var booking = one.tryBook(1);
            if (booking == null) {
                return;
            }
            booking.close();
        }
    }

    @Test
    void laterBookingsDoNotOvertakeALargeOneThatWaits() throws Exception {
        var held = one.book(60, Duration.ZERO);
        var large = CompletableFuture.supplyAsync(() -> one.book(80, LONG));
        awaitWaiting(large.thenAccept(booking -> {}));
        assertNull(one.tryBook(1), "it would overtake");
        assertNull(two.tryBook(11), "it would take of the common part that another waits for");
        assertNotNull(two.tryBook(10), "its guarantee needs nobody's turn");
        held.close();
        large.get(60, TimeUnit.SECONDS).close();
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        var held = one.book(90, Duration.ZERO);
        var ended = new CompletableFuture<Throwable>();
        var thread = new Thread(() -> {
            try {
                one.book(1, LONG);
            } catch (MemoryBudget.Exhausted e) {
                ended.complete(e);
            }
        });
        thread.start();
        thread.interrupt();
        assertNotNull(ended.get(60, TimeUnit.SECONDS));
        held.close();
    }

    @Test
    void manyThreadsNeverExceedTheBudgetAndAllGetTheirTurn() throws Exception {
        var inUse = new AtomicLong();
        var most = new AtomicLong();
        var start = new CountDownLatch(1);
        var pool = Executors.newFixedThreadPool(16);
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 16; i++) {
            var random = new Random(i);
            var share = i % 2 == 0 ? one : two;
            all.add(CompletableFuture.runAsync(
                    () -> {
                        for (int j = 0; j < 300; j++) {
                            long bytes = 1 + random.nextInt(60);
                            try (var booked = share.book(bytes, LONG)) {
                                long now = inUse.addAndGet(booked.bytes());
                                most.accumulateAndGet(now, Math::max);
                                if (random.nextInt(4) == 0 && booked.tryAdd(5)) {
                                    most.accumulateAndGet(inUse.get(), Math::max);
                                }
                                inUse.addAndGet(-bytes);
                            }
                        }
                    },
                    pool));
        }
        start.countDown();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(300, TimeUnit.SECONDS);
        pool.shutdown();
        assertTrue(most.get() <= 100, "most " + most.get());
        assertEquals(0, one.used());
        assertEquals(0, two.used());
    }

    @Test
    void moreGuaranteedThanThereIsIsAMistake() {
        assertThrows(IllegalArgumentException.class, () -> new MemoryBudget(10, 11));
    }
}
