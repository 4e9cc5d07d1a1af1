package org.itkserver.soap;

import java.util.concurrent.Semaphore;

/**
 * How many messages above 1 MiB are received at once. Up to that size the listener has read the whole body before a
 * worker thread sees it; a larger one holds its worker while it arrives, so few may. Thread-safe.
 */
final class BigMessages {
    /** What the listener reads by itself, in bytes (WEB-INF/undertow-handlers.conf). */
    static final long SMALL = 1 << 20;

    private final Semaphore places;

    BigMessages(int atOnce) {
        places = new Semaphore(atOnce);
    }

    /** All places are taken. */
    static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Full() {
            super(null, null, false, false);
        }
    }

    /** A place for one message; closing it gives it back. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param announced Content-Length, negative when unknown, which counts as large
     * @throws Full when all places are taken
     */
    Place enter(long announced) {
        if (announced >= 0 && announced <= SMALL) {
            return () -> {};
        }
        if (!places.tryAcquire()) {
            throw new Full();
        }
        return places::release;
    }
}
