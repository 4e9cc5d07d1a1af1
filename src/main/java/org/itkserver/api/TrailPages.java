package org.itkserver.api;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.itkserver.audit.TrailQuery.Stretch;
import org.itkserver.audit.TrailQuery.TrailEvent;

/**
 * Reads the trails of all nodes as one list, page by page, so that nothing is missed and nothing comes twice: by number
 * within a node, between nodes by time. A page that would take too long ends early and says that there is more.
 */
final class TrailPages {
    private static final long STRIDE = 5000;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;

    TrailPages(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Gives the events wanted of a stretch of one node's trail, by number. */
    @FunctionalInterface
    interface Source {
        List<TrailEvent> read(Stretch stretch, int limit);
    }

    /**
     * A page.
     *
     * @param next where the next one begins
     * @param more whether there is something to read there now
     */
    record Page(List<TrailEvent> events, TrailPosition next, boolean more) {}

    /**
     * Reads a page.
     *
     * @param position where it begins
     * @param ends node to the number of the last event wanted
     * @param limit most events
     */
    Page page(TrailPosition position, Map<String, Long> ends, int limit, Source source) {
        long end = nanoTime.getAsLong() + PATIENCE.toNanos();
        var lanes = new ArrayList<Lane>();
        ends.forEach((node, last) -> {
            var lane = new Lane(node, position.seq(node), last);
            do {
                lane.read(source, limit);
            } while (!lane.isRead(limit) && nanoTime.getAsLong() < end);
            lanes.add(lane);
        });
        var events = new ArrayList<TrailEvent>();
        while (events.size() < limit) {
            var first = lanes.stream()
                    .filter(lane -> !lane.events.isEmpty())
                    .min(Comparator.comparing(lane -> lane.events.element().at()));
            if (first.isEmpty()) {
                break;
            }
            events.add(first.get().take());
        }
        var next = new HashMap<>(position.seqs());
        lanes.forEach(lane -> next.put(lane.node, lane.position()));
        return new Page(events, new TrailPosition(next), lanes.stream().anyMatch(Lane::hasMore));
    }

    /** One node's trail. */
    private static final class Lane {
        private final String node;
        private final long last;
        private final Deque<TrailEvent> events = new ArrayDeque<>();
        private long read;
        private long taken;

        Lane(String node, long after, long last) {
            this.node = node;
            this.last = last;
            this.read = after;
            this.taken = after;
        }

        /** Reads on by a stride, or until there are enough events for a page. */
        void read(Source source, int limit) {
            if (read >= last) {
                return;
            }
            long end = Math.min(last, read + STRIDE);
            int wanted = limit - events.size();
            var found = source.read(new Stretch(node, read, end), wanted);
            events.addAll(found);
            read = found.size() == wanted ? found.get(wanted - 1).seq() : end;
        }

        boolean isRead(int limit) {
            return read >= last || events.size() >= limit;
        }

        TrailEvent take() {
            var event = events.remove();
            taken = event.seq();
            return event;
        }

        long position() {
            return events.isEmpty() ? Math.max(read, taken) : taken;
        }

        boolean hasMore() {
            return !events.isEmpty() || read < last;
        }
    }
}
