package org.itkserver.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.delivery.Lane;
import org.jspecify.annotations.Nullable;

/**
 * Figures of all nodes. What a call costs does not depend on how many messages there are. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface Figures {
    /** Counting what waits ends here; one more means "more than this". */
    int MOST = 10_000;
    /** Counting documents ends here; the overview waits for it. */
    int MOST_OPEN = 1_000;

    /** Adds to what was counted before. */
    void add(Traffic.Taken counted);

    /** What happened in each hour from a time on, all nodes and partners together. */
    List<Tally> hours(Instant from);

    /** Every partner anything is known of, by id; its dead letters from a time on. */
    List<Seen> partners(Instant from);

    /** Documents that are open now. */
    Open open();

    /** Every lane that holds work. */
    List<Waiting> waiting();

    /** What the database's clock shows. */
    DatabaseClock clock();

    /** Removes hours before a time. */
    void forget(Instant before);

    /**
     * @param in when it last sent us something, null when it never did
     * @param out when it last took something, null when it never did
     */
    record Seen(String partner, @Nullable Instant in, @Nullable Instant out, long deadLetters) {}

    /** Numbers up to {@link #MOST_OPEN}, and one more for anything above. */
    record Open(int inProgress, int overdue, int deadLetters) {}

    /**
     * @param count up to {@link #MOST}, and one more for anything above
     * @param due when the first of it is or was due
     */
    record Waiting(Lane lane, int count, Instant due) {}

    /**
     * @param ahead how much it is ahead of this node's clock, give or take half of {@code took}
     * @param took how long the answer took
     */
    record DatabaseClock(Duration ahead, Duration took) {}
}
