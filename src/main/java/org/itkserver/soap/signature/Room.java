package org.itkserver.soap.signature;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;

/** How many bytes of signed messages are in trees at once: many small messages or one that is as large as allowed. Thread-safe. */
final class Room {
    private static final int UNIT = 1024;
    /** A tree costs something however small the message is. */
    private static final int LEAST = 32;

    private final int all;
    private final Semaphore units;
    private final Duration wait;

    /** @param wait longest wait for a place */
    Room(long bytes, Duration wait) {
        this.all = (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST, (bytes + UNIT - 1) / UNIT));
        this.units = new Semaphore(all, true);
        this.wait = wait;
    }

    /** A place; closed when the tree is not needed any more. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** @throws EnvelopeRejected 2100 when there is no place for it in time */
    Place enter(long bytes) {
        int needed = (int) Math.min(all, Math.max(LEAST, (bytes + UNIT - 1) / UNIT));
        try {
            if (units.tryAcquire(needed, wait.toNanos(), TimeUnit.NANOSECONDS)) {
                return () -> units.release(needed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new EnvelopeRejected(
                ToolkitError.of(ErrorCode.RECOVERABLE, "Too many signed messages are being verified."));
    }
}
