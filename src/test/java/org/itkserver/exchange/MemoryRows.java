package org.itkserver.exchange;

import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The messages of {@link MemoryStore}, which guards them, and the moves they make. */
final class MemoryRows {
    private final Map<Long, MemoryRow> rows = new TreeMap<>();
    private final Clock clock;

    MemoryRows(Clock clock) {
        this.clock = clock;
    }

    void add(MemoryRow row) {
        rows.put(row.message.id(), row);
    }

    Optional<MemoryRow> find(long id) {
        return Optional.ofNullable(rows.get(id));
    }

    Optional<MemoryRow> find(String partner, String trackingId) {
        return rows.values().stream()
                .filter(row -> row.inbound
                        && row.message.partner().equals(partner)
                        && row.message.trackingId().equals(trackingId))
                .findFirst();
    }

    List<MessageRecord> records(Predicate<MemoryRow> wanted) {
        return rows.values().stream().filter(wanted).map(row -> row.message).toList();
    }

    boolean isTaken(List<OutboundMessage> out) {
        var keys = new HashSet<String>();
        records(row -> !row.inbound).forEach(m -> keys.add(m.partner() + ' ' + m.trackingId()));
        return out.stream().anyMatch(m -> !keys.add(m.partner() + ' ' + m.trackingId()));
    }

    boolean decide(Change.@Nullable Decision decision) {
        if (decision == null) {
            return true;
        }
        var row = rows.get(decision.message());
        if (row == null || !row.inbound || row.message.outcome() != null) {
            return false;
        }
        row.decided(decision.outcome());
        return true;
    }

    boolean isSentBefore(long id, Instant time) {
        var row = rows.get(id);
        var last = row == null ? null : row.message.settledAt();
        return row != null && (last == null || last.isBefore(time));
    }

    /** Moves a message to send, if it is in one of these states. */
    void moveOut(long id, Set<MessageState> from, MessageState to, @Nullable String reason) {
        var row = rows.get(id);
        if (row != null && !row.inbound && from.contains(row.message.state())) {
            row.moved(to, clock.instant(), reason);
        }
    }

    /** The end of sending; an acknowledgement that came before it stays. */
    void sent(long id, MessageState state, @Nullable String reason) {
        var row = rows.get(id);
        var before = row.message.state();
        row.moved(before == MessageState.ACCEPTED ? state : before, clock.instant(), reason);
    }

    /** A message is handled when its last work and forward are; a bad end of any is final at once. */
    void received(Settlement s, long id, MessageState state, boolean workIsDone) {
        var row = rows.get(id);
        boolean open = row.message.state() == MessageState.ACCEPTED || row.message.state() == MessageState.HANDLED;
        boolean last =
                workIsDone && records(r -> isWaitingForward(r.message, id)).isEmpty();
        if (open && (last || state != MessageState.HANDLED)) {
            row.moved(state, clock.instant(), s.reason());
            row.answer = s.answer() == null ? row.answer : s.answer();
            row.errorId = s.errorId();
        }
    }

    private static boolean isWaitingForward(MessageRecord message, long origin) {
        return message.kind() == MessageKind.FORWARD
                && message.state() == MessageState.ACCEPTED
                && Long.valueOf(origin).equals(message.origin());
    }
}
