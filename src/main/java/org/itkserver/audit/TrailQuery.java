package org.itkserver.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The trail as each node wrote it. A node's numbers have no gaps and rise with its commits, so whoever remembers the last
 * number read of every node misses nothing, however many nodes there are and whatever their clocks say; times and row ids
 * do not give that. Thread-safe. All methods throw {@link StoreUnavailable} when the database is away.
 */
public interface TrailQuery {

    /** Every node that ever wrote an event, with the number of its last one. */
    Map<String, Long> ends();

    /**
     * A number of this node before which its events are older than a time. Times rise with the numbers but for small
     * disorder, so some later events may be older too.
     *
     * @return 0 when no event is older
     */
    long before(String node, Instant time);

    /**
     * Events of a stretch, by number.
     *
     * @param limit most rows
     */
    List<TrailEvent> events(Stretch stretch, Filter filter, int limit);

    /**
     * As {@link #events}, only the acceptances of messages that lie in the inbox.
     *
     * @param limit most rows
     */
    List<TrailEvent> arrivals(Stretch stretch, int limit);

    /** Every event of the stored messages with this tracking id, by time. */
    List<TrailEvent> eventsOf(String trackingId);

    /**
     * Part of a node's trail.
     *
     * @param after the number before the first
     * @param last the last number
     */
    record Stretch(String node, long after, long last) {}

    /**
     * Which events.
     *
     * @param type label of the type, null for all
     * @param from earliest time
     * @param to the time before which they must be
     */
    record Filter(@Nullable String type, Instant from, Instant to) {
        /** Earlier than every event. */
        public static final Instant BEGIN = Instant.EPOCH;
        /** Later than every event. */
        public static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

        /** Whether an event is one of them. */
        public boolean matches(TrailEvent event) {
            return (type == null || type.equals(event.type()))
                    && !event.at().isBefore(from)
                    && event.at().isBefore(to);
        }
    }

    /**
     * An event.
     *
     * @param node node that wrote it
     * @param seq its number there
     * @param message id of the message's row, null when it is about no stored message
     */
    record TrailEvent(
            String node,
            long seq,
            Instant at,
            String type,
            @Nullable Long message,
            @Nullable String trackingId,
            @Nullable String partner,
            @Nullable String service,
            String actor,
            @Nullable String source,
            @Nullable String errorCode,
            @Nullable String errorId,
            String detail) {}
}
