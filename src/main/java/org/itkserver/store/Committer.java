package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that commits what piled up while it committed the group before: messages, settlements and audit events of
 * many requests share one transaction. It alone writes {@code audit_event}, so the numbers of its node have no gaps, and seals
 * what it wrote ({@link Sealer}).
 *
 * <p>A group that fails, for whatever reason, is rolled back. Its entries are committed one by one then, so that one bad
 * entry fails alone; when the database as a whole is away, and after an Error, all of them fail. When the answer of a COMMIT
 * is lost, the audit numbers in the table tell whether it happened. The connection is its own: readers and uploads cannot
 * take it.
 */
final class Committer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final int GROUP = 64;
    private static final int QUEUE = 4096;
    private static final int TRIES = 3;
    private static final long UNKNOWN = -1;
    private static final Duration WAIT = Duration.ofSeconds(15);
    private static final Duration IDLE = Duration.ofMillis(100);
    /** Idle rounds between tries to seal. */
    private static final int PAUSE = 20;
    /** Idle rounds between tries to store. */
    private static final int PROBE = 10;

    private static final Duration STOP = Duration.ofSeconds(5);
    private static final String LAST_SEQ = "select coalesce((select seq from audit_event where node = ?"
            + " order by node desc, seq desc fetch first 1 rows only), 0)";

    private final Database.Reserved connection;
    private final String node;
    private final Clock clock;
    private final GroupWriter writer;
    private final Sealer sealer;
    private final CommitterWatch watch;
    private final Storing storing;
    private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>(QUEUE);
    private final Thread thread = new Thread(this::run, "itk-committer");
    private long nextSeq = UNKNOWN;
    private int pause;
    private final Pace pace = new Pace();
    private volatile boolean closing;
    private volatile boolean stopped;

    Committer(
            Database database,
            String node,
            SealKey key,
            Clock clock,
            Consumer<AuditEvent> committed,
            CommitterWatch watch) {
        this(database, node, clock, new GroupWriter(node, clock, !database.isH2(), committed), key, watch);
    }

    /** @param writer writes the rows of a group */
    Committer(Database database, String node, Clock clock, GroupWriter writer, SealKey key, CommitterWatch watch) {
        this.connection = database.reserve();
        this.node = node;
        this.clock = clock;
        this.sealer = new Sealer(node, clock, key);
        this.writer = writer;
        this.watch = watch;
        this.storing = new Storing(connection, node, clock, watch);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Makes an entry durable and returns its result.
     *
     * @throws StoreUnavailable when it could not be made durable in time
     * @throws EntryRefused when the database refuses this entry alone
     */
    <T> T commit(Entry entry, java.util.concurrent.CompletableFuture<T> done) {
        if (closing || !queue.offer(entry)) {
            throw new StoreUnavailable("the commit queue is full or closed");
        }
        try {
            return done.get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new StoreUnavailable("the commit took longer than " + WAIT.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while waiting for the commit");
        } catch (ExecutionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private void run() {
        var group = new ArrayList<Entry>(GROUP);
        while (!stopped) {
            try {
                turn(group);
                watch.turned();
            } catch (InterruptedException e) {
                // only close() and abandon() end this loop
                LOG.warn("the committer was interrupted; it continues");
            } catch (RuntimeException | Error e) {
                LOG.error("a group could not be committed; its senders are told to try again", e);
                fail(group, new StoreUnavailable("the commit failed"));
                watch.failed(e);
            } finally {
                group.clear();
            }
        }
        queue.drainTo(group);
        fail(group, new StoreUnavailable("the server is stopping"));
        connection.close();
    }

    private void turn(List<Entry> group) throws InterruptedException {
        var first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        if (first == null) {
            pace.idle();
            idle();
        } else {
            group.add(first);
            queue.drainTo(group, GROUP - 1);
            commitGroup(group);
        }
    }

    /** Seals rows that no group comes for; ends when it is closed and nothing waits. */
    private void idle() {
        if (stopped) {
            return;
        }
        if (closing) {
            stopped = true;
        }
        if (pause > 0 && !stopped) {
            pause--;
        } else if (stopped ? sealer.isWaiting() : sealer.isDue()) {
            seal();
        } else if (!stopped && !storing.works()) {
            pause = PROBE;
            storing.probe();
        }
    }

    private void seal() {
        var failure = attempt(List.of());
        for (int i = 1; stopped && i < TRIES && failure == null && sealer.isWaiting(); i++) {
            failure = attempt(List.of());
        }
        if (failure != null) {
            pause = PAUSE;
            storing.is(false);
            storing.log("audit rows wait for their seal", failure);
            if (failure instanceof Error) {
                watch.failed(failure);
            }
        }
    }

    /** This node's newest durable seal, null before the first. */
    @Nullable
    Seal newestSeal() {
        return sealer.newest();
    }

    /** Whether few wait and the last group was quick. */
    boolean isCalm() {
        return pace.isCalm(queue.size());
    }

    /** @return whether the database answers; when it does not, every other entry would only wait for it as well */
    private boolean commitGroup(List<Entry> group) {
        long start = System.nanoTime();
        var failure = attempt(group);
        pace.group(System.nanoTime() - start);
        if (failure == null) {
            storing.is(true);
            group.forEach(Entry::succeed);
        } else if (failure instanceof Error) {
            LOG.error("an error in a group of {}; its senders are told to try again", group.size(), failure);
            fail(group, new StoreUnavailable("the commit failed"));
            watch.failed(failure);
        } else if (failure instanceof SQLException e && SqlStates.isAway(e)) {
            unavailable(group, e);
            return false;
        } else if (group.size() == 1) {
            alone(group.get(0), failure);
        } else {
            LOG.warn("a group of {} is committed one by one: {}", group.size(), reason(failure));
            oneByOne(group);
        }
        return true;
    }

    private void oneByOne(List<Entry> group) {
        for (int i = 0; i < group.size(); i++) {
            if (!commitGroup(List.of(group.get(i)))) {
                fail(group.subList(i + 1, group.size()), new StoreUnavailable("the database is away"));
                return;
            }
        }
    }

    /** A single entry that failed: a lost race with another node is tried again, the rest is final. */
    private void alone(Entry entry, Throwable first) {
        var failure = first;
        for (int i = 1; i < TRIES && failure instanceof SQLException e && SqlStates.isRace(e); i++) {
            failure = attempt(List.of(entry));
        }
        if (failure == null) {
            entry.succeed();
        } else if (failure instanceof SQLException e && SqlStates.isEntryAtFault(e)) {
            LOG.error("the database refuses an entry with {}; its sender gets a 2200", e.getSQLState());
            entry.done().completeExceptionally(new EntryRefused(e.getSQLState()));
        } else {
            LOG.error("an entry cannot be stored now ({}); its sender is told to try again", reason(failure));
            fail(List.of(entry), new StoreUnavailable("the entry cannot be stored now"));
            storing.probe(); // is it this entry, or everything?
            if (failure instanceof Error) {
                watch.failed(failure);
            }
        }
    }

    private static String reason(Throwable failure) {
        return failure instanceof SQLException e ? String.valueOf(e.getSQLState()) : failure.toString();
    }

    private void unavailable(List<Entry> group, SQLException failure) {
        storing.is(false);
        storing.log("the database is away", failure);
        var all = new ArrayList<>(group);
        queue.drainTo(all);
        fail(all, new StoreUnavailable("the database is away"));
    }

    private static void fail(List<Entry> entries, RuntimeException reason) {
        entries.forEach(entry -> entry.done().completeExceptionally(reason));
    }

    /** One transaction of this thread. */
    private static final class Attempt {
        long start = UNKNOWN;
        long end = UNKNOWN;

        @Nullable
        String foreign;

        boolean sent;
        boolean committed;
    }

    /** One transaction; null when it is durable. Whatever goes wrong in it, it leaves nothing behind. */
    private @Nullable Throwable attempt(List<Entry> group) {
        var attempt = new Attempt();
        try {
            connection.transaction(open -> write(open, group, attempt), () -> attempt.sent = true);
            attempt.committed = true;
            connection.synchronise();
            nextSeq = attempt.end;
            sealer.committed();
        } catch (SQLException | RuntimeException | Error e) {
            nextSeq = UNKNOWN;
            sealer.failed(attempt.sent);
            if (!attempt.sent || attempt.end == attempt.start || !happened(attempt.end - 1)) {
                return unknown(attempt, e);
            }
        }
        writer.committed();
        if (attempt.foreign != null) {
            tellOfForeignRows(attempt.foreign);
        }
        return null;
    }

    private boolean write(Connection open, List<Entry> group, Attempt attempt) throws SQLException {
        attempt.start = nextSeq == UNKNOWN ? lastSeq(open) + 1 : nextSeq;
        attempt.end = writer.write(open, group, attempt.start);
        attempt.foreign = sealer.add(open, attempt.start, writer.hashes(), stopped || writer.isSealedAtOnce());
        return true;
    }

    /** What is committed and perhaps not on the disk must not be written a second time: it counts as the disk's failure. */
    private static Throwable unknown(Attempt attempt, Throwable failure) {
        return attempt.committed && failure instanceof SQLException
                ? new SQLException("committed, but not forced to the disk", "58030", failure)
                : failure;
    }

    private void tellOfForeignRows(String detail) {
        var event = AuditEvent.ofServer(clock.instant(), AuditType.ALERT, detail);
        offer(new Entry.Audit(event, null, 0));
    }

    /** Queues an event without waiting for its commit. */
    void offer(Entry.Audit event) {
        if (!queue.offer(event)) {
            LOG.warn("the audit trail is too busy for an alert");
        }
    }

    private long lastSeq(Connection open) throws SQLException {
        return Sql.first(open, LAST_SEQ, row -> row.getLong(1), node).orElse(0L);
    }

    /** Whether a commit whose answer was lost took place: then its last audit row is there, and on the disk. */
    private boolean happened(long lastSeqOfGroup) {
        try {
            connection.synchronise();
            return connection.run(this::lastSeq) >= lastSeqOfGroup;
        } catch (SQLException e) {
            return false;
        }
    }

    /** Commits and seals what is queued, then stops. */
    @Override
    public void close() {
        closing = true;
        join();
    }

    /** How many entries wait. */
    int waiting() {
        return queue.size();
    }

    /** Stops without committing or sealing what waits. */
    void abandon() {
        closing = true;
        stopped = true;
        join();
    }

    private void join() {
        try {
            thread.join(STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
