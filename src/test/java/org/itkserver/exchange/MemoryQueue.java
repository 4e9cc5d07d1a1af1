package org.itkserver.exchange;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.jspecify.annotations.Nullable;

/** The table of work of {@link MemoryStore}, which guards it. */
final class MemoryQueue {
    private static final String NODE = "memory";
    private static final Lane EXPIRY = new Lane(Lane.Kind.EXPIRE, "acknowledgements");

    private final List<Work> work = new ArrayList<>();
    private final List<Delivery> dead = new ArrayList<>();

    private final List<Mark> marks = new ArrayList<>();

    /** A deadline that made a message overdue. */
    private record Mark(Work work, MessageState state) {}

    private static final class Work {
        final long message;
        final int number;
        final Lane lane;
        Instant due;
        int attempt;
        int lost;
        int earlier;
        int deaths;

        @Nullable
        String claimedBy;

        @Nullable
        Instant leaseUntil;

        Work(long message, int number, Lane lane, Instant due) {
            this.message = message;
            this.number = number;
            this.lane = lane;
            this.due = due;
        }

        int lostByNow() {
            int by = lost + (claimedBy == null ? 0 : 1);
            return deaths < DeliveryQueue.DEATHS ? by : Math.max(by, RetrySchedule.LOST);
        }

        boolean isSuspect() {
            return deaths > 0 || lostByNow() >= DeliveryQueue.SUSPECT;
        }

        boolean isFree(Instant now) {
            return leaseUntil == null || leaseUntil.isBefore(now);
        }

        Delivery claim(Instant until) {
            attempt++;
            lost = lostByNow();
            claimedBy = NODE;
            leaseUntil = until;
            return new Delivery(message, number, lane, attempt, lost, earlier);
        }

        void free() {
            claimedBy = null;
            leaseUntil = null;
        }
    }

    void add(Acceptance m) {
        var lease = m.lease();
        for (int i = 0; i < m.work().size(); i++) {
            if (lease == null) {
                var lane = new Lane(Lane.Kind.HANDLE, m.work().get(i));
                work.add(new Work(m.id(), i, lane, m.receivedAt()));
            } else {
                var piece = new Work(m.id(), i, new Lane(Lane.Kind.SYNC, ""), m.receivedAt());
                piece.claim(m.receivedAt().plus(lease));
                work.add(piece);
            }
        }
    }

    void add(OutboundMessage m) {
        var lane = m.lane();
        if (lane == null) {
            return;
        }
        work.add(new Work(m.id(), OutboundMessage.SEND, lane, m.createdAt()));
        if (m.infAckDue() != null) {
            work.add(new Work(m.id(), OutboundMessage.INF_ACK_DUE, EXPIRY, m.infAckDue()));
        }
        if (m.ackDue() != null) {
            work.add(new Work(m.id(), OutboundMessage.ACK_DUE, EXPIRY, m.ackDue()));
        }
    }

    void resend(Change.Resend resend) {
        if (work.stream().noneMatch(w -> w.message == resend.message() && w.number == OutboundMessage.SEND)) {
            work.add(new Work(resend.message(), OutboundMessage.SEND, resend.lane(), resend.due()));
        }
    }

    /** Ends waiting for acknowledgements. */
    void answered(long message, List<Integer> numbers) {
        work.removeIf(w -> w.message == message && w.lane.kind() == Lane.Kind.EXPIRE && numbers.contains(w.number));
    }

    /** Keeps the deadline that makes a message overdue. */
    void mark(Delivery claimed, MessageState state) {
        mine(claimed).ifPresent(w -> marks.add(new Mark(w, state)));
    }

    List<Long> overdueBefore(Instant now) {
        return marks.stream()
                .filter(mark -> mark.work().due.isAfter(now))
                .map(mark -> mark.work().message)
                .distinct()
                .toList();
    }

    /** Has the deadlines of a message wait again; the state before, empty when there are none. */
    Optional<MessageState> unmark(long message) {
        var mine = marks.stream().filter(mark -> mark.work().message == message).toList();
        mine.forEach(mark -> {
            mark.work().free();
            work.add(mark.work());
        });
        marks.removeAll(mine);
        return mine.stream()
                .findFirst()
                .map(mark -> isSending(message)
                        ? MessageState.ACCEPTED
                        : mark.state() == MessageState.ACCEPTED ? MessageState.SENT : mark.state());
    }

    /** Keeps work that ended badly. */
    void keepDead(Delivery ended) {
        if (ended.lane().kind() == Lane.Kind.HANDLE || ended.lane().kind() == Lane.Kind.SEND) {
            dead.removeIf(d -> d.message() == ended.message() && d.number() == ended.number());
            dead.add(ended);
        }
    }

    boolean hasDead(long message) {
        return dead.stream().anyMatch(d -> d.message() == message);
    }

    Remaining remaining(long message, boolean seen) {
        var open = work.stream()
                .filter(w -> w.message == message && w.lane.kind() != Lane.Kind.EXPIRE)
                .toList();
        var claimed = open.stream()
                .map(w -> w.leaseUntil)
                .filter(until -> until != null)
                .max(Comparator.naturalOrder());
        boolean refused =
                dead.stream().anyMatch(d -> d.message() == message && d.lane().kind() == Lane.Kind.HANDLE);
        return new Remaining(!open.isEmpty(), claimed.orElse(null), refused, seen);
    }

