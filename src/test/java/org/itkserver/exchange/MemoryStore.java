package org.itkserver.exchange;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;
import org.jspecify.annotations.Nullable;

/** The message store and the table of work in memory, for tests of the use cases; held to the same contract. */
public final class MemoryStore implements MessageStore, DeliveryQueue {
    private static final Set<MessageState> BEFORE_OVERDUE =
            Set.of(MessageState.ACCEPTED, MessageState.SENT, MessageState.INFRASTRUCTURE_ACKED);

    private final Clock clock;
    private final MemoryRows rows;
    private final List<AuditEvent> events = new ArrayList<>();
    private final MemoryQueue work = new MemoryQueue();
    private final MemoryRepairs repairs;
    private long ids;
    private boolean away;
    private boolean contentsAway;
    private Runnable whileApplying = () -> {};
    private Runnable whileReading = () -> {};
    private final Set<Long> unreadable = new HashSet<>();

    public MemoryStore() {
        this(Clock.systemUTC());
    }

    public MemoryStore(Clock clock) {
        this.clock = clock;
        this.rows = new MemoryRows(clock);
        this.repairs = new MemoryRepairs(rows, work, clock);
    }

    /** From now on the database is away, or back. */
    public synchronized void away(boolean isAway) {
        away = isAway;
    }

    /** Every audit event so far. */
    public synchronized List<AuditEvent> events() {
        return List.copyOf(events);
    }

    /** Every message to send so far, oldest first. */
    public synchronized List<MessageRecord> sent() {
        return rows.records(row -> !row.inbound);
    }

    /** Contents cannot be had for now, though the rest can. */
    synchronized void contentsAway(boolean away) {
        contentsAway = away;
    }

    /** Runs whenever something is stored that did not come from a partner. */
    synchronized void whileApplying(Runnable task) {
        whileApplying = task;
    }

    /** Runs whenever a content is read. */
    synchronized void whileReading(Runnable task) {
        whileReading = task;
    }

    /** Nobody reads this content again. */
    synchronized void unreadable(long id) {
        unreadable.add(id);
    }

    private void reachable() {
        if (away) {
            throw new StoreUnavailable("away");
        }
    }

    @Override
    public synchronized long nextId() {
        reachable();
        return ++ids;
    }

    @Override
    public synchronized Optional<StoredMessage> accept(Acceptance m) {
        reachable();
        var earlier = find(m.partner(), m.trackingId());
        if (earlier.isPresent()) {
            return earlier;
        }
        refuseTaken(m.change().out());
        rows.add(new MemoryRow(m));
        work.add(m);
        change(m.change(), true);
        return Optional.empty();
    }

    @Override
    public synchronized void append(AuditEvent event) {
        reachable();
        events.add(event);
    }

    @Override
    public synchronized void refuse(AuditEvent event, byte @Nullable [] start, long size) {
        append(event);
    }

    @Override
    public synchronized boolean settle(Settlement s) {
        reachable();
        var due = s.pause() == null ? clock.instant() : s.pause().due();
        refuseTaken(s.change().out());
        if (s.state() == MessageState.OVERDUE) {
            work.mark(
                    s.work(),
                    rows.find(s.work().message()).orElseThrow().message.state());
        }
        boolean ours = s.state() == null ? work.again(s.work(), due) : work.end(s.work());
        if (!ours) {
            return false;
        }
        boolean decided = rows.decide(s.change().decision());
        change(s.change(), decided);
        if (s.response() != null) {
            rows.find(s.work().message()).orElseThrow().response = s.response();
        }
        if (s.state() != null) {
            if (s.state() == MessageState.DEAD_LETTER || s.state() == MessageState.REJECTED) {
                work.keepDead(s.work());
            }
            move(s, s.state());
        }
        return true;
    }

    @Override
    public synchronized boolean apply(Change change) {
        reachable();
        whileApplying.run();
        if (rows.isTaken(change.out())) {
            throw new Taken();
        }
        if (!rows.decide(change.decision())) {
            return false;
        }
        change(change, true);
        return true;
    }

    @Override
    public synchronized boolean repair(Repair repair) {
        reachable();
        if (!repairs.repair(repair)) {
            return false;
        }
        events.add(repair.event());
        return true;
    }

    @Override
    public synchronized Remaining remaining(long id) {
        reachable();
        return repairs.remaining(id);
    }

    /** The bulk resends of this store. */
    public MemoryBulkJobs bulkJobs() {
        return repairs.jobs();
    }

    private void refuseTaken(List<OutboundMessage> out) {
        if (rows.isTaken(out)) {
            throw new EnvelopeRejected(
                    ToolkitError.of(ErrorCode.NOT_RECOVERABLE, "The message store refuses this message."));
        }
    }

