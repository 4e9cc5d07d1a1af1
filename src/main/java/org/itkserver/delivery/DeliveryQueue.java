package org.itkserver.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.itkserver.io.InHand;
import org.jspecify.annotations.Nullable;

/**
 * The table of work. Thread-safe; any number of nodes share it. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface DeliveryQueue {
    /** So many lost attempts make a suspect; one may happen to anything. */
    int SUSPECT = InHand.SUSPECT;
    /** So many recorded deaths in a row with a piece in hand, and it counts as lost too often; one makes a suspect. */
    int DEATHS = 2;

    /** The lanes of these kinds that hold work, due or not. */
    List<Lane> lanes(List<Lane.Kind> kinds);

    /**
     * Claims work of a lane that is due, leased to nobody, and no suspect: raises its attempt number and leases it to this
     * node, durably, before it returns. Work whose earlier lease ran out counts one more lost attempt.
     *
     * @param most most pieces
     * @param now the time
     * @param lease how long nobody else may claim them
     */
    List<Delivery> claim(Lane lane, int most, Instant now, Duration lease);

    /**
     * Claims one suspect of a lane: due work that {@value #SUSPECT} attempts or more were lost on, because their lease ran
     * out or their node was started again, or that was in hand at a recorded death. It may be what ended those processes, so it is claimed and done alone.
     *
     * @return empty when there is none; otherwise the lost attempts include the one just found
     */
    Optional<Delivery> claimSuspect(Lane lane, Instant now, Duration lease);

    /**
     * Takes messages from a queue: they are not seen again until the timeout, and come back unless they are confirmed.
     *
     * @param queue name of the queue
     * @param service only messages of this service; null for all
     * @param most most messages
     */
    List<Delivery> collect(String queue, @Nullable String service, int most, Instant now, Duration timeout);

    /**
     * Claims the synchronous request of one message for another try, if no other attempt has it.
     *
     * @return the new attempt, with the attempts that were lost before it; empty when another attempt has it or there is nothing
     *     left to do. Its lane has no name
     */
    Optional<Delivery> reclaim(long message, Instant now, Duration lease);

    /** Gives back work that this node claimed and did not start; its attempt does not count. */
    void release(List<Delivery> unstarted);

    /** Gives back work that cannot be done yet, until a time; its attempt does not count. */
    void postpone(Delivery work, Instant due);

    /**
     * Makes what an earlier run of this node had claimed claimable again. Called once at start. One attempt was lost; when the
     * process recorded its death, that counts as one of {@value #DEATHS} deaths, until an attempt ends.
     *
     * @param fatal whether the earlier run recorded that it ended with exit code 70
     */
    void releaseOwn(boolean fatal);
}
