package org.itkserver.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.jspecify.annotations.Nullable;

/**
 * Counts what was committed, in memory, until it is taken out to be stored. What a crash finds here is lost, which a chart
 * can bear. Thread-safe.
 */
public final class Traffic implements Consumer<AuditEvent> {
    private static final Map<AuditType, TrafficKind> KINDS = new EnumMap<>(Map.of(
            AuditType.ACCEPTED, TrafficKind.ACCEPTED,
            AuditType.SUBMITTED, TrafficKind.ACCEPTED,
            AuditType.REFUSED, TrafficKind.REFUSED,
            AuditType.SENT, TrafficKind.SENT,
            AuditType.REJECTED, TrafficKind.REJECTED,
            AuditType.DEAD_LETTER, TrafficKind.DEAD_LETTER,
            AuditType.HANDLED, TrafficKind.HANDLED,
            AuditType.ANSWERED, TrafficKind.HANDLED,
            AuditType.INFRASTRUCTURE_ACKED, TrafficKind.ACKED));

    private Map<Slot, long[]> counts = new HashMap<>();
    private Map<String, Instant> in = new HashMap<>();
    private Map<String, Instant> out = new HashMap<>();

    private record Slot(Instant hour, String partner, TrafficKind kind, int bucket) {}

    /**
     * What was counted since the last time.
     *
     * @param in when each partner was last heard
     * @param out when each partner last took something
     */
    public record Taken(List<Tally> tallies, Map<String, Instant> in, Map<String, Instant> out) {
        public boolean isEmpty() {
            return tallies.isEmpty();
        }
    }

    @Override
    public void accept(AuditEvent event) {
        var kind = KINDS.get(event.type());
        if (kind == null) {
            return;
        }
        var hour = event.at().truncatedTo(ChronoUnit.HOURS);
        var partner = event.partner() == null ? "" : event.partner();
        boolean timed = kind == TrafficKind.HANDLED || kind == TrafficKind.ACKED;
        var aside = event.aside();
        var began = aside == null ? null : aside.began();
        if (timed && began == null) {
            return;
        }
        count(new Slot(hour, Tally.ALL, kind, bucket(began, event.at())), 1);
        if (!timed && !partner.isEmpty()) {
            count(new Slot(hour, partner, kind, 0), 1);
        }
        seen(event.type(), partner, event.at());
    }

    private static int bucket(@Nullable Instant began, Instant at) {
        return began == null ? 0 : Latency.bucket(Duration.between(began, at));
    }

    private synchronized void count(Slot slot, long more) {
        counts.computeIfAbsent(slot, s -> new long[1])[0] += more;
    }

    private synchronized void seen(AuditType type, String partner, Instant at) {
        if (type == AuditType.ACCEPTED) {
            in.merge(partner, at, Traffic::later);
        } else if (type == AuditType.SENT) {
            out.merge(partner, at, Traffic::later);
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Takes out what was counted. */
    public synchronized Taken take() {
        var tallies = counts.entrySet().stream()
                .map(e -> new Tally(
                        e.getKey().hour(),
                        e.getKey().partner(),
                        e.getKey().kind(),
                        e.getKey().bucket(),
                        e.getValue()[0]))
                .toList();
        var taken = new Taken(tallies, in, out);
        counts = new HashMap<>();
        in = new HashMap<>();
        out = new HashMap<>();
        return taken;
    }

    /** Puts back what could not be stored. */
    public synchronized void putBack(Taken taken) {
        taken.tallies().forEach(t -> count(new Slot(t.hour(), t.partner(), t.kind(), t.bucket()), t.count()));
        taken.in().forEach((partner, at) -> in.merge(partner, at, Traffic::later));
        taken.out().forEach((partner, at) -> out.merge(partner, at, Traffic::later));
    }
}
