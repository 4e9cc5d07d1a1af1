package org.itkserver.exchange;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where bulk resends are kept: many messages that a person has sent again, a few each second. One runs at a time, on one node
 * at a time; it survives a restart. Thread-safe. All methods throw {@link org.itkserver.audit.StoreUnavailable} when the
 * database is away.
 */
public interface BulkJobs {

    /** Where a bulk resend is. The labels are stored; they are never renamed. */
    enum State {
        /** Some of its messages are left. */
        RUNNING,
        /** A person stopped it; what is left stays as it is. */
        STOPPED,
        /** It is through. */
        DONE;

        /** As stored: lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException for a label of no state */
        public static State ofLabel(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * A bulk resend.
     *
     * @param id from {@link MessageStore#nextId()}
     * @param startedBy who started it
     * @param source network address of that person
     * @param reason why
     * @param rate most messages in a second
     * @param total how many messages there are
     * @param endedBy who stopped it; {@code server} when it came to its end; null while it runs
     * @param endedAt when; null while it runs
     */
    record Job(
            long id,
            State state,
            String startedBy,
            String source,
            String reason,
            Instant startedAt,
            int rate,
            int total,
            @Nullable String endedBy,
            @Nullable Instant endedAt) {}

    /** A message whose turn it was not yet. */
    record Left(int position, long message) {}

    /**
     * How far a bulk resend is.
     *
     * @param resent messages that are on their way again, or were
     * @param skipped how many were not sent again, by reason
     * @param left how many are left
     */
    record Progress(int resent, Map<String, Integer> skipped, int left) {
        public Progress {
            skipped = Map.copyOf(skipped);
        }
    }

    /**
     * Keeps a new running job with its messages, in order.
     *
     * @return false when another one runs; nothing was kept then
     */
    boolean start(Job job, List<Long> messages);

    /** One job. */
    Optional<Job> job(long id);

    /** The newest jobs, newest first. */
    List<Job> newest(int limit);

    /** How far a job is. */
    Progress progress(long id);

    /** The running job, if there is one and no other node works on it; from now on this node does, for as long as the lease. */
    Optional<Job> claim(Instant now, Duration lease);

    /** The next messages of a job, in order. */
    List<Left> left(long job, int most);

    /** Notes that a message is not sent again; without effect when its turn is over already. */
    void skip(Repair.Item item, String reason);

    /**
     * Ends a running job.
     *
     * @param state how it ends
     * @return false when it does not run any more
     */
    boolean end(long job, State state, String by, Instant at);
}
