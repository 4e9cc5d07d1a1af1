package org.itkserver.store;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.itkserver.audit.StoreBusy;

/** Waits on the caller's thread for what cannot be waited for on the committer's. */
final class Patience {
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMillis(20);

    private Patience() {}

    /**
     * Tries again while something is locked.
     *
     * @throws StoreBusy when it stays locked for too long
     */
    static boolean whileBusy(BooleanSupplier work) {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            try {
                return work.getAsBoolean();
            } catch (StoreBusy e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
    }
}
