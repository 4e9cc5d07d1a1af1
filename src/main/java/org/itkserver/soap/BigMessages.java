package org.itkserver.soap;

import java.util.concurrent.Semaphore;
import org.itkserver.envelope.MessageBody;

/**
 * How many messages above 1 MiB are received at once. Up to that size the listener has read the whole body before a
 * worker thread sees it; a larger one holds its worker while it arrives, so few may. Thread-safe.
 */
final class BigMessages {
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

    /** One message's place; taken when it proves to be large, given back by {@link #close()}. One thread. */
    final class Place implements AutoCloseable {
        private boolean taken;

        /** @throws Full when all places are taken */
        void take() {
            if (!taken && !places.tryAcquire()) {
                throw new Full();
            }
            taken = true;
        }

        @Override
        public void close() {
            if (taken) {
                places.release();
            }
        }
    }

    /**
     * @param announced Content-Length, negative when unknown: then it is large when more than 1 MiB has arrived
     * @throws Full when it is announced as large and all places are taken
     */
    Place place(long announced) {
        var place = new Place();
        if (announced > MessageBody.IN_MEMORY) {
            place.take();
        }
        return place;
    }
}
