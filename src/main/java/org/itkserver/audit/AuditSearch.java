package org.itkserver.audit;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/**
 * The events of all nodes, newest first, as people look for them. A call examines some thousand events at most, so that no
 * filter is slow on any trail; what it did not reach is offered as a place to go on. Thread-safe. All methods throw
 * {@link StoreUnavailable} when the database is away.
 */
public interface AuditSearch {

    /**
     * Some events.
     *
     * @param after where an earlier call ended, null to begin with the newest
     * @param most most events
     */
    Found find(Filter filter, @Nullable Position after, int most);

    /** How far each node's trail is sealed, by node. */
    List<Sealing> sealing();

    /**
     * Which events; null means any.
     *
     * @param message id of the message's row
     * @param errors only those with an error code
     * @param from earliest time
     * @param to latest time
     */
    record Filter(
            @Nullable String type,
            @Nullable String actor,
            @Nullable String partner,
            @Nullable String trackingId,
            @Nullable Long message,
            boolean errors,
            Instant from,
            Instant to) {

        /** The same for events of every tracking id. */
        public Filter withoutTrackingId() {
            return new Filter(type, actor, partner, null, message, errors, from, to);
        }

        /** Whether an event is one of them. */
        public boolean matches(TrailEvent event) {
            return isOrAny(type, event.type())
                    && isOrAny(actor, event.actor())
                    && isOrAny(partner, event.partner())
                    && isOrAny(trackingId, event.trackingId())
                    && (message == null || message.equals(event.message()))
                    && (!errors || event.errorCode() != null)
                    && !event.at().isBefore(from)
                    && !event.at().isAfter(to);
        }

        private static boolean isOrAny(@Nullable String wanted, @Nullable String value) {
            return wanted == null || wanted.equals(value);
        }
    }

    /** A place in the order: newest first, and by node and number where times are equal. */
    record Position(Instant at, String node, long seq) {
        private static final Comparator<Position> ORDER = Comparator.comparing(Position::at)
                .thenComparing(Position::node)
                .thenComparing(Position::seq)
                .reversed();

        public static Position of(TrailEvent event) {
            return new Position(event.at(), event.node(), event.seq());
        }

        /** Whether this comes later in a list, so is older. */
        public boolean isAfter(Position other) {
            return ORDER.compare(this, other) > 0;
        }

        /** As one text. */
        public String text() {
            return at + "_" + seq + "_" + node;
        }

        /** The place in such a text, empty when it is none. */
        public static Optional<Position> parse(String text) {
            var parts = text.split("_", 3);
            if (parts.length < 3 || !parts[1].matches("[0-9]{1,18}")) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Position(Instant.parse(parts[0]), parts[2], Long.parseLong(parts[1])));
            } catch (java.time.DateTimeException e) {
                return Optional.empty();
            }
        }
    }

    /**
     * What was found.
     *
     * @param next where to go on, null when there is nothing further back
     * @param reached time of the last event that was examined, null when none was
     */
    record Found(List<TrailEvent> events, @Nullable Position next, @Nullable Instant reached) {
        public Found {
            events = List.copyOf(events);
        }
    }

    /**
     * A node's seals.
     *
     * @param last the last one, null when there is none
     * @param rows how many rows it does not cover
     * @param waiting time of the first of them, null when there is none
     */
    record Sealing(String node, @Nullable Seal last, long rows, @Nullable Instant waiting) {

        /** Whether rows wait for longer than a running server lets them. */
        public boolean isBehind(Instant now) {
            return waiting != null && waiting.isBefore(now.minusSeconds(10));
        }
    }
}
