package org.itkserver.boot;

import java.time.Duration;
import java.util.function.LongSupplier;
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

/** Destroys what is due on a thread of its own that has nothing else to do and may wait; and the desk for the console. */
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
    private final LongSupplier nanos = System::nanoTime;
    private long keysDue = nanos.getAsLong();
    private final LongFailure failure = new LongFailure(TELL_AFTER, nanos);
    private final LongFailure keyFailure = new LongFailure(TELL_AFTER, nanos);
    private boolean keysFailed;

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
    }

    private void turn() {
        var wait = AGAIN;
        try {
            wait = step();
        } finally {
            bell.await(wait);
        }
    }

    private Duration step() {
        if (!server.isAccepting()) {
            throw new Loop.Skipped();
        }
        var wait =
                checked(purger::step, failure, "The destruction of old messages fails again and again on this node.");
        keepKeys();
        return wait;
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

    /** A failure of the keys comes after the destruction of the same turn, so it does not hold that up. */
    private void keepKeys() {
        var keys = keeper;
        if (keys == null) {
            return;
        }
        if (nanos.getAsLong() - keysDue < 0) {
            if (keysFailed) {
                // a turn without a look at the keys does not show that they can be kept in order again
                throw new Loop.Skipped();
            }
            return;
        }
        keysDue = nanos.getAsLong() + KEYS_AGAIN.toNanos();
        keysFailed = true;
        var wait = checked(keys::look, keyFailure, "The keys of contents cannot be kept in order on this node.");
        keysFailed = false;
        keysDue = nanos.getAsLong() + wait.toNanos();
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
        loops.close();
    }
}
