package org.itkserver.exchange;

import java.time.Clock;
import java.util.Set;

/** What people do with the messages of {@link MemoryStore}, which guards them. */
final class MemoryRepairs {
    private static final Set<MessageState> BAD = Set.of(MessageState.DEAD_LETTER, MessageState.REJECTED);
    private static final Set<MessageState> ACKED =
            Set.of(MessageState.INFRASTRUCTURE_ACKED, MessageState.BUSINESS_ACKED);
    private static final Set<MessageState> GIVABLE = Set.of(MessageState.DEAD_LETTER, MessageState.OVERDUE);

    private final MemoryRows rows;
    private final MemoryQueue work;
    private final Clock clock;
    private final MemoryBulkJobs jobs = new MemoryBulkJobs();

    MemoryRepairs(MemoryRows rows, MemoryQueue work, Clock clock) {
        this.rows = rows;
        this.work = work;
        this.clock = clock;
    }

    MemoryBulkJobs jobs() {
        return jobs;
    }

    Remaining remaining(long id) {
        return work.remaining(id, rows.find(id).map(row -> row.seen).orElse(false));
    }

    boolean repair(Repair repair) {
        var row = rows.find(repair.message()).orElse(null);
        if (row == null) {
            return false;
        }
        if (repair instanceof Repair.Resend resend) {
            return resend(row, resend);
        }
        if (repair instanceof Repair.Retry) {
            return retry(row);
        }
        if (repair instanceof Repair.GiveUp giveUp) {
            return giveUp(row, giveUp.reason());
        }
        if (repair instanceof Repair.TakeBack) {
            var before = row.message.state() == MessageState.OVERDUE
                    ? work.unmark(repair.message())
                    : java.util.Optional.<MessageState>empty();
            before.ifPresent(state -> row.reopened(state, clock.instant()));
            return before.isPresent();
        }
        boolean unmatched =
                row.inbound && row.message.kind().isAcknowledgement() && row.message.origin() == null && !row.seen;
        row.seen |= unmatched;
        return unmatched;
    }

    private boolean resend(MemoryRow row, Repair.Resend resend) {
        var item = resend.item();
        if (row.inbound || work.isSending(resend.message()) || item != null && !jobs.take(item, resend.message())) {
            return false;
        }
        var origin = resend.origin();
        if (origin != null && BAD.contains(row.message.state())) {
            reopen(rows.find(origin).orElseThrow(), resend.message());
        }
        var state = row.message.state();
        row.reopened(ACKED.contains(state) ? state : MessageState.ACCEPTED, clock.instant());
        work.resend(resend, clock.instant());
        return true;
    }

    private boolean retry(MemoryRow row) {
        long id = row.message.id();
        if (!row.inbound || !BAD.contains(row.message.state()) || !work.hasDead(id)) {
            return false;
        }
        work.retry(id, clock.instant());
        reopen(row, id);
        return true;
    }

    /** A received message is on its way again, unless something else of it ended badly. */
    private void reopen(MemoryRow row, long forward) {
        long id = row.message.id();
        boolean otherFailed = rows
                .records(r -> Long.valueOf(id).equals(r.message.origin())
                        && r.message.kind() == MessageKind.FORWARD
                        && r.message.id() != forward
                        && (r.message.state() == MessageState.DEAD_LETTER
                                || r.message.state() == MessageState.REJECTED && work.hasDead(r.message.id())))
                .stream()
                .findAny()
                .isPresent();
        if (BAD.contains(row.message.state()) && !otherFailed && !work.hasDead(id)) {
            row.reopened(MessageState.ACCEPTED, clock.instant());
        }
    }

    private boolean giveUp(MemoryRow row, String reason) {
        long id = row.message.id();
        if (!GIVABLE.contains(row.message.state()) || remaining(id).isClaimed(clock.instant())) {
            return false;
        }
        row.moved(MessageState.REJECTED, clock.instant(), reason);
        work.giveUp(id);
        return true;
    }
}
