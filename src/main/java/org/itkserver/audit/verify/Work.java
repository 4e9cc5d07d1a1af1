package org.itkserver.audit.verify;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/** Runs pieces of a check on some threads, a few ahead of who makes them. The first failure ends all. */
final class Work implements AutoCloseable {
    private final ExecutorService threads;
    private final Semaphore places;
    private final int most;
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

    Work(int threads) {
        this.threads = Executors.newFixedThreadPool(threads);
        most = 3 * threads;
        places = new Semaphore(most);
    }

    /** Runs a piece soon; waits while too many wait. */
    void run(Runnable piece) {
        take(1);
        threads.execute(() -> {
            try {
                if (failure.get() == null) {
                    piece.run();
                }
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            } finally {
                places.release();
            }
        });
    }

    /** Waits for everything; throws what a piece threw. */
    void await() {
        take(most);
        places.release(most);
    }

    private void take(int count) {
        try {
            places.acquire(count);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted");
        }
        var failed = failure.get();
        if (failed != null) {
            places.release(count);
            throw failed;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
