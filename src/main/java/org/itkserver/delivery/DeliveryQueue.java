package org.itkserver.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The table of work. Thread-safe; any number of nodes share it. */
public interface DeliveryQueue {

    /**
     * Claims work that is due and not leased to anybody: raises its attempt number and leases it to this node, durably,
     * before it returns.
     *
     * @param most most pieces
     * @param now the time
     * @param lease how long nobody else may claim them
     * @throws org.itkserver.audit.StoreUnavailable when the database is away
     */
    List<Delivery> claim(int most, Instant now, Duration lease);

    /**
     * Claims the synchronous request of one message for another try, if nobody has it.
     *
     * @return the new attempt number, or 0 when somebody else has it or there is nothing left to do
     */
    int reclaim(long message, Instant now, Duration lease);

    /** Makes what an earlier run of this node had claimed claimable again. Called once at start. */
    void releaseOwn();
}
