package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.itkserver.audit.SealKey;
import org.itkserver.testing.SettableClock;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Alerts;
import org.itkserver.watch.Figures;
import org.itkserver.watch.Notice;
import org.itkserver.watch.Tally;
import org.itkserver.watch.Traffic;
import org.itkserver.watch.TrafficKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Alerts and figures of two nodes on a real database. Tests run on what others left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AlertsContract {
    private static final Instant NOW = Instant.parse("2026-11-22T10:30:00Z");

    private final SettableClock clock = new SettableClock(NOW);
    private Database database;
    private JdbcMessageStore one;
    private JdbcMessageStore two;
    private Alerts alerts;
    private Alerts others;
    private Figures figures;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = MigratedDatabase.of(settings());
        one = new JdbcMessageStore(database, "one", SealKey.generate(), clock);
        two = new JdbcMessageStore(database, "two", SealKey.generate(), clock);
        alerts = new JdbcAlerts(database, "one");
        others = new JdbcAlerts(database, "two");
        figures = new JdbcFigures(database, new JdbcDeliveryQueue(database, "one"), "one", clock);
    }

    @AfterAll
    void shut() {
        two.close();
        one.close();
        database.close();
    }

    private static Cause cause() {
        return Cause.ofPartner(
                AlertKind.DEAD_LETTER, UUID.randomUUID().toString().substring(0, 8), "It could not be sent.");
    }

    private static AuditEvent raising(Cause cause, Instant at) {
        return AuditEvent.ofServer(at, AuditType.ALERT, "x").raising(cause);
    }

    private Alert alert(Cause cause) {
        return alerts.list().stream()
                .filter(alert -> alert.key().equals(cause.key()))
                .findFirst()
                .orElseThrow();
    }

    private List<Notice> noticesOf(Alerts node, Cause cause) {
        return node.takeNotices(NOW).stream()
                .filter(notice -> notice.alert().key().equals(cause.key()))
                .toList();
    }

    @Test
    void aCauseIsOneAlertHoweverOftenTwoNodesRaiseItAtOnce() throws Exception {
        var cause = cause();
        var pool = Executors.newFixedThreadPool(16);
        var done = new ArrayList<Future<?>>();
        for (int i = 0; i < 1000; i++) {
            var store = i % 2 == 0 ? one : two;
            var at = NOW.plusSeconds(i);
            done.add(pool.submit(() -> store.append(raising(cause, at))));
        }
        pool.shutdown();
        assertTrue(pool.awaitTermination(300, TimeUnit.SECONDS));
        for (var future : done) {
            future.get();
        }

        var alert = alert(cause);
        assertEquals(1000, alert.count());
        assertEquals(NOW.plusSeconds(999), alert.last());
        assertEquals(1, alert.episode());
        assertTrue(alert.isOpen());
        assertEquals(cause.partner(), alert.partner());
        assertEquals(cause.text(), alert.text());
    }

    @Test
    void anEventThatSaysNoMoreIsAnAlertOfItsNode() {
        one.append(AuditEvent.ofServer(NOW, AuditType.ALERT, "rows of somebody else"));
        assertTrue(alerts.list().stream().anyMatch(alert -> alert.key().equals("other:one") && alert.isOpen()));
    }

    @Test
    void aClosedOneThatComesBackIsANewEpisode() {
        var cause = cause();
        alerts.raise(cause, NOW);
        alerts.raise(cause, NOW.plusSeconds(1));
        assertFalse(alerts.close(cause.key(), 2, NOW, "ann", "put right"));
        assertTrue(alerts.close(cause.key(), 1, NOW.plusSeconds(2), "ann", "put right"));
        assertFalse(alerts.close(cause.key(), 1, NOW, "bob", "put right"));
        var closed = alert(cause);
        assertEquals("ann", closed.closedBy());
        assertEquals("put right", closed.reason());
        assertEquals(2, closed.count());

        two.append(raising(cause, NOW.plusSeconds(3)));
        var back = alert(cause);
        assertTrue(back.isOpen());
        assertEquals(2, back.episode());
        assertEquals(1, back.count());
        assertEquals(NOW.plusSeconds(3), back.first());
        assertEquals("two", back.node());
        assertNull(back.reason());
        assertFalse(alerts.close(cause.key(), 1, NOW, "ann", "put right"), "an older page");
    }

    @Test
    void openOnesComeFirstTheWorstBeforeAll() {
        var overdue = Cause.ofPartner(AlertKind.OVERDUE, cause().subject(), "x");
        var disk = new Cause(AlertKind.DISK_LOW, cause().subject(), null, "x");
        var closed = cause();
        alerts.raise(overdue, NOW);
        alerts.raise(disk, NOW.plusSeconds(1));
        alerts.raise(closed, NOW);
        alerts.close(closed.key(), 1, NOW, "ann", "put right");
        var keys = alerts.list().stream().map(Alert::key).toList();
        assertTrue(keys.indexOf(disk.key()) < keys.indexOf(overdue.key()), keys.toString());
        assertTrue(keys.indexOf(overdue.key()) < keys.indexOf(closed.key()), keys.toString());
    }

    @Test
    void openingAndClosingAreToldOnceAndByOneNode() throws Exception {
        var cause = cause();
        alerts.raise(cause, NOW);
        var pool = Executors.newFixedThreadPool(2);
        var first = pool.submit(() -> noticesOf(alerts, cause));
        var second = pool.submit(() -> noticesOf(others, cause));
        var told = new ArrayList<>(first.get());
        told.addAll(second.get());
        pool.shutdown();
        assertEquals(1, told.size());
        assertFalse(told.get(0).closed());
        others.raise(cause, NOW);
        assertEquals(List.of(), noticesOf(others, cause), "it was open already");

        alerts.close(cause.key(), 1, NOW, Alert.SERVER, "over");
        assertEquals(1, noticesOf(others, cause).stream().filter(Notice::closed).count());
        assertEquals(List.of(), noticesOf(alerts, cause));
        alerts.raise(cause, NOW);
        assertFalse(noticesOf(alerts, cause).get(0).closed());
    }

    @Test
    void whatOpenedAndClosedBetweenTwoLooksIsToldWhole() {
        var cause = cause();
        alerts.raise(cause, NOW);
        alerts.close(cause.key(), 1, NOW, "ann", "put right");
        assertEquals(
                List.of(false, true),
                noticesOf(alerts, cause).stream().map(Notice::closed).toList());
    }

    @Test
    void countsAddUp() {
        var hour = Instant.parse("2020-01-01T05:00:00Z");
        var partner = cause().subject();
        var tallies = List.of(
                new Tally(hour, partner, TrafficKind.DEAD_LETTER, 0, 3),
                new Tally(hour, "", TrafficKind.HANDLED, 4, 2));
        var counted = new Traffic.Taken(tallies, Map.of(partner, NOW), Map.of());
        figures.add(counted);
        figures.add(counted);
        figures.add(new Traffic.Taken(List.of(), Map.of(partner, NOW.minusSeconds(9)), Map.of(partner, NOW)));

        var hours =
                figures.hours(hour).stream().filter(t -> t.hour().equals(hour)).toList();
        assertTrue(hours.contains(new Tally(hour, "", TrafficKind.HANDLED, 4, 4)), hours.toString());
        var seen = figures.partners(hour).stream()
                .filter(s -> s.partner().equals(partner))
                .toList();
        assertEquals(List.of(new Figures.Seen(partner, NOW, NOW, 6)), seen);

        figures.forget(hour.plusSeconds(1));
        assertTrue(figures.hours(hour).stream().noneMatch(t -> t.hour().equals(hour)));
    }

    @Test
    void committedEventsAreHandedOn() {
        var heard = new ArrayList<AuditEvent>();
        var store = new JdbcMessageStore(database, "three", SealKey.generate(), clock, null, heard::add);
        store.append(AuditEvent.ofServer(NOW, AuditType.WARNING, "x"));
        store.close();
        assertEquals(AuditType.WARNING, heard.get(0).type());
    }

    @Test
    void openMessagesLanesAndTheClock() {
        assertEquals(new Figures.Open(0, 0, 0), figures.open());
        assertEquals(List.of(), figures.waiting());
        var shown = figures.clock().ahead();
        var real = Duration.between(NOW, Instant.now());
        assertTrue(shown.minus(real).abs().toSeconds() < 60, shown + " " + real);
    }
}
