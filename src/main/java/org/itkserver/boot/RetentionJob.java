package org.itkserver.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Destroys messages and keys that are due, each on a thread of its own that may wait; and the desk for the console. */
final class RetentionJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionJob.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    /** Longest wait between two steps. */
    private static final Duration LONGEST = Duration.ofMinutes(5);
    /** How long it fails until people are told. */
    private static final Duration TELL_AFTER = Duration.ofMinutes(5);

    private final Server server;
    private final RetentionDesk desk;
    private final BackgroundLoops loops = new BackgroundLoops("itk-retention", 2);
    private final List<Task> tasks = new ArrayList<>();

    RetentionJob(Server server) {
        this.server = server;
        var interval = server.settings.retentionInterval();
        var purges = new JdbcPurge(server.database, server.node);
        var purger = new Purger(
                purges,
                server.store,
                server.directory,
                server.time,
                server.store::isCalm,
                Purger.Settings.every(interval));
        tasks.add(new Task(
                "retention", purger::step, "The destruction of old messages fails again and again on this node."));
        var keys = server.contentKeys;
        if (keys != null) {
            tasks.add(new Task(
                    "content keys",
                    new KeyKeeper(keys, server.store, server.clock, server.time)::look,
                    "The keys of contents cannot be kept in order on this node."));
        }
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
        tasks.forEach(Task::start);
    }

    /** Lets a batch end; one that does not end is continued after the next start. */
    @Override
    public void close() {
        loops.close();
    }

    /** Each task has a loop of its own, because a key that cannot be destroyed must not hold up the destruction of messages. */
    private final class Task {
        private final String loop;
        private final Supplier<Duration> step;
        private final String alert;
        private final LongFailure failure = new LongFailure(TELL_AFTER, System::nanoTime);

        /**
         * @param step destroys what is due now and returns how long to wait before the next step
         * @param alert text of the alert when it fails for long
         */
        Task(String loop, Supplier<Duration> step, String alert) {
            this.loop = loop;
            this.step = step;
            this.alert = alert;
        }

        void start() {
            loops.paced(server.loops.side(loop, LONGEST), this::turn, AGAIN);
        }

        private Duration turn() {
            if (!server.isAccepting()) {
                throw new Loop.Skipped();
            }
            try {
                var wait = step.get();
                failure.over();
                return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
            } catch (RuntimeException e) {
                failed(e);
                throw e;
            }
        }

        /** A database that is away is not a failure of the destruction. */
        private void failed(RuntimeException e) {
            if (e instanceof StoreBusy) {
                return; // another node may be choosing a batch
            }
            if (e instanceof StoreUnavailable && !server.isStoring()) {
                failure.over();
            } else {
                failure.failed(this::tell);
            }
        }

        private boolean tell() {
            try {
                server.store.append(AuditEvent.ofServer(server.clock.instant(), AuditType.ALERT, alert)
                        .raising(new Cause(AlertKind.RETENTION_FAILING, server.node, null, alert)));
                return true;
            } catch (StoreUnavailable e) {
                LOG.warn("the alert about the destruction is raised later: {}", e.getMessage());
                return false;
            }
        }
    }
}
