package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import org.itkserver.audit.StoreUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles, and keeps at it while the database is away: what a handler or a peer has done already should not be done again
 * because of that. Thread-safe.
 */
public final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private final MessageStore store;
    private final Clock clock;
    private final Duration longest;
    private final Runnable pause;

    /**
     * @param longest how long to keep at it; less than a claim lasts
     * @param pause waits a moment between two tries
     */
    public Settler(MessageStore store, Clock clock, Duration longest, Runnable pause) {
        this.store = store;
        this.clock = clock;
        this.longest = longest;
        this.pause = pause;
    }

    /**
     * As {@link MessageStore#settle}.
     *
     * @throws StoreUnavailable when it could not be made durable in all that time
     */
    boolean settle(Settlement settlement) {
        return settle(settlement, () -> {});
    }

    /**
     * The same for somebody who waits for it.
     *
     * @param failed called when the first try fails
     */
    boolean settle(Settlement settlement, Runnable failed) {
        boolean first = true;
        var end = clock.instant().plus(longest);
        while (true) {
            try {
                return store.settle(settlement);
            } catch (StoreUnavailable e) {
                if (clock.instant().isAfter(end)) {
                    throw e;
                }
                if (first) {
                    failed.run();
                    first = false;
                }
                // an interrupt would make every further try fail at once
                Thread.interrupted();
                LOG.debug("message {} is settled later: {}", settlement.work().message(), e.getMessage());
                pause.run();
            }
        }
    }
}
