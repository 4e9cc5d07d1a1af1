package org.itkserver.boot;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Pools of threads. */
final class Threads {
    private Threads() {}

    /** Threads that are made when needed and end when idle; rejects what is more. */
    static ThreadPoolExecutor pool(String name, int threads) {
        var number = new AtomicInteger();
        ThreadFactory factory = task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        return new ThreadPoolExecutor(0, threads, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }
}
