package org.itkserver.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Breaker;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes due work from the table, lane by lane, and does it. {@link #runOnce()} is called by one thread.
 */
public final class DeliveryWorker {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);
    private static final Duration CONTENT_AGAIN = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final List<Lane.Kind> KINDS = List.of(Lane.Kind.HANDLE, Lane.Kind.SEND, Lane.Kind.EXPIRE);

    private final MessageStore store;
    private final DeliveryQueue queue;
    private final HandlerRun handling;
    private final OutboundRun sending;
    private final Expiry expiry;
    private final Breaker breaker;
    private final EnvelopeScanner scanner;
    private final Supplier<Directory> directory;
    private final Path spoolFolder;
    private final Executor pool;
    private final Clock clock;
    private final Duration lease;
    private final Runnable freed;
    private final Map<Lane, LaneRunner> lanes = new ConcurrentHashMap<>();
    private final AtomicBoolean suspectRuns = new AtomicBoolean();
    private Instant nextLookForSuspects = Instant.MIN;
    private int suspectLane;

    /**
     * @param pool runs the work; rejects what is too much
     * @param lease how long a claim lasts; longer than any attempt
     * @param freed called when a piece of work has ended, because its lane may hold more
     */
    public DeliveryWorker(
            MessageStore store,
            DeliveryQueue queue,
            HandlerRun handling,
            OutboundRun sending,
            Expiry expiry,
            Breaker breaker,
            EnvelopeScanner scanner,
            Supplier<Directory> directory,
            Path spoolFolder,
            Executor pool,
            Clock clock,
            Duration lease,
            Runnable freed) {
        this.store = store;
        this.queue = queue;
        this.handling = handling;
        this.sending = sending;
        this.expiry = expiry;
        this.breaker = breaker;
        this.scanner = scanner;
        this.directory = directory;
        this.spoolFolder = spoolFolder;
        this.pool = pool;
        this.clock = clock;
        this.lease = lease;
        this.freed = freed;
    }

    /**
     * Claims due work of each lane that has room for it, and starts what may run.
     *
     * @return how many pieces were started
     */
    public int runOnce() {
        var present = queue.lanes(KINDS);
        int started = suspect(present);
        for (var lane : present) {
            started += lanes.computeIfAbsent(lane, this::runner).fill();
        }
        return started;
    }

    private LaneRunner runner(Lane lane) {
        return new LaneRunner(lane, breaker, queue, pool, this::run, clock, lease);
    }

    /**
     * Suspects are done one at a time on this node, the lanes in turn: when one ends the process again, it takes no other
     * suspect with it, and a slow lane holds up the others' for one piece only.
     */
    private int suspect(List<Lane> present) {
        var now = clock.instant();
        if (now.isBefore(nextLookForSuspects) || !suspectRuns.compareAndSet(false, true)) {
            return 0;
        }
        for (int i = 0; i < present.size(); i++) {
            var lane = present.get((suspectLane + i) % present.size());
            var claimed = breaker.free(lane) == 0 ? Optional.<Delivery>empty() : queue.claimSuspect(lane, now, lease);
            if (claimed.isPresent()) {
                suspectLane = present.indexOf(lane) + 1;
                return startSuspect(claimed.get());
            }
        }
        nextLookForSuspects = now.plus(BETWEEN_LOOKS);
        suspectRuns.set(false);
        return 0;
    }

    private int startSuspect(Delivery work) {
        breaker.started(work.lane(), 1);
        try {
            pool.execute(() -> {
                try {
                    run(work);
                } finally {
                    suspectRuns.set(false);
                }
            });
            return 1;
        } catch (RejectedExecutionException e) {
            breaker.abandoned(work.lane());
            suspectRuns.set(false);
            queue.release(List.of(work));
            return 0;
        }
    }

    /** Gives back what was claimed and not started, so that another node or the next start does it at once. */
    public void stop() {
        lanes.values().forEach(LaneRunner::stop);
    }

    private void run(Delivery work) {
        var report = new Report(work.lane());
        // an interrupt that code of a handler left on this thread would close the file of the embedded database
        Thread.interrupted();
        try {
            if (isToBeSetAside(work)) {
                end(work, WorkContent.LOST);
                return;
            }
            switch (work.lane().kind()) {
                case HANDLE -> handle(work, report);
                case SEND -> sending.send(work, report::heard);
                case EXPIRE -> {
                    expiry.look(work);
                    report.well();
                }
                case SYNC, QUEUE -> throw new IllegalStateException("not a worker's");
            }
        } catch (WorkContent.Gone e) {
            end(work, WorkContent.GONE);
        } catch (WorkContent.Away e) {
            postpone(work, e);
        } catch (StoreUnavailable e) {
            LOG.warn("message {} could not be settled: {}", work.message(), e.getMessage());
            again(work, "the database was away");
        } catch (IOException | RuntimeException | StackOverflowError | LinkageError e) {
            failed(work, e);
        } finally {
            report.end();
            freed.run();
        }
    }

    /** It is not even read again: reading it may be what ends the process. A look at a deadline reads nothing. */
    private static boolean isToBeSetAside(Delivery work) {
        return work.lost() >= RetrySchedule.LOST && work.lane().kind() != Lane.Kind.EXPIRE;
    }

    /** The attempt failed in this server's own code. */
    private void failed(Delivery work, Throwable e) {
        LOG.error("message {} could not be worked on; it will be tried again", work.message(), e);
        var reason = "the server failed (" + e.getClass().getSimpleName() + ")";
        if (handling.isLast(work)) {
            end(work, reason);
        } else {
            again(work, reason);
        }
    }

    /** Hands it back at once where that is possible: an interrupt, too, looks like a database that is away. */
    private void again(Delivery work, String reason) {
        Thread.interrupted();
        try {
            handling.handBack(work, events(work, reason));
        } catch (StoreUnavailable e) {
            LOG.warn("message {} will be tried again when its lease ends", work.message());
        }
    }

    private List<AuditEvent> events(Delivery work, String reason) {
        try {
            var detail = "attempt " + work.attempt() + ": " + reason;
            return store.message(work.message())
                    .map(message -> Events.ofWork(clock.instant(), AuditType.ATTEMPT_FAILED, message, detail))
                    .map(List::of)
                    .orElse(List.of());
        } catch (StoreUnavailable e) {
            return List.of();
        }
    }

    private void end(Delivery work, String reason) {
        LOG.error("message {} is a dead letter: {}", work.message(), reason);
        try {
            var message = store.message(work.message()).orElseThrow();
            store.settle(WorkContent.end(work, message, reason, clock.instant()));
        } catch (StoreUnavailable e) {
            LOG.warn("message {} could not be settled; it will be looked at again", work.message());
        }
    }

    /** Nothing was attempted, so the attempt does not count: what is away for long makes no dead letters. */
    private void postpone(Delivery work, WorkContent.Away away) {
        LOG.warn("message {} waits: {}", work.message(), away.getMessage());
        try {
            queue.postpone(work, clock.instant().plus(CONTENT_AGAIN));
        } catch (StoreUnavailable e) {
            LOG.warn("message {} could not be given back; it is claimed again when its lease ends", work.message());
        }
    }

    private void handle(Delivery work, Report report) throws IOException {
        var message = store.message(work.message()).orElseThrow();
        try (var raw = WorkContent.of(store, work.message());
                var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            var stored = new StoredEnvelope(scanner.scan(raw, body), body);
            handling.deliver(directory.get(), stored, message, work, report::handled);
        }
    }

    /** Tells the breaker once what came of a piece of work, and lets its lane go on. */
    private final class Report {
        private final Lane lane;
        private boolean made;

        Report(Lane lane) {
            this.lane = lane;
        }

        void well() {
            made = true;
            breaker.succeeded(lane);
            goOn();
        }

        void handled(boolean well) {
            if (well) {
                well();
            } else {
                failed(null, "the handler failed");
            }
        }

        void heard(Transport.@Nullable Result result) {
            if (result instanceof Transport.NotNow notNow && notNow.unwell()) {
                failed(notNow.retryAfter(), notNow.reason());
            } else if (result instanceof Transport.Held held) {
                failed(held.retryAfter(), held.reason());
            } else if (result != null && !(result instanceof Transport.Unsendable)) {
                well();
            }
        }

        private void failed(@Nullable Duration retryAfter, String reason) {
            made = true;
            if (breaker.failed(lane, retryAfter)) {
                LOG.warn("{} is unwell and left alone for a while: {}", lane.name(), reason);
            }
            goOn();
        }

        void end() {
            if (!made) {
                breaker.abandoned(lane);
                goOn();
            }
        }

        private void goOn() {
            var runner = lanes.get(lane);
            if (runner != null) {
                runner.start();
            }
        }
    }
}
