package org.itkserver.boot;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.itkserver.admin.Monitor;
import org.itkserver.audit.StoreBusy;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.connector.AlertMail;
import org.itkserver.connector.AlertWebhook;
import org.itkserver.connector.HttpHandler;
import org.itkserver.store.JdbcAlerts;
import org.itkserver.store.JdbcFigures;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Alerts;
import org.itkserver.watch.Figures;
import org.itkserver.watch.Notice;
import org.itkserver.watch.Validity;
import org.itkserver.watch.Watcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds at how this server is, on a thread of its own: raises and closes alerts, stores what was counted,
 * and has news sent by one more thread, so that a slow receiver holds up nothing.
 */
final class Lookout implements Monitor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final int LOOKS_A_FLUSH = 5;
    private static final int NOTICES = 1000;
    private static final Duration TRAFFIC_KEPT = Duration.ofDays(35);

    private final Server server;
    private final String version;
    private final Instant started;
    private final Alerts alerts;
    private final Figures figures;
    private final Signs signs;
    private final Watcher watcher;
    private final @Nullable AlertWebhook webhook;
    private final @Nullable AlertMail mail;
    private final BackgroundLoops loops = new BackgroundLoops("itk-lookout", 1);
    private final ThreadPoolExecutor sender = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(NOTICES), task -> Threads.daemon(task, "itk-notices"));
    private final Loop noticeLoop;
    private volatile int openAlerts;
    private volatile List<Figures.Waiting> waiting = List.of();
    private int looks;

    Lookout(Server server, String version) {
        this.server = server;
        this.alerts = new JdbcAlerts(server.database, server.node);
        this.figures = new JdbcFigures(server.database, server.queue, server.node, server.clock);
        this.signs = new Signs(server, System::nanoTime);
        this.watcher = new Watcher(alerts, server.node, server.clock);
        this.version = version;
        // it runs only when there is news
        this.noticeLoop = server.loops.side("notices", Duration.ofDays(36500));
        this.started = server.clock.instant();
        var url = server.settings.alertWebhook();
        var settings = server.settings.alertMail();
        this.mail = settings == null ? null : new AlertMail(settings, server.node, server.clock, Lookout::pause);
        this.webhook = url == null ? null : new AlertWebhook(HttpHandler.client(), url, server.node, Lookout::pause);
    }

    private static void pause(Duration wait) {
        java.util.concurrent.locks.LockSupport.parkNanos(wait.toNanos());
    }

    void start() {
        loops.every(EVERY, server.loops.side("lookout", EVERY), this::look);
    }

    private void look() {
        if (!server.database.isMigrated()) {
            throw new Loop.Skipped();
        }
        try {
            watcher.look(signs.now(figures.clock()));
            openAlerts = (int) alerts.list().stream().filter(Alert::isOpen).count();
            waiting = figures.waiting();
            alerts.takeNotices(server.clock.instant()).forEach(this::send);
            if (++looks % LOOKS_A_FLUSH == 0) {
                flush();
            }
        } catch (StoreBusy e) {
            throw e; // the database may be well
        } catch (StoreUnavailable e) {
            if (!server.database.isReachable()) {
                signs.databaseAway();
            }
            throw e;
        }
    }

    private void flush() {
        var counted = server.traffic.take();
        if (!counted.isEmpty()) {
            try {
                figures.add(counted);
            } catch (StoreUnavailable e) {
                server.traffic.putBack(counted);
                throw e;
            }
        }
    }

    /** Logged always; told to others when there are any. */
    private void send(Notice notice) {
        var alert = notice.alert();
        if (notice.closed()) {
            LOG.info("alert {} is closed by {}: {}", alert.key(), alert.closedBy(), alert.reason());
        } else {
            LOG.warn("alert {}: {}", alert.key(), alert.kind().title());
        }
        try {
            sender.execute(() -> noticeLoop.run(() -> tell(notice)));
        } catch (RejectedExecutionException e) {
            LOG.warn("no notice of {} is sent: too many notices wait", alert.key());
        }
    }

    private void tell(Notice notice) {
        var hook = webhook;
        if (hook != null) {
            hook.tell(notice);
        }
        var letters = mail;
        if (letters != null) {
            letters.tell(notice);
        }
    }

    /** What there is to do each minute. */
    void housekeeping() {
        server.time.now().ifPresent(now -> figures.forget(now.minus(TRAFFIC_KEPT)));
    }

    @Override
    public List<Figures.Waiting> waiting() {
        return waiting;
    }

    @Override
    public Alerts alerts() {
        return alerts;
    }

    @Override
    public Figures figures() {
        return figures;
    }

    @Override
    public int openAlerts() {
        return openAlerts;
    }

    @Override
    public List<Validity> validities() {
        return Validities.of(server);
    }

    @Override
    public Facts facts() {
        return new Facts(version, server.node, started, signs.freeSpace(), server.breaker.open());
    }

    @Override
    public void close() {
        loops.close();
        sender.shutdownNow();
        try {
            flush();
        } catch (StoreUnavailable e) {
            LOG.info("the last seconds are not in the charts");
        }
    }
}
