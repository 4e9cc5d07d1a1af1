package org.itkserver.exchange;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.exchange.BulkJobs.Job;
import org.itkserver.exchange.BulkJobs.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the running bulk resend, a few messages a second. {@link #runOnce()} is called about every second by one thread. That a
 * message's turn is over is in the commit that sends it again, so a stop, a crash or a second node never sends it twice.
 */
public final class BulkRunner {
    static final String GIVEN_UP = "Somebody gave it up";

    private static final Logger LOG = LoggerFactory.getLogger(BulkRunner.class);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration LONGEST_RUN = Duration.ofMillis(500);
    private static final double NANOS = 1e9;

    private final BulkJobs jobs;
    private final MessageStore store;
    private final Repairs repairs;
    private final Clock clock;
    private double allowed;
    private @Nullable Instant lastRun;

    public BulkRunner(BulkJobs jobs, MessageStore store, Repairs repairs, Clock clock) {
        this.jobs = jobs;
        this.store = store;
        this.repairs = repairs;
        this.clock = clock;
    }

    /**
     * Sends again as many messages as the rate and half a second allow.
     *
     * @throws org.itkserver.audit.StoreUnavailable when the database is away; to be called again
     */
    public void runOnce() {
        var now = clock.instant();
        var claimed = jobs.claim(now, LEASE);
        if (claimed.isEmpty()) {
            lastRun = null;
            return;
        }
        var job = claimed.get();
        int most = allowance(job, now);
        var left = jobs.left(job.id(), most);
        if (left.isEmpty() && most > 0) {
            end(job);
            return;
        }
        var end = now.plus(LONGEST_RUN);
        for (var next : left) {
            if (clock.instant().isAfter(end)) {
                return;
            }
            allowed--;
            turn(job, next);
        }
    }

    /** One second's worth at first, and never more at once. */
    private int allowance(Job job, Instant now) {
        var last = lastRun;
        double earned = last == null
                ? job.rate()
                : Math.max(0, Duration.between(last, now).toNanos()) / NANOS * job.rate();
        allowed = Math.min(job.rate(), (last == null ? 0 : allowed) + earned);
        lastRun = now;
        return (int) allowed;
    }

    private void turn(Job job, BulkJobs.Left next) {
        var item = new Repair.Item(job.id(), next.position());
        boolean givenUp = store.message(next.message())
                .filter(message -> BulkResends.isGivenUp(message.reason()))
                .isPresent();
        if (givenUp) {
            jobs.skip(item, GIVEN_UP);
            return;
        }
        var by = new Repairs.By(job.startedBy(), job.source(), job.reason());
        // a job that was stopped meanwhile keeps what is left
        if (repairs.resend(next.message(), by, item) instanceof Repairs.Result.Refused refused && runs(job)) {
            jobs.skip(item, refused.why());
        }
    }

    private boolean runs(Job job) {
        return jobs.job(job.id()).filter(j -> j.state() == State.RUNNING).isPresent();
    }

    private void end(Job job) {
        var progress = jobs.progress(job.id());
        int skipped =
                progress.skipped().values().stream().mapToInt(Integer::intValue).sum();
        var what = "bulk resend " + job.id() + ": " + progress.resent() + " sent again, " + skipped + " not";
        var now = clock.instant();
        var event = AuditEvent.ofServer(now, AuditType.BULK_RESEND_ENDED, what);
        if (store.change(List.of(event), () -> jobs.end(job.id(), State.DONE, "server", now))) {
            LOG.info("{}", what);
        } else {
            store.append(AuditEvent.ofServer(now, AuditType.BULK_RESEND_ENDED, "not done, it was stopped: " + what));
        }
    }
}
