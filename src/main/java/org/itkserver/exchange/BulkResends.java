package org.itkserver.exchange;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageSearch;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.jspecify.annotations.Nullable;

/** Many messages sent again at once: planned, started and stopped by a person, done by {@link BulkRunner}. Thread-safe. */
public final class BulkResends {
    /** Most messages that one search may find. */
    public static final int MOST = 10_000;
    /** Messages a second, unless somebody chooses otherwise. */
    public static final int USUAL_RATE = 10;
    /** Most messages a second. */
    public static final int HIGHEST_RATE = 100;

    private static final int PAGE = 200;
    private static final int QUESTIONS = 200;

    private final BulkJobs jobs;
    private final MessageStore store;
    private final MessageSearch search;
    private final Supplier<Directory> directory;
    private final Clock clock;

    public BulkResends(
            BulkJobs jobs, MessageStore store, MessageSearch search, Supplier<Directory> directory, Clock clock) {
        this.jobs = jobs;
        this.store = store;
        this.search = search;
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * What would be sent again, found without changing anything.
     *
     * @param messages ids, oldest first
     * @param partners how many of them go to which partner
     * @param states how many of them are in which state, as stored
     * @param oldest time of the first, null when there is none
     * @param newest time of the last, null when there is none
     * @param not how many that the search finds cannot be sent again, by reason
     */
    public record Plan(
            List<Long> messages,
            Map<String, Integer> partners,
            Map<String, Integer> states,
            @Nullable Instant oldest,
            @Nullable Instant newest,
            Map<String, Integer> not) {
        public Plan {
            messages = List.copyOf(messages);
            partners = Collections.unmodifiableMap(new TreeMap<>(partners));
            states = Collections.unmodifiableMap(new TreeMap<>(states));
            not = Collections.unmodifiableMap(new TreeMap<>(not));
        }
    }

    /** What a search finds; empty when that is more than {@link #MOST} or takes too long to find: narrow it. */
    public Optional<Plan> plan(MessageFilter filter) {
        var rows = new ArrayList<MessageRow>();
        MessageSearch.Position at = null;
        for (int i = 0; i < QUESTIONS; i++) {
            var found = search.find(filter, at, PAGE);
            rows.addAll(found.rows());
            if (rows.size() > MOST) {
                return Optional.empty();
            }
            at = found.next();
            if (at == null) {
                Collections.reverse(rows);
                return Optional.of(plan(rows));
            }
        }
        return Optional.empty();
    }

    private Plan plan(List<MessageRow> oldestFirst) {
        var current = directory.get();
        var ids = new ArrayList<Long>();
        var partners = new TreeMap<String, Integer>();
        var states = new TreeMap<String, Integer>();
        var not = new TreeMap<String, Integer>();
        Instant oldest = null;
        Instant newest = null;
        for (var row : oldestFirst) {
            var problem = problem(current, row);
            if (problem.isPresent()) {
                not.merge(problem.get(), 1, Integer::sum);
            } else {
                ids.add(row.id());
                partners.merge(row.partner(), 1, Integer::sum);
                states.merge(row.state(), 1, Integer::sum);
                oldest = oldest == null ? row.receivedAt() : oldest;
                newest = row.receivedAt();
            }
        }
        return new Plan(ids, partners, states, oldest, newest, not);
    }

    /** As far as the row tells; the runner looks closely when it is the message's turn. */
    private static Optional<String> problem(Directory current, MessageRow row) {
        if (row.inbound()) {
            return Optional.of("It was received, not sent by this server");
        }
        if (row.state().equals(MessageState.ACCEPTED.label())) {
            return Optional.of("It waits to be sent already");
        }
        if (isGivenUp(row.reason())) {
            return Optional.of(BulkRunner.GIVEN_UP);
        }
        var kind = MessageKind.ofLabel(row.kind());
        return lane(current, Destination.of(kind, false), row)
                        .or(() -> lane(current, Destination.of(kind, true), row))
                        .isPresent()
                ? Optional.empty()
                : Optional.of("Partner " + row.partner() + " has no endpoint for it");
    }

    private static Optional<Lane> lane(Directory current, Destination destination, MessageRow row) {
        return Repairs.lane(current, destination, row.partner(), row.service(), row.endpoint());
    }

    static boolean isGivenUp(@Nullable String reason) {
        return reason != null && reason.startsWith(Repair.GIVEN_UP);
    }

    /**
     * Starts what was planned; the event is durable before anything is done.
     *
     * @param rate messages a second, 1 to {@link #HIGHEST_RATE}
     * @return the job's id, empty when another one runs
     */
    public Optional<Long> start(Plan plan, int rate, Repairs.By by) {
        if (rate < 1 || rate > HIGHEST_RATE || plan.messages().isEmpty()) {
            throw new IllegalArgumentException(
                    "rate " + rate + ", messages " + plan.messages().size());
        }
        long id = store.nextId();
        int total = plan.messages().size();
        var what = "bulk resend " + id + ": " + total + " messages, " + rate + " a second: " + by.why();
        var now = clock.instant();
        // thousands of rows would hold up accepting on the committer's thread: intent, change, outcome
        store.append(event(AuditType.BULK_RESEND_STARTED, by, what));
        var job = new BulkJobs.Job(
                id, BulkJobs.State.RUNNING, by.person(), by.source(), by.why(), now, rate, total, null, null);
        if (jobs.start(job, plan.messages())) {
            return Optional.of(id);
        }
        store.append(event(AuditType.BULK_RESEND_STARTED, by, "not done, another one runs: " + what));
        return Optional.empty();
    }

    /**
     * Stops a job. What was sent again already stays so.
     *
     * @return false when it did not run any more
     */
    public boolean stop(long id, Repairs.By by) {
        if (job(id).filter(job -> job.state() == BulkJobs.State.RUNNING).isEmpty()) {
            return false;
        }
        var what = "bulk resend " + id;
        var event = event(AuditType.BULK_RESEND_STOPPED, by, what);
        if (store.change(List.of(event), () -> jobs.end(id, BulkJobs.State.STOPPED, by.person(), clock.instant()))) {
            return true;
        }
        store.append(event(AuditType.BULK_RESEND_STOPPED, by, "not done, it had ended: " + what));
        return false;
    }

    private AuditEvent event(AuditType type, Repairs.By by, String detail) {
        return AuditEvent.ofPerson(clock.instant(), type, by.person(), by.source(), detail);
    }

    /** One job. */
    public Optional<BulkJobs.Job> job(long id) {
        return jobs.job(id);
    }

    /** The newest jobs, newest first. */
    public List<BulkJobs.Job> newest(int limit) {
        return jobs.newest(limit);
    }

    /** How far a job is. */
    public BulkJobs.Progress progress(long id) {
        return jobs.progress(id);
    }
}