    boolean isSending(long message) {
        return work.stream().anyMatch(w -> w.message == message && w.number == OutboundMessage.SEND);
    }

    /** Sends again what is to be sent again. */
    void resend(Repair.Resend resend, Instant now) {
        long id = resend.message();
        int attempts = dead.stream()
                .filter(d -> d.message() == id && d.number() == OutboundMessage.SEND)
                .mapToInt(Delivery::attempt)
                .findFirst()
                .orElse(0);
        again(id, OutboundMessage.SEND, resend.lane(), now, attempts);
        dead.removeIf(d -> d.message() == id);
        work.removeIf(w -> w.message == id && w.lane.kind() == Lane.Kind.EXPIRE);
        if (resend.infAckDue() != null) {
            work.add(new Work(id, OutboundMessage.INF_ACK_DUE, EXPIRY, resend.infAckDue()));
        }
        if (resend.ackDue() != null) {
            work.add(new Work(id, OutboundMessage.ACK_DUE, EXPIRY, resend.ackDue()));
        }
    }

    /** Has work that ended badly done again. */
    void retry(long message, Instant now) {
        dead.stream()
                .filter(d -> d.message() == message)
                .forEach(d -> again(message, d.number(), d.lane(), now, d.attempt()));
        dead.removeIf(d -> d.message() == message);
    }

    private void again(long message, int number, Lane lane, Instant due, int attempts) {
        var piece = new Work(message, number, lane, due);
        piece.attempt = attempts;
        piece.earlier = attempts;
        work.add(piece);
    }

    /** Ends all work of a message; it can be done again. */
    void giveUp(long message) {
        work.stream()
                .filter(w -> w.message == message)
                .map(w -> new Delivery(message, w.number, w.lane, w.attempt, w.lost))
                .forEach(this::keepDead);
        work.removeIf(w -> w.message == message);
    }

    boolean isEmpty(long message) {
        return work.stream().noneMatch(w -> w.message == message);
    }

    /** Ends work, if it is still the claimer's; whoever confirms has the message, even late. */
    boolean end(Delivery claimed) {
        if (claimed.lane().kind() == Lane.Kind.QUEUE) {
            return work.removeIf(w ->
                    w.message == claimed.message() && w.number == claimed.number() && w.lane.equals(claimed.lane()));
        }
        return mine(claimed).map(work::remove).orElse(false);
    }

    /** Hands work back, if it is still the claimer's. */
    boolean again(Delivery claimed, Instant due) {
        var mine = mine(claimed);
        mine.ifPresent(w -> {
            w.due = due;
            w.deaths = 0;
            w.free();
        });
        return mine.isPresent();
    }

    private Optional<Work> mine(Delivery claimed) {
        return work.stream()
                .filter(w -> w.message == claimed.message()
                        && w.number == claimed.number()
                        && w.attempt == claimed.attempt()
                        && NODE.equals(w.claimedBy))
                .findFirst();
    }

    List<Lane> lanes(List<Lane.Kind> kinds) {
        return work.stream()
                .map(w -> w.lane)
                .filter(lane -> kinds.contains(lane.kind()))
                .distinct()
                .sorted(Comparator.comparing((Lane lane) -> kinds.indexOf(lane.kind()))
                        .thenComparing(Lane::name))
                .toList();
    }

    /** What waits in a queue. */
    List<Delivery> collect(Lane lane, int most, Instant now, Instant until, LongPredicate wanted) {
        return due(lane, now).filter(w -> wanted.test(w.message)).limit(most).toList().stream()
                .map(w -> w.claim(until))
                .toList();
    }

    /** Work that is no suspect. */
    List<Delivery> harmless(Lane lane, int most, Instant now, Instant until) {
        return due(lane, now).filter(w -> !w.isSuspect()).limit(most).toList().stream()
                .map(w -> w.claim(until))
                .toList();
    }

    /** Work that several attempts were lost on. */
    Optional<Delivery> suspect(Lane lane, Instant now, Instant until) {
        return due(lane, now).filter(Work::isSuspect).findFirst().map(w -> w.claim(until));
    }

    private Stream<Work> due(Lane lane, Instant now) {
        return work.stream()
                .filter(w -> w.lane.equals(lane) && !w.due.isAfter(now) && w.isFree(now))
                .sorted(Comparator.comparing((Work w) -> w.due));
    }

    void postpone(Delivery claimed, Instant due) {
        mine(claimed).ifPresent(w -> {
            w.attempt--;
            w.due = due;
            w.free();
        });
    }

    Optional<Delivery> reclaim(long message, Instant now, Duration lease) {
        return work.stream()
                .filter(w -> w.lane.kind() == Lane.Kind.SYNC && w.message == message && w.isFree(now))
                .findFirst()
                .map(w -> w.claim(now.plus(lease)));
    }

    void release(List<Delivery> unstarted) {
        for (var claimed : unstarted) {
            mine(claimed).ifPresent(w -> {
                w.attempt--;
                w.free();
            });
        }
    }

    void releaseOwn(boolean fatal) {
        for (var w : work) {
            if (w.claimedBy != null && w.lane.kind() != Lane.Kind.QUEUE) {
                w.lost++;
                w.deaths += fatal ? 1 : 0;
                w.free();
            }
        }
    }
}
