package org.itkserver.clock;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the database knows about time. Thread-safe. All methods throw {@link org.itkserver.audit.StoreUnavailable} when the
 * database is away.
 */
public interface ClockStore {

    /** Whether the database has a clock of its own; the embedded database has the node's. */
    boolean isIndependent();

    /** What the database's clock says. */
    Instant databaseTime();

    /** What is known from before. */
    Known known();

    /**
     * What is known from before.
     *
     * @param trusted newest time at which a node found its clock right; null when none ever did
     * @param newestEvent time of the newest audit event, null when there is none
     * @param confirmation number of the newest confirmation by a person, 0 when there is none; they rise
     */
    record Known(@Nullable Instant trusted, @Nullable Instant newestEvent, long confirmation) {}

    /** Number of the newest confirmation by a person, 0 when there is none. */
    long confirmation();

    /** Notes that a node finds its clock right. */
    void trust(Instant now);

    /**
     * Notes a stretch of wrong times, or widens one that this node noted before.
     *
     * @param number of the stretch, 0 for a new one
     * @return its number
     */
    long note(long number, WrongTimes times);

    /** Every stretch that was noted. */
    List<WrongTimes> wrongTimes();

    /**
     * Moves waits that begin in the future, because the clock was set back meanwhile: each begins now and is as long as it
     * was. Waits of what another node works on are left.
     *
     * @return how many were moved
     */
    int moveWaits(Instant now);

    /** Keeps claims alive across a clock that was set forward: those that end between the two times end as much later. */
    void moveLeases(Instant from, Instant to);
}
