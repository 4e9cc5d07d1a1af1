package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.SealKey;
import org.itkserver.audit.TrailQuery;
import org.itkserver.audit.TrailQuery.Filter;
import org.itkserver.audit.TrailQuery.Stretch;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.itkserver.envelope.MessageBody;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.AnswerKind;
import org.itkserver.exchange.Change;
import org.itkserver.exchange.MessageKind;
import org.itkserver.exchange.MessageState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The trail as nodes wrote it, on a real database. Tests run on a trail that holds what others left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TrailQueryContract {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Filter ALL = new Filter(null, Filter.BEGIN, Filter.END);

    private String node;
    private String other;
    private Database database;
    private JdbcMessageStore store;
    private JdbcMessageStore otherStore;
    private TrailQuery trail;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = MigratedDatabase.of(settings());
    }

    @AfterAll
    void shut() {
        database.close();
    }

    @BeforeEach
    void begin() {
        node = "node-" + UUID.randomUUID();
        other = "node-" + UUID.randomUUID();
        store = new JdbcMessageStore(database, node, SealKey.generate(), Clock.systemUTC());
        otherStore = new JdbcMessageStore(database, other, SealKey.generate(), Clock.systemUTC());
        trail = new JdbcTrailQuery(database);
    }

    @AfterEach
    void end() {
        store.close();
        otherStore.close();
    }

    private void append(int second, AuditType type) {
        store.append(AuditEvent.ofServer(NOW.plusSeconds(second), type, "second " + second));
    }

    private static String accept(JdbcMessageStore at, long id, boolean inbox) {
        var trackingId = UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        var event = new AuditEvent(
                NOW, AuditType.ACCEPTED, id, trackingId, "p", "s", "u", "127.0.0.1", null, null, "for inbox");
        var work = inbox ? List.<String>of() : List.of("application");
        at.accept(new Acceptance(
                id,
                "p",
                trackingId,
                "m",
                "s",
                null,
                null,
                "",
                MessageState.HANDLED,
                NOW,
                new byte[32],
                new byte[32],
                null,
                AnswerKind.OK200,
                false,
                false,
                MessageBody.of(new byte[] {1}),
                work,
                null,
                MessageKind.BUSINESS,
                inbox,
                null,
                null,
                Change.of(List.of(event))));
        return trackingId;
    }

    private List<Long> seqs(List<TrailEvent> events) {
        return events.stream().map(TrailEvent::seq).toList();
    }

    @Test
    void everyNodeHasItsEnd() {
        append(0, AuditType.SERVER_STARTED);
        append(1, AuditType.ALERT);
        accept(otherStore, otherStore.nextId(), true);

        assertEquals(2, trail.ends().get(node));
        assertEquals(1, trail.ends().get(other));
    }

    @Test
    void aStretchIsReadByNumberAndFiltered() {
        for (int i = 0; i < 6; i++) {
            append(i, i % 2 == 0 ? AuditType.ALERT : AuditType.WARNING);
        }
        var all = new Stretch(node, 0, 6);

        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), seqs(trail.events(all, ALL, 100)));
        assertEquals(List.of(3L, 4L), seqs(trail.events(new Stretch(node, 2, 4), ALL, 100)));
        assertEquals(List.of(1L, 2L), seqs(trail.events(all, ALL, 2)));
        var alerts = new Filter("alert", NOW.plusSeconds(2), NOW.plusSeconds(5));
        assertEquals(List.of(3L, 5L), seqs(trail.events(all, alerts, 100)));
        assertTrue(trail.events(all, ALL, 100).stream().filter(alerts::matches).count() == 2);
        var first = trail.events(all, ALL, 1).get(0);
        assertEquals("second 0", first.detail());
        assertEquals(NOW, first.at());
        assertEquals("server", first.actor());
    }

    @Test
    void aTimeIsFoundWithoutWalking() {
        for (int i = 0; i < 50; i++) {
            append(10 * i, AuditType.ALERT);
        }

        assertEquals(0, trail.before(node, NOW));
        assertEquals(0, trail.before(node, NOW.minusSeconds(1)));
        assertEquals(1, trail.before(node, NOW.plusSeconds(1)));
        assertEquals(20, trail.before(node, NOW.plusSeconds(200)));
        assertEquals(50, trail.before(node, NOW.plusSeconds(10_000)));
        assertEquals(0, trail.before("node of nobody", NOW));
    }

    @Test
    void arrivalsComeInTheOrderOfTheirCommitsNotOfTheirIds() {
        long early = store.nextId();
        long late = store.nextId();
        var ids = new ArrayList<Long>();
        accept(store, late, true);
        accept(store, store.nextId(), false);
        var first = trail.arrivals(new Stretch(node, 0, trail.ends().get(node)), 10);
        first.forEach(event -> ids.add(event.message()));
        accept(store, early, true);
        trail.arrivals(new Stretch(node, first.get(0).seq(), trail.ends().get(node)), 10)
                .forEach(event -> ids.add(event.message()));

        assertEquals(List.of(late, early), ids);
    }

    @Test
    void theEventsOfATrackingIdAreFoundInAnyCase() {
        var trackingId = accept(store, store.nextId(), true);
        append(0, AuditType.ALERT);

        var events = trail.eventsOf(trackingId.toLowerCase(Locale.ROOT));
        assertEquals(List.of("accepted"), events.stream().map(TrailEvent::type).toList());
        assertEquals(trackingId, events.get(0).trackingId());
        assertEquals(List.of(), trail.eventsOf(UUID.randomUUID().toString()));
    }
}
