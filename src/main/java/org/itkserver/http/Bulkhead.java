package org.itkserver.http;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;

/**
 * The threads that one class of requests may use, and the share of each sender in them. Requests beyond a share wait in line
 * without a thread; senders take turns, so that the flood of one does not delay another's request. Thread-safe.
 */
final class Bulkhead {
    private final Executor executor;
    private final Limits limits;
    private final Map<String, Line> lines = new HashMap<>();
    /** Lines whose next task may run as soon as a thread is free, in turn. */
    private final Queue<Line> ready = new ArrayDeque<>();

    private final LongAdder rejected = new LongAdder();
    private int busy;
    private int inFlight;

    /**
     * Limits of a bulkhead.
     *
     * @param threads tasks that run at once
     * @param threadsPerSender of these, tasks of one sender
     * @param requests tasks that run or wait
     * @param requestsPerSender of these, tasks of one sender
     */
    record Limits(int threads, int threadsPerSender, int requests, int requestsPerSender) {}

    /** @param executor must have a thread for as many tasks as may run at once */
    Bulkhead(Executor executor, Limits limits) {
        this.executor = executor;
        this.limits = limits;
    }

    /**
     * Runs a task in a thread of the executor: now, or when its sender's turn comes.
     *
     * @param sender a partner's id or an IP address
     * @return false when too many tasks run and wait already; the task does not run then
     */
    boolean submit(String sender, Runnable task) {
        Line line;
        synchronized (this) {
            line = lines.computeIfAbsent(sender, Line::new);
            if (inFlight >= limits.requests || line.busy + line.waiting.size() >= limits.requestsPerSender) {
                line.forgetIfIdle();
                rejected.increment();
                return false;
            }
            inFlight++;
            if (busy >= limits.threads || line.busy >= limits.threadsPerSender) {
                line.waiting.add(task);
                line.queue();
                return true;
            }
            line.start();
        }
        run(line, task);
        return true;
    }

    /** Never under the lock: waking a thread takes a while, and the I/O threads of other requests would wait for it. */
    private void run(Line line, Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    ended(line);
                }
            });
        } catch (RejectedExecutionException e) {
            // the server is stopping: its connections are closed with it
            synchronized (this) {
                line.end();
            }
        }
    }

    /** Requests that run or wait now. */
    synchronized int inFlight() {
        return inFlight;
    }

    /** Requests that were not taken since the start. */
    long rejected() {
        return rejected.sum();
    }

    private void ended(Line line) {
        boolean ended = false;
        while (true) {
            Line next;
            Runnable task;
            synchronized (this) {
                if (!ended) {
                    line.end();
                    line.queue();
                    line.forgetIfIdle();
                    ended = true;
                }
                if (busy >= limits.threads || ready.isEmpty()) {
                    return;
                }
                next = ready.remove();
                next.queued = false;
                task = next.waiting.remove();
                next.start();
                next.queue();
            }
            run(next, task);
        }
    }

    private final class Line {
        private final String sender;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int busy;
        private boolean queued;

        Line(String sender) {
            this.sender = sender;
        }

        private void start() {
            busy++;
            Bulkhead.this.busy++;
        }

        private void end() {
            busy--;
            Bulkhead.this.busy--;
            inFlight--;
        }

        private void queue() {
            if (!queued && !waiting.isEmpty() && busy < limits.threadsPerSender) {
                queued = true;
                ready.add(this);
            }
        }

        private void forgetIfIdle() {
            if (busy == 0 && waiting.isEmpty()) {
                lines.remove(sender);
            }
        }
    }
}
