package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Breaker;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The claimed work of one lane: claimed in batches, because a claim is a commit, and run a few at a time, because a peer should
 * not be flooded. What waits here too long, or when the breaker opens, is given back. Thread-safe.
 */
final class LaneRunner {
    private static final Logger LOG = LoggerFactory.getLogger(LaneRunner.class);
    private static final int BATCH = 32;
    private static final int LOW = 8;

    private final Lane lane;
    private final Breaker breaker;
    private final DeliveryQueue queue;
    private final Executor pool;
    private final Consumer<Delivery> work;
    private final Clock clock;
    private final Duration lease;
    private final Deque<Claimed> waiting = new ArrayDeque<>();

    private record Claimed(Delivery work, Instant at) {}

    /**
     * @param work does one piece, tells the breaker what came of it and calls {@link #start}
     * @param lease how long a claim lasts
     */
    LaneRunner(
            Lane lane,
            Breaker breaker,
            DeliveryQueue queue,
            Executor pool,
            Consumer<Delivery> work,
            Clock clock,
            Duration lease) {
        this.lane = lane;
        this.breaker = breaker;
        this.queue = queue;
        this.pool = pool;
        this.work = work;
        this.clock = clock;
        this.lease = lease;
    }

    /** Claims more work when there is room, and starts what may run. Called by the worker's one thread. */
    int fill() {
        int wanted = wanted();
        if (wanted > 0) {
            var now = clock.instant();
            var claimed = queue.claim(lane, wanted, now, lease);
            add(claimed, now);
        }
        int started = start();
        giveBackIfClosed();
        return started;
    }

    private synchronized int wanted() {
        int free = breaker.free(lane);
        if (breaker.isOpen(lane)) {
            return waiting.isEmpty() ? free : 0;
        }
        return waiting.size() < LOW ? BATCH - waiting.size() : 0;
    }

    private synchronized void add(List<Delivery> claimed, Instant now) {
        claimed.forEach(piece -> waiting.add(new Claimed(piece, now)));
    }

    /** Starts what may run; called whenever a peer has answered. */
    synchronized int start() {
        int started = 0;
        while (!waiting.isEmpty() && breaker.free(lane) > 0) {
            var next = waiting.peek();
            breaker.started(lane, 1);
            try {
                pool.execute(() -> run(next));
            } catch (RejectedExecutionException e) {
                breaker.abandoned(lane);
                return started;
            }
            waiting.poll();
            started++;
        }
        return started;
    }

    private void run(Claimed next) {
        if (clock.instant().isAfter(next.at().plus(lease.dividedBy(2)))) {
            breaker.abandoned(lane);
            giveBack(List.of(next.work()));
            start();
        } else {
            work.accept(next.work());
        }
    }

    private void giveBackIfClosed() {
        List<Delivery> back = new ArrayList<>();
        synchronized (this) {
            if (breaker.isOpen(lane) && breaker.free(lane) == 0) {
                waiting.forEach(claimed -> back.add(claimed.work()));
                waiting.clear();
            }
        }
        giveBack(back);
    }

    private void giveBack(List<Delivery> unstarted) {
        if (!unstarted.isEmpty()) {
            try {
                queue.release(unstarted);
            } catch (StoreUnavailable e) {
                LOG.warn("{} pieces of {} wait for the end of their lease", unstarted.size(), lane.name());
            }
        }
    }

    /** Gives back what has not been started. */
    void stop() {
        List<Delivery> back = new ArrayList<>();
        synchronized (this) {
            waiting.forEach(claimed -> back.add(claimed.work()));
            waiting.clear();
        }
        giveBack(back);
    }
}