    /** A business acknowledgement goes out, and is told of, only with the decision it carries. */
    private void change(Change change, boolean decided) {
        var dropped = new HashSet<Long>();
        for (var out : change.out()) {
            if (decided || out.kind() != MessageKind.BUS_ACK) {
                rows.add(new MemoryRow(out));
                work.add(out);
            } else {
                dropped.add(out.id());
            }
        }
        change.events().stream().filter(e -> !dropped.contains(e.message())).forEach(events::add);
        for (var ack : change.acks()) {
            rows.moveOut(ack.message(), ack.kind().from(), ack.kind().to(), ack.reason());
            work.answered(ack.message(), ack.kind().answered());
        }
        for (var resend : change.resend()) {
            if (rows.isSentBefore(resend.message(), resend.sentBefore())) {
                work.resend(resend);
            }
        }
    }

    private void move(Settlement s, MessageState state) {
        long id = s.work().message();
        switch (s.work().lane().kind()) {
            case HANDLE, SYNC -> rows.received(s, id, state, work.isEmpty(id));
            case SEND, QUEUE -> {
                rows.sent(id, state, s.reason());
                if (state != MessageState.SENT) {
                    work.answered(id, List.of(OutboundMessage.INF_ACK_DUE, OutboundMessage.ACK_DUE));
                }
                var origin = s.origin();
                if (origin != null) {
                    var ofOrigin = state == MessageState.SENT ? MessageState.HANDLED : state;
                    rows.received(s, origin, ofOrigin, work.isEmpty(origin));
                }
            }
            case EXPIRE -> {
                if (state == MessageState.OVERDUE) {
                    rows.moveOut(id, BEFORE_OVERDUE, state, s.reason());
                }
            }
        }
    }

    @Override
    public synchronized Optional<MessageRecord> message(long id) {
        reachable();
        return rows.find(id).map(row -> row.message);
    }

    @Override
    public synchronized List<MessageRecord> byTrackingId(String trackingId) {
        reachable();
        return rows.records(row -> row.message.trackingId().equalsIgnoreCase(trackingId));
    }

    @Override
    public synchronized List<MessageRecord> childrenOf(long id) {
        reachable();
        return rows.records(row -> Long.valueOf(id).equals(row.message.origin()));
    }

    @Override
    public synchronized Optional<StoredMessage> find(String partner, String trackingId) {
        reachable();
        return rows.find(partner, trackingId).map(MemoryRow::stored);
    }

    @Override
    public synchronized Optional<String> response(long id) {
        return rows.find(id).map(row -> row.response);
    }

    @Override
    public Optional<InputStream> attested(long id) {
        return raw(id);
    }

    @Override
    public synchronized Optional<InputStream> raw(long id) {
        if (contentsAway) {
            throw new StoreUnavailable("the folder of content keys is away");
        }
        whileReading.run();
        if (unreadable.contains(id)) {
            return Optional.empty();
        }
        return rows.find(id).map(row -> row.bytes).map(ByteArrayInputStream::new);
    }

    @Override
    public synchronized List<Long> overdueBefore(Instant now) {
        reachable();
        return work.overdueBefore(now);
    }

    @Override
    public void forgetRefused(Instant before) {
        // refused bytes are not kept here
    }

    @Override
    public synchronized List<Lane> lanes(List<Lane.Kind> kinds) {
        reachable();
        return work.lanes(kinds);
    }

    @Override
    public synchronized List<Delivery> claim(Lane lane, int most, Instant now, Duration lease) {
        reachable();
        return work.harmless(lane, most, now, now.plus(lease));
    }

    @Override
    public synchronized Optional<Delivery> claimSuspect(Lane lane, Instant now, Duration lease) {
        reachable();
        return work.suspect(lane, now, now.plus(lease));
    }

    @Override
    public synchronized List<Delivery> collect(
            String queue, @Nullable String service, int most, Instant now, Duration timeout) {
        reachable();
        var lane = new Lane(Lane.Kind.QUEUE, queue);
        return work.collect(
                lane,
                most,
                now,
                now.plus(timeout),
                id -> service == null
                        || service.equals(rows.find(id).orElseThrow().message.service()));
    }

    @Override
    public synchronized Optional<Delivery> reclaim(long message, Instant now, Duration lease) {
        reachable();
        return work.reclaim(message, now, lease);
    }

    @Override
    public synchronized void release(List<Delivery> unstarted) {
        reachable();
        work.release(unstarted);
    }

    @Override
    public synchronized void postpone(Delivery piece, Instant due) {
        reachable();
        work.postpone(piece, due);
    }

    @Override
    public synchronized void releaseOwn(boolean fatal) {
        reachable();
        work.releaseOwn(fatal);
    }
}
