package org.itkserver.boot;

import java.time.Duration;
import java.time.Instant;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
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
    /** Failures in a row until somebody is told. */
    private static final int TELL = 60;

    private final Server server;
    private final Purger purger;
    private final RetentionDesk desk;
    private final BackgroundLoops loops = new BackgroundLoops("itk-retention", 1);
    private final Bell bell = new Bell();
    private final @Nullable KeyKeeper keeper;
    private Instant keysDue = Instant.MIN;
    private int failures;

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
        loops.always(server.loops.side("retention", LONGEST), () -> bell.await(step()));
    }

    private Duration step() {
        if (!server.isAccepting()) {
            return AGAIN;
        }
        try {
            var wait = purger.step();
            keepKeys();
            failures = 0;
            return wait;
        } catch (StoreUnavailable e) {
            LOG.warn("nothing is destroyed just now: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("destroying failed; it goes on in {} s", AGAIN.toSeconds(), e);
            if (++failures == TELL) {
                tell();
            }
        }
        return AGAIN;
    }

    /** What goes wrong with the keys does not hold up the rest. */
    private void keepKeys() {
        var now = server.clock.instant();
        if (keeper == null || now.isBefore(keysDue)) {
            return;
        }
        keysDue = now.plus(KEYS_AGAIN);
        try {
            keysDue = now.plus(keeper.look());
        } catch (StoreUnavailable e) {
            LOG.warn("the keys of contents cannot be looked after just now: {}", e.getMessage());
        }
    }

    private void tell() {
        var text = "The destruction of old messages fails again and again on this node.";
        try {
            server.store.append(AuditEvent.ofServer(server.clock.instant(), AuditType.ALERT, text)
                    .raising(new Cause(AlertKind.RETENTION_FAILING, server.node, null, text)));
        } catch (StoreUnavailable e) {
            failures--;
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
