package org.itkserver.retention;

import java.time.Instant;
import java.util.List;
import org.itkserver.clock.ClockStatus;
import org.itkserver.directory.Retention;

/**
 * What people see of retention and do about it. The periods in force are in the directory
 * ({@link org.itkserver.directory.Directory#retention(String)}). What a person does is audited here, in the name given; looking
 * is not, so whoever exports proofs or lists holds audits that itself. Cheap enough for a page: nothing reads a table through,
 * and {@link #sizes()} and {@link #due()} are up to a minute old. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface RetentionDesk {

    /**
     * Who does something.
     *
     * @param person as in the audit trail
     * @param source network address
     */
    record By(String person, String source) {}

    /** What came of it. */
    sealed interface Result {
        /**
         * It is done, durably.
         *
         * @param id number of the hold; of a run 0
         */
        record Done(long id) implements Result {}

        /**
         * Nothing was changed.
         *
         * @param why a sentence without its full stop
         */
        record Refused(String why) implements Result {}
    }

    /** How much room everything takes. */
    Sizes sizes();

    /** What the next run will destroy, counted up to a bound. */
    Due due();

    /** The newest runs, newest first; the first may still run. */
    List<Run> runs(int limit);

    /** Has a run begin within seconds; refused while one runs or is asked for already. */
    Result runNow(By by);

    /** When the next run begins by itself. */
    Instant nextRun();

    /** The holds that are set, newest first. */
    List<Hold> holds();

    /** The newest holds, lifted ones too, newest first. */
    List<Hold> newestHolds(int limit);

    /**
     * Sets a hold. A batch that was chosen a moment before is still destroyed; of what the hold covers, nothing is chosen from
     * then on.
     *
     * @param reason not blank, at most {@value Hold#TEXT} characters; nothing about a patient
     * @param reference not blank, at most {@value Hold#TEXT} characters; nothing about a patient
     */
    Result setHold(Hold.What what, String reason, String reference, By by);

    /**
     * Lifts a hold; its row stays.
     *
     * @param reason not blank, at most {@value Hold#TEXT} characters
     */
    Result liftHold(long id, String reason, By by);

    /**
     * Proofs of a time, by the numbers of their batches.
     *
     * @param from earliest time of their events
     * @param to the time before which their events must be
     * @param after only those with a higher number; 0 for the first
     * @param most how many at the most
     */
    List<Proof> proofs(Instant from, Instant to, long after, int most);

    /** The messages of a batch, by id; none for a number that no batch has. */
    List<Proof.Leaf> leaves(long batch);

    /** Whether this node's clock can be believed; while it cannot, nothing is destroyed. */
    ClockStatus clock();

    /**
     * Confirms that the time is right now, so that destruction continues.
     *
     * @param compared what the clock was compared with; not blank, at most {@value Hold#TEXT} characters
     */
    Result confirmTime(String compared, By by);

    /** The periods that hold for a service now. */
    Retention policy(String service);
}
