package org.itkserver.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses and destroys. One node at a time holds the claim; every step checks it in its own transaction, so that a node which
 * froze and lost it changes nothing. At most one batch is open. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface PurgeStore {

    /**
     * The right to destroy.
     *
     * @param fence rises with every claim
     * @param run the run it is for
     */
    record Claim(long fence, long run) {}

    /** Somebody else has the claim by now. Nothing was changed. */
    final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Lost() {
            super("another node destroys now", null, false, false);
        }
    }

    /**
     * Chosen messages, in the order of their ids.
     *
     * @param id its number; they rise and none is used twice
     * @param services their services, by name, separated by a space
     * @param root over all of them ({@link org.itkserver.audit.PurgeLeaf})
     * @param chosenAt when; also the time of its event
     */
    record Batch(
            long id,
            Purge kind,
            int messages,
            long bytes,
            String services,
            Instant receivedFrom,
            Instant receivedTo,
            byte[] root,
            Instant chosenAt) {}

    /**
     * How far a walk is.
     *
     * @param after messages are looked at from here on; null at the beginning of the walk over rows
     * @param id the id after which they are
     */
    record Place(@Nullable Instant after, long id) {
        /** The beginning. */
        public static final Place START = new Place(null, Long.MIN_VALUE);
    }

    /**
     * What was found.
     *
     * @param batch what was chosen, null for nothing
     * @param next where to go on
     * @param end whether the walk is over
     */
    record Choice(@Nullable Batch batch, Place next, boolean end) {}

    /**
     * How much a batch holds.
     *
     * @param messages most messages
     * @param bytes most stored bytes; a single message may have more
     */
    record Limits(int messages, long bytes) {}

    /**
     * Claims the right when a run is open, asked for or due, and no other node has it. The very first run is due an interval
     * after the first call. A claim that this node has already is renewed under a new fence.
     *
     * @param interval from the beginning of one run to the next
     * @param lease how long a node that went away keeps it
     * @return empty when there is nothing to do here
     */
    Optional<Claim> claim(Instant now, Duration interval, Duration lease);

    /** Asks for a run; false when one is open or asked for already. */
    boolean ask(String by);

    /** When the last run began, empty before the first. */
    Optional<Instant> lastBegan();

    /** Keeps the claim for longer. */
    void keep(Claim claim, Instant now, Duration lease);

    /** The batch that was chosen and neither released nor destroyed. */
    Optional<Batch> open(Claim claim);

    /**
     * Looks at some messages and chooses those that are due: ended, needed by nothing, not held. Their rows are marked and
     * their leaves kept in the same transaction.
     */
    Choice choose(Claim claim, Purge kind, Terms terms, Place from, Limits limits);

    /** Whether the audit trail tells of a batch. */
    boolean isTold(Batch batch);

    /** Gives the messages of a batch back. */
    void release(Claim claim, Batch batch);

    /** Destroys the messages of a batch. */
    void destroy(Claim claim, Batch batch, Instant at);

    /** Ends the run and gives the claim back. */
    void end(Claim claim, Instant at);
}
