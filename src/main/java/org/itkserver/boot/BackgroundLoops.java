package org.itkserver.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Threads that do something again and again until the server stops. They are never interrupted, only asked: an interrupt in
 * the middle of a read or write closes the file of the embedded H2 for every thread, and with it what is committed last.
 */
final class BackgroundLoops implements AutoCloseable {
    private static final long STEP_NANOS = 50_000_000L;
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(10);

    private final String name;
    private final ScheduledThreadPoolExecutor timer;
    private final List<Thread> loops = new ArrayList<>();
    private volatile boolean stopping;

    BackgroundLoops(String name, int threads) {
        this.name = name;
        timer = new ScheduledThreadPoolExecutor(threads, task -> Threads.daemon(task, name));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Runs a turn again and again, with a pause after each that went well, whatever it throws. The first turn comes after the
     * pause or after 5 s, whichever is shorter, so that a loop that never works is seen soon after the start. A turn that failed
     * is tried again sooner than the pause, so that a loop with long pauses is known to be dead within seconds.
     */
    void every(Duration pause, Loop loop, Loop.Turn turn) {
        long millis = pause.toMillis();
        timer.scheduleWithFixedDelay(
                () -> {
                    var again = loop.run(turn);
                    while (!again.isZero() && !stopping) {
                        park(again);
                        again = loop.run(turn);
                    }
                },
                Math.min(millis, FIRST.toMillis()),
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** Runs a turn again and again on a thread of its own, whatever it throws. */
    void always(Loop loop, Loop.Turn turn) {
        var thread = Threads.daemon(
                () -> {
                    while (!stopping) {
                        park(loop.run(turn));
                    }
                },
                name + "-loop");
        loops.add(thread);
        thread.start();
    }

    /**
     * Runs a turn again and again, whatever it throws. The first turn begins at once. The wait after a turn is not part of it, so that a
     * good turn counts at once.
     *
     * @param turn returns how long to wait before the next one
     * @param unready the wait after a turn that was skipped or found the database away; after a failure the loop's back-off decides
     */
    void paced(Loop loop, Supplier<Duration> turn, Duration unready) {
        timer.execute(() -> takeTurn(loop, turn, unready));
    }

    private void takeTurn(Loop loop, Supplier<Duration> turn, Duration unready) {
        var next = new AtomicReference<>(unready);
        try {
            var backOff = loop.run(() -> next.set(turn.get()));
            if (!backOff.isZero()) {
                next.set(backOff);
            }
        } finally {
            if (!stopping) {
                timer.schedule(() -> takeTurn(loop, turn, unready), next.get().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Waits after a failure, in small steps, so that a stop does not wait. */
    private void park(Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        while (!stopping && System.nanoTime() - end < 0 && !wait.isZero()) {
            LockSupport.parkNanos(STEP_NANOS);
            Thread.interrupted(); // it would make the next step end at once
        }
    }

    /** Lets nothing begin any more. */
    void stop() {
        stopping = true;
        timer.shutdown();
    }

    /** Stops and waits, for a while, until what runs has ended. */
    @Override
    public void close() {
        stop();
        try {
            timer.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
            for (var loop : loops) {
                loop.join(STOP.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
