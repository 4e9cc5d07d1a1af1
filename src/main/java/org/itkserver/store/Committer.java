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
 * <p>A group that fails is rolled back and its entries are committed one by one, so that one bad entry fails alone. When
 * the answer of a COMMIT is lost, the audit numbers in the table tell whether it happened.
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

    private static final Duration STOP = Duration.ofSeconds(5);
    private static final String LAST_SEQ = "select coalesce((select seq from audit_event where node = ?"
            + " order by node desc, seq desc fetch first 1 rows only), 0)";

    private final Database database;
    private final String node;
    private final Clock clock;
    private final GroupWriter writer;
    private final Sealer sealer;
    private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>(QUEUE);
    private final Thread thread = new Thread(this::run, "itk-committer");
    private long nextSeq = UNKNOWN;
    private int pause;
    private final Pace pace = new Pace();
    private volatile boolean closing;
    private volatile boolean stopped;

    Committer(Database database, String node, SealKey key, Clock clock, Consumer<AuditEvent> committed) {
        this.database = database;
        this.node = node;
        this.clock = clock;
        this.sealer = new Sealer(node, clock, key);
        this.writer = new GroupWriter(node, clock, !database.isH2(), committed);
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
                var first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                if (first == null) {
                    pace.idle();
                    idle();
                } else {
                    group.add(first);
                    queue.drainTo(group, GROUP - 1);
                    commitGroup(group);
                }
            } catch (InterruptedException e) {
                stopped = true;
            } catch (RuntimeException e) {
                LOG.error("a group could not be committed; its senders are told to try again", e);
                fail(group, new StoreUnavailable("the commit failed"));
            } finally {
                group.clear();
            }
        }
        queue.drainTo(group);
        fail(group, new StoreUnavailable("the server is stopping"));
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
            var failure = attempt(List.of());
            for (int i = 1; stopped && i < TRIES && failure == null && sealer.isWaiting(); i++) {
                failure = attempt(List.of());
            }
            if (failure != null) {
                pause = PAUSE;
                LOG.warn("audit rows wait for their seal: the database answers {}", failure.getSQLState());
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

    private void commitGroup(List<Entry> group) {
        long start = System.nanoTime();
        var failure = attempt(group);
        pace.group(System.nanoTime() - start);
        if (failure == null) {
            group.forEach(Entry::succeed);
        } else if (SqlStates.isAway(failure)) {
            unavailable(group, failure);
        } else if (group.size() == 1) {
            alone(group.get(0), failure);
        } else {
            LOG.warn("a group of {} is committed one by one: {}", group.size(), failure.getSQLState());
            group.forEach(entry -> commitGroup(List.of(entry)));
        }
    }

    /** A single entry that failed: a lost race with another node is tried again, the rest is final. */
    private void alone(Entry entry, SQLException first) {
        SQLException failure = first;
        for (int i = 1; i < TRIES && failure != null && SqlStates.isRace(failure); i++) {
            failure = attempt(List.of(entry));
        }
        if (failure == null) {
            entry.succeed();
        } else if (SqlStates.isEntryAtFault(failure)) {
            LOG.error("the database refuses an entry with {}; its sender gets a 2200", failure.getSQLState());
            entry.done().completeExceptionally(new EntryRefused(failure.getSQLState()));
        } else {
            LOG.error("an entry cannot be stored now ({}); its sender is told to try again", failure.getSQLState());
            fail(List.of(entry), new StoreUnavailable("the entry cannot be stored now"));
        }
    }

    private void unavailable(List<Entry> group, SQLException failure) {
        LOG.error("the database is away ({}); senders are told to try again", failure.getSQLState());
        var reason = new StoreUnavailable("the database is away");
        fail(group, reason);
        var waiting = new ArrayList<Entry>();
        queue.drainTo(waiting);
        fail(waiting, reason);
    }

    private static void fail(List<Entry> entries, RuntimeException reason) {
        entries.forEach(entry -> entry.done().completeExceptionally(reason));
    }

    /** One transaction; null when it is durable. */
    private @Nullable SQLException attempt(List<Entry> group) {
        long end = UNKNOWN;
        boolean committing = false;
        boolean sent = false;
        long start = UNKNOWN;
        try (var connection = database.connection()) {
            connection.setAutoCommit(false);
            try {
                start = nextSeq == UNKNOWN ? lastSeq(connection) + 1 : nextSeq;
                end = writer.write(connection, group, start);
                boolean foreign = sealer.add(connection, start, writer.hashes(), stopped);
                committing = true;
                sent = true;
                connection.commit();
                // from here a failure is one of the disk, and the group counts as lost
                committing = !database.isH2();
                synchronise(connection);
                nextSeq = end;
                sealer.committed();
                writer.committed();
                if (foreign) {
                    tellOfForeignRows();
                }
                return null;
            } catch (SQLException e) {
                rollback(connection);
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            nextSeq = UNKNOWN;
            sealer.failed(sent);
            return committing && end > start && happened(end - 1) ? null : e;
        }
    }

    private void tellOfForeignRows() {
        var event = AuditEvent.ofServer(
                clock.instant(), AuditType.ALERT, "audit rows before this one were not written by this server");
        if (!queue.offer(new Entry.Audit(event, null, 0))) {
            LOG.warn("the audit trail is too busy for an alert");
        }
    }

    /** H2 writes its file without forcing it to disk; PostgreSQL forces its log in COMMIT. */
    private void synchronise(Connection connection) throws SQLException {
        if (database.isH2()) {
            try (var statement = connection.createStatement()) {
                statement.execute("checkpoint sync");
            }
        }
    }

    private long lastSeq(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(LAST_SEQ)) {
            select.setString(1, node);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Whether a commit whose answer was lost took place: then its last audit row is there. */
    private boolean happened(long lastSeqOfGroup) {
        try (var connection = database.connection()) {
            return lastSeq(connection) >= lastSeqOfGroup;
        } catch (SQLException e) {
            return false;
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debug("rollback failed: {}", e.getSQLState());
        }
    }

    /** Commits and seals what is queued, then stops. */
    @Override
    public void close() {
        closing = true;
        join();
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
