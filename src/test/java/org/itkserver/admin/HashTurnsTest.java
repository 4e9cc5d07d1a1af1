package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashTurnsTest {
    private final HashTurns turns = new HashTurns();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore end = new Semaphore(0);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private Future<Optional<String>> start(String address, boolean known) throws Exception {
        var begun = new CountDownLatch(1);
        int before = turns.waiting();
        boolean waits = order.size() >= HashTurns.AT_ONCE;
        var out = threads.submit(() -> turns.take(address, known, () -> {
            order.add(address);
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            begun.countDown();
            try {
                end.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            running.decrementAndGet();
            return address;
        }));
        if (waits) {
            while (turns.waiting() == before && !out.isDone()) {
                Thread.onSpinWait();
            }
        } else {
            begun.await();
        }
        return out;
    }

    @Test
    void atMostTwoAtOnceKnownAddressesFirstStrangersInTurn() throws Exception {
        var all = new ArrayList<Future<Optional<String>>>();
        all.add(start("flood", false));
        all.add(start("flood", false));
        all.add(start("flood", false));
        all.add(start("stranger", false));
        all.add(start("ward-1", true));
        all.add(start("ward-2", true));
        assertEquals(Optional.empty(), start("flood", false).get(), "one attempt of an address waits");
        assertEquals(Optional.empty(), start("another", false).get(), "too many strangers wait");
        // the first two end, and nothing else does until the next two have begun
        end.release(HashTurns.AT_ONCE);
        while (order.size() < 2 * HashTurns.AT_ONCE) {
            Thread.onSpinWait();
        }
        end.release(all.size());
        for (var one : all) {
            assertTrue(one.get().isPresent());
        }
        assertEquals(List.of("flood", "flood"), order.subList(0, 2));
        assertEquals(
                List.of("ward-1", "ward-2"),
                order.subList(2, 4).stream().sorted().toList());
        assertEquals(6, order.size());
        assertEquals(HashTurns.AT_ONCE, most.get());
        assertEquals(0, turns.waiting());
    }

    @Test
    void aFailedHashGivesItsPlaceBack() {
        for (int i = 0; i < 5; i++) {
            try {
                turns.take("a", false, () -> {
                    throw new IllegalStateException("of the hash");
                });
            } catch (IllegalStateException e) {
                // as it should be
            }
        }
        assertEquals(Optional.of(1), turns.take("a", false, () -> 1));
    }
}
