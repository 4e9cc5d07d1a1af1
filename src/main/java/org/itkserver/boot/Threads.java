package org.itkserver.boot;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads and pools of them. */
final class Threads {
    private Threads() {}

    /** A thread that does not keep the process alive, not started yet. */
    static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Threads that are made when needed and end when idle; rejects what is more. */
    static ThreadPoolExecutor pool(String name, int threads) {
        var number = new AtomicInteger();
        ThreadFactory factory = task -> daemon(task, name + "-" + number.incrementAndGet());
        return new ThreadPoolExecutor(0, threads, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }
}
