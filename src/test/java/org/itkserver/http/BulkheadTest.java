package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class BulkheadTest {
    /** What the executor was given; a test runs it. */
    private final Queue<Runnable> executing = new ArrayDeque<>();

    private final List<String> ran = new ArrayList<>();

    private Bulkhead bulkhead(int threads, int perSender, int requests, int perSenderRequests) {
        return new Bulkhead(executing::add, new Bulkhead.Limits(threads, perSender, requests, perSenderRequests));
    }

    private boolean submit(Bulkhead bulkhead, String sender, String name) {
        return bulkhead.submit(sender, () -> ran.add(name));
    }

    private void runAll() {
        while (!executing.isEmpty()) {
            executing.remove().run();
        }
    }

    @Test
    void aSendersShareBoundsItsThreads() {
        var bulkhead = bulkhead(4, 2, 100, 100);
        for (int i = 0; i < 5; i++) {
            assertTrue(submit(bulkhead, "flood", "f" + i));
        }
        assertEquals(2, executing.size());
        assertTrue(submit(bulkhead, "other", "o"));
        assertEquals(3, executing.size());
        runAll();
        assertEquals(6, ran.size());
        assertEquals(0, bulkhead.inFlight());
    }

    @Test
    void sendersTakeTurns() {
        var bulkhead = bulkhead(1, 1, 100, 100);
        for (int i = 0; i < 4; i++) {
            submit(bulkhead, "a", "a" + i);
        }
        submit(bulkhead, "b", "b0");
        submit(bulkhead, "c", "c0");
        submit(bulkhead, "b", "b1");
        runAll();
        assertEquals(7, ran.size());
        assertTrue(ran.indexOf("b0") <= 3 && ran.indexOf("c0") <= 3, ran.toString());
        assertEquals(
                List.of("a0", "a1", "a2", "a3"),
                ran.stream().filter(name -> name.startsWith("a")).toList());
    }

    @Test
    void whatIsTooMuchIsRefused() {
        var bulkhead = bulkhead(1, 1, 4, 2);
        assertTrue(submit(bulkhead, "a", "a0"));
        assertTrue(submit(bulkhead, "a", "a1"));
        assertFalse(submit(bulkhead, "a", "a2"), "of one sender");
        assertTrue(submit(bulkhead, "b", "b0"));
        assertTrue(submit(bulkhead, "c", "c0"));
        assertFalse(submit(bulkhead, "d", "d0"), "of all");
        assertEquals(2, bulkhead.rejected());
        runAll();
        assertEquals(4, ran.size());
        assertTrue(submit(bulkhead, "d", "d1"));
    }

    @Test
    void aTaskThatFailsGivesItsThreadBack() {
        var bulkhead = bulkhead(1, 1, 10, 10);
        bulkhead.submit("a", () -> {
            throw new StackOverflowError();
        });
        submit(bulkhead, "a", "next");
        try {
            executing.remove().run();
        } catch (StackOverflowError e) {
            // the executor's thread would report it
        }
        runAll();
        assertEquals(List.of("next"), ran);
        assertEquals(0, bulkhead.inFlight());
    }

    @Test
    void anExecutorThatStopsLeavesNothingInFlight() {
        var bulkhead = new Bulkhead(
                task -> {
                    throw new java.util.concurrent.RejectedExecutionException();
                },
                new Bulkhead.Limits(1, 1, 10, 10));
        bulkhead.submit("a", () -> {});
        assertEquals(0, bulkhead.inFlight());
    }
}
