package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.verify.Check;
import org.itkserver.audit.verify.Report;
import org.itkserver.audit.verify.Report.Verdict;
import org.itkserver.audit.verify.TrailSource;
import org.itkserver.audit.verify.Verifier;
import org.itkserver.clock.ClockStatus;
import org.itkserver.clock.SureTime;
import org.itkserver.clock.TimeDesk;
import org.itkserver.directory.Retention;
import org.itkserver.it.Postgres;
import org.itkserver.retention.AuditedDesk;
import org.itkserver.retention.Hold;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.Purger;
import org.itkserver.retention.RetentionDesk.By;
import org.itkserver.retention.RetentionDesk.Result;
import org.itkserver.testing.Directories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The offline check of a database that servers work with meanwhile says nothing wrong about what they did. */
class PostgresSnapshotVerifyTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Postgres postgres = new Postgres();
    private final DatabaseSettings settings = new DatabaseSettings(postgres.url(), "postgres", "", 8);
    private Database database;
    private TamperedTrail trail;

    @BeforeEach
    void open() {
        database = MigratedDatabase.of(settings);
        trail = new TamperedTrail(database).written();
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
        postgres.close();
    }

    private void destroyEverything() {
        var purges = new JdbcPurge(database, trail.node);
        purges.ask("tester");
        var purger = new Purger(
                purges,
                trail.store,
                () -> Directories.keeping(new Retention(Duration.ZERO, Duration.ZERO), List.of()),
                SureTime.of(trail.clock),
                () -> true,
                new Purger.Settings(HOUR, new Limits(2, 64 << 20)));
        for (int i = 0; i < 12; i++) {
            purger.step();
        }
    }

    private void hold() {
        var desk = new AuditedDesk(
                new JdbcStock(database),
                new JdbcHolds(database, trail.store),
                new JdbcPurge(database, trail.node),
                trail.store,
                () -> Directories.keeping(Retention.DEFAULT, List.of()),
                trail.clock,
                HOUR,
                new TimeDesk() {
                    @Override
                    public ClockStatus status() {
                        return ClockStatus.RIGHT;
                    }

                    @Override
                    public void confirm(AuditEvent event) {
                        throw new UnsupportedOperationException();
                    }
                });
        var window = new Hold.Window("p", "s", null, null);
        assertInstanceOf(Result.Done.class, desk.setHold(window, "claim", "CASE-7", new By("ann", "127.0.0.1")));
    }

    private Check check() {
        return new Check(
                Map.of(trail.key.id(), trail.key.publicKey()), List.of(), true, null, null, trail.clock.instant(), 2);
    }

    /** A check during which something is committed, after the seals and facts were read and before anything else is. */
    private Report checkWhile(Runnable work) {
        try (var offline = new OfflineTrail(settings, null)) {
            var source = offline.source();
            var done = new AtomicBoolean();
            var slow = (TrailSource) Proxy.newProxyInstance(
                    TrailSource.class.getClassLoader(),
                    new Class<?>[] {TrailSource.class},
                    (proxy, method, arguments) -> {
                        boolean first = !List.of("nodes", "publicKeys", "seals", "facts")
                                .contains(method.getName());
                        synchronized (done) {
                            if (first && done.compareAndSet(false, true)) {
                                work.run();
                            }
                        }
                        try {
                            return method.invoke(source, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            var report = new Verifier(slow, check()).run();
            assertTrue(done.get(), "the work was done during the check");
            return report;
        }
    }

    private Report checkAfterwards() {
        try (var offline = new OfflineTrail(settings, null)) {
            return new Verifier(offline.source(), check()).run();
        }
    }

    @Test
    void aDestructionAndAHoldMeanwhileLeaveTheTrailIntact() {
        trail.stopped();
        trail.restart();
        var report = checkWhile(() -> {
            destroyEverything();
            hold();
        });
        assertEquals(Verdict.INTACT, report.verdict(), report.toString());
        assertEquals(4, report.nodes().get(0).messages());
        assertEquals(0, report.nodes().get(0).purged(), "as of the start of the check");

        trail.stopped();
        var later = checkAfterwards();
        assertEquals(Verdict.INTACT, later.verdict(), later.toString());
        assertEquals(4, later.nodes().get(0).purged());
    }

    @Test
    void rowsThatWaitForTheirSealAreNotBroken() {
        trail.accept("not sealed yet");
        trail.append("not sealed either");
        var report = checkWhile(() -> {
            trail.accept("after the start of the check");
            trail.stopped(); // seals everything
        });
        var node = report.nodes().get(0);
        assertTrue(node.unsealed() > 0, report.toString());
        assertEquals(Verdict.INTACT, report.verdict(), report.toString());
        var old = trail.clock.instant();
        trail.restart();
        trail.accept("once more");
        trail.clock.forward(HOUR);
        var late = checkWhile(trail::stopped);
        assertTrue(late.verdict() != Verdict.BROKEN, old + " " + late);
    }
}
