package org.itkserver.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Breaker;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes due work from the table, lane by lane, and does it. Thread-safe; {@link #runOnce()} is called by one thread.
 */
public final class DeliveryWorker {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);
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

    /**
     * @param pool runs the work; never rejects
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
     * Claims as much due work of each lane as may run now, and starts it.
     *
     * @return how many pieces were started
     */
    public int runOnce() {
        int started = 0;
        for (var lane : queue.lanes(KINDS)) {
            int free = breaker.free(lane);
            if (free > 0) {
                started += start(lane, queue.claim(lane, free, clock.instant(), lease));
            }
        }
        return started;
    }

    private int start(Lane lane, List<Delivery> claimed) {
        if (!claimed.isEmpty()) {
            breaker.started(lane, claimed.size());
            claimed.forEach(work -> pool.execute(() -> run(work)));
        }
        return claimed.size();
    }

    private void run(Delivery work) {
        var lane = work.lane();
        boolean reported = false;
        try {
            switch (lane.kind()) {
                case HANDLE -> handled(work);
                case SEND -> sent(work);
                case EXPIRE -> {
                    expiry.look(work);
                    breaker.succeeded(lane);
                }
                case SYNC, QUEUE -> throw new IllegalStateException("not a worker's");
            }
            reported = true;
        } catch (StoreUnavailable e) {
            LOG.warn("message {} could not be settled; it will be tried again when its lease ends", work.message());
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "message {} could not be worked on; it will be tried again when its lease ends", work.message(), e);
        } finally {
            if (!reported) {
                breaker.abandoned(lane);
            }
            freed.run();
        }
    }

    private void handled(Delivery work) throws IOException {
        var message = store.message(work.message()).orElseThrow();
        try (var raw = store.raw(work.message()).orElseThrow();
                var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            var stored = new StoredEnvelope(scanner.scan(raw, body), body);
            if (handling.deliver(directory.get(), stored, message, work)) {
                breaker.succeeded(work.lane());
            } else {
                breaker.failed(work.lane(), null);
            }
        }
    }

    private void sent(Delivery work) throws IOException {
        var result = sending.send(work);
        if (result instanceof Transport.NotNow notNow && notNow.unwell()) {
            if (breaker.failed(work.lane(), notNow.retryAfter())) {
                LOG.warn(
                        "{} is unwell and left alone for a while: {}",
                        work.lane().name(),
                        notNow.reason());
            }
        } else {
            breaker.succeeded(work.lane());
        }
    }
}
