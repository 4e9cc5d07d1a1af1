package org.itkserver.boot;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Rung by any thread to end another's wait; a ring that nobody waits for ends the next wait. */
final class Bell {
    private final Semaphore rings = new Semaphore(0);

    void ring() {
        rings.release();
    }

    /** Waits for a ring, and no longer than a time. */
    void await(Duration most) {
        try {
            rings.tryAcquire(1, most.toMillis(), TimeUnit.MILLISECONDS);
            rings.drainPermits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
