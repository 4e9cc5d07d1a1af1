package org.itkserver.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that do something again and again until the server stops. They are never interrupted, only asked: an interrupt in
 * the middle of a read or write closes the file of the embedded H2 for every thread, and with it what is committed last.
 */
final class Clockwork implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(10);

    private final String name;
    private final ScheduledThreadPoolExecutor timer;
    private final List<Thread> loops = new ArrayList<>();
    private volatile boolean stopping;

    Clockwork(String name, int threads) {
        this.name = name;
        timer = new ScheduledThreadPoolExecutor(threads, task -> Threads.daemon(task, name));
    }

    /** Runs a task that throws nothing, with a pause after each run and before the first. */
    void every(Duration pause, Runnable task) {
        timer.scheduleWithFixedDelay(task, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs a task that throws nothing again and again on a thread of its own. */
    void always(Runnable task) {
        var loop = Threads.daemon(
                () -> {
                    while (!stopping) {
                        task.run();
                    }
                },
                name + "-loop");
        loops.add(loop);
        loop.start();
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
