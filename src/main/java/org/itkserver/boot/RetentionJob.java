package org.itkserver.boot;

import java.time.Duration;
import java.util.function.Supplier;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.itkserver.audit.StoreBusy;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.clock.ClockStatus;
import org.itkserver.clock.TimeDesk;
import org.itkserver.retention.AuditedDesk;
import org.itkserver.retention.KeyKeeper;
import org.itkserver.retention.Purger;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.store.JdbcHolds;
import org.itkserver.store.JdbcPurge;
import org.itkserver.store.JdbcStock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Destroys messages and keys that are due, each on a thread of its own that may wait; and the desk for the console. */
final class RetentionJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionJob.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration KEYS_AGAIN = Duration.ofSeconds(20);
    /** Longest wait that a batch asks for. */
    private static final Duration LONGEST = Duration.ofMinutes(5);
    /** How long it fails until people are told. */
    private static final Duration TELL_AFTER = Duration.ofMinutes(5);

    private final Server server;
    private final Purger purger;
    private final RetentionDesk desk;
    private final BackgroundLoops loops = new BackgroundLoops("itk-retention", 1);
    private final Bell bell = new Bell();
    private final @Nullable KeyKeeper keeper;
    private final Bell keysBell = new Bell();
    private final LongFailure failure = new LongFailure(TELL_AFTER, System::nanoTime);
    private final LongFailure keyFailure = new LongFailure(TELL_AFTER, System::nanoTime);

    RetentionJob(Server server) {
        this.server = server;
        var interval = server.settings.retentionInterval();
        var purges = new JdbcPurge(server.database, server.node);
        purger = new Purger(
                purges,
                server.store,
                server.directory,
                server.time,
                server.store::isCalm,
                Purger.Settings.every(interval));
        var keys = server.contentKeys;
        keeper = keys == null ? null : new KeyKeeper(keys, server.store, server.clock, server.time);
        desk = new AuditedDesk(
                new JdbcStock(server.reading),
                new JdbcHolds(server.database, server.store),
                purges,
                server.store,
                server.directory,
                server.clock,
                interval,
                timeDesk(server));
    }

    private static TimeDesk timeDesk(Server server) {
        return new TimeDesk() {
            @Override
            public ClockStatus status() {
                return server.time.status();
            }

            @Override
            public void confirm(AuditEvent event) {
                server.clocks.confirm(server.store, event);
            }
        };
    }

    /** What people see and do. */
    RetentionDesk desk() {
        return desk;
    }

    void start() {
        loops.always(server.loops.side("retention", LONGEST), this::turn);
        var keys = keeper;
        if (keys != null) {
            // a loop of its own: a key that cannot be destroyed must not hold up the destruction of messages
            loops.always(server.loops.side("content keys", LONGEST), () -> keysTurn(keys));
        }
    }

    private void turn() {
        var wait = AGAIN;
        try {
            skipUnlessAccepting();
            wait = checked(
                    purger::step, failure, "The destruction of old messages fails again and again on this node.");
        } finally {
            bell.await(wait);
        }
    }

    private void keysTurn(KeyKeeper keys) {
        var wait = KEYS_AGAIN;
        try {
            skipUnlessAccepting();
            wait = checked(keys::look, keyFailure, "The keys of contents cannot be kept in order on this node.");
        } finally {
            keysBell.await(wait);
        }
    }

    private void skipUnlessAccepting() {
        if (!server.isAccepting()) {
            throw new Loop.Skipped();
        }
    }

    private Duration checked(Supplier<Duration> task, LongFailure of, String text) {
        try {
            var wait = task.get();
            of.over();
            return wait;
        } catch (RuntimeException e) {
            failed(e, of, text);
            throw e;
        }
    }

    /** A database that is away is not a failure of the destruction. */
    private void failed(RuntimeException e, LongFailure of, String text) {
        if (e instanceof StoreBusy) {
            return; // another node may be choosing a batch
        }
        if (e instanceof StoreUnavailable && !server.isStoring()) {
            of.over();
        } else {
            of.failed(() -> tell(text));
        }
    }

    private boolean tell(String text) {
        try {
            server.store.append(AuditEvent.ofServer(server.clock.instant(), AuditType.ALERT, text)
                    .raising(new Cause(AlertKind.RETENTION_FAILING, server.node, null, text)));
            return true;
        } catch (StoreUnavailable e) {
            LOG.warn("the alert about the destruction is raised later: {}", e.getMessage());
            return false;
        }
    }

    /** Lets a batch end; one that does not is gone on with after the next start. */
    @Override
    public void close() {
        loops.stop();
        bell.ring();
        keysBell.ring();
        loops.close();
    }
}
