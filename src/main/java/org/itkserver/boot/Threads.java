package org.itkserver.boot;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads and pools of them. */
final class Threads {
    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
    private static volatile Consumer<Throwable> uncaught = e -> LOG.error("a thread ended", e);

    private Threads() {}

    /** What hears of everything that ends a thread of the pools. */
    static void onUncaught(Consumer<Throwable> handler) {
        uncaught = handler;
    }

    /** A thread that does not keep the process alive, not started yet. */
    static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((of, e) -> uncaught.accept(e));
        return thread;
    }

    /** Threads that are made when needed and end when idle; rejects what is more. */
    static ThreadPoolExecutor pool(String name, int threads) {
        var number = new AtomicInteger();
        ThreadFactory factory = task -> daemon(task, name + "-" + number.incrementAndGet());
        return new ThreadPoolExecutor(0, threads, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }
}
