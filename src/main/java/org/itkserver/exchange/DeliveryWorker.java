package org.itkserver.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.MessageBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes due work from the table and runs its handlers. Thread-safe; {@link #runOnce()} is called by one thread.
 */
public final class DeliveryWorker {
    /** How long a claim lasts; longer than any handler's timeout. */
    static final Duration LEASE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);

    private final MessageStore store;
    private final DeliveryQueue queue;
    private final HandlerRun run;
    private final EnvelopeScanner scanner;
    private final Supplier<Directory> directory;
    private final Path spoolFolder;
    private final Executor pool;
    private final Clock clock;
    private final Semaphore places;

    /**
     * @param pool runs handlers
     * @param atOnce most handlers running at once
     */
    public DeliveryWorker(
            MessageStore store,
            DeliveryQueue queue,
            HandlerRun run,
            EnvelopeScanner scanner,
            Supplier<Directory> directory,
            Path spoolFolder,
            Executor pool,
            Clock clock,
            int atOnce) {
        this.store = store;
        this.queue = queue;
        this.run = run;
        this.scanner = scanner;
        this.directory = directory;
        this.spoolFolder = spoolFolder;
        this.pool = pool;
        this.clock = clock;
        this.places = new Semaphore(atOnce);
    }

    /**
     * Claims as much due work as there are free places and starts it.
     *
     * @return how many pieces were started
     */
    public int runOnce() {
        int free = places.drainPermits();
        if (free == 0) {
            return 0;
        }
        List<Delivery> claimed = List.of();
        try {
            claimed = queue.claim(free, clock.instant(), LEASE);
        } finally {
            places.release(free - claimed.size());
        }
        for (var work : claimed) {
            pool.execute(() -> {
                try {
                    deliver(work);
                } finally {
                    places.release();
                }
            });
        }
        return claimed.size();
    }

    private void deliver(Delivery work) {
        try (var raw = store.raw(work.message()).orElseThrow();
                var body = new MessageBody(spoolFolder, Long.MAX_VALUE, -1)) {
            var message = scanner.scan(raw, body);
            run.deliver(directory.get(), new StoredEnvelope(message, body), work);
        } catch (StoreUnavailable e) {
            LOG.warn("message {} could not be settled; it will be tried again when its lease ends", work.message());
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "message {} could not be delivered; it will be tried again when its lease ends", work.message(), e);
        }
    }
}
