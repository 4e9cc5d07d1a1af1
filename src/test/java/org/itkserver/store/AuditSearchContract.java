package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.AuditSearch.Filter;
import org.itkserver.audit.AuditSearch.Position;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Looking for events, on a real database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AuditSearchContract {
    private static final Instant NOW = TamperedTrail.NOW;
    private static final int EVENTS = 1300;

    private Database database;
    private TamperedTrail one;
    private TamperedTrail two;
    private AuditSearch search;
    private String refused;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() throws Exception {
        database = MigratedDatabase.of(settings());
        search = new JdbcAuditSearch(database, new JdbcTrailQuery(database));
        one = new TamperedTrail(database).written();
        two = new TamperedTrail(database).written().stopped();
        refused = UUID.randomUUID().toString().toUpperCase(java.util.Locale.ROOT);
        var pool = java.util.concurrent.Executors.newFixedThreadPool(16);
        for (int i = 0; i < EVENTS; i++) {
            // five of each microsecond, across the ends of what is read at once
            var at = NOW.plusSeconds(100).plusNanos(1000L * (i / 5));
            var type = i == 3 ? AuditType.ALERT : AuditType.SIGNED_IN;
            var tracking = i == 4 ? refused : null;
            var number = i;
            pool.submit(() -> one.store.append(new AuditEvent(
                    at, type, null, tracking, "p" + number % 7, null, "a" + number % 3, null, null, null, "x")));
        }
        pool.shutdown();
        assertTrue(pool.awaitTermination(300, java.util.concurrent.TimeUnit.SECONDS));
    }

    @AfterAll
    void shut() {
        one.close();
        database.close();
    }

    private static Filter any() {
        return new Filter(null, null, null, null, null, false, NOW, NOW.plusSeconds(1000));
    }

    private List<TrailEvent> all(Filter filter, int most) {
        var out = new ArrayList<TrailEvent>();
        var found = search.find(filter, null, most);
        out.addAll(found.events());
        while (found.next() != null) {
            var text = found.next().text();
            found = search.find(filter, Position.parse(text).orElseThrow(), most);
            out.addAll(found.events());
        }
        return out;
    }

    @Test
    void everyEventComesOnceNewestFirst() {
        for (int most : new int[] {7, 50, 1000, 5000}) {
            var events = all(any(), most);
            assertEquals(EVENTS + 24, events.size(), "pages of " + most);
            assertEquals(EVENTS + 24, events.stream().distinct().count());
            for (int i = 1; i < events.size(); i++) {
                assertFalse(events.get(i).at().isAfter(events.get(i - 1).at()));
            }
        }
    }

    @Test
    void everyFilterFindsWhatItNames() {
        assertEquals(
                1,
                all(new Filter("alert", null, null, null, null, false, NOW, NOW.plusSeconds(1000)), 50)
                        .size());
        var actors = all(new Filter(null, "a1", null, null, null, false, NOW, NOW.plusSeconds(1000)), 50);
        assertEquals(433, actors.size());
        var both = all(new Filter("signed-in", "a1", "p2", null, null, false, NOW, NOW.plusSeconds(1000)), 50);
        assertEquals(62, both.size());
        assertEquals(
                16,
                all(new Filter(null, null, null, null, null, true, NOW, NOW.plusSeconds(1000)), 50)
                        .size());
        assertEquals(
                0,
                all(new Filter(null, null, null, null, null, false, NOW.minusSeconds(9), NOW), 50)
                        .size());
    }

    @Test
    void theEventsOfAMessageAndOfATrackingIdAreFound() {
        var row = one.rows().get(1);
        var byMessage = new Filter(null, null, null, null, row.message(), false, NOW, NOW.plusSeconds(1000));
        assertEquals(
                List.of(row.seq()),
                all(byMessage, 50).stream().map(TrailEvent::seq).toList());
        var byId = new Filter(null, null, null, row.trackingId(), null, false, NOW, NOW.plusSeconds(1000));
        assertEquals(
                List.of(row.seq()), all(byId, 50).stream().map(TrailEvent::seq).toList());
        var unstored = new Filter(null, null, null, refused, null, false, NOW, NOW.plusSeconds(1000));
        assertEquals(1, all(unstored, 50).size());
    }

    /** Events of earlier releases name the message, but not its tracking id. */
    @Test
    void aSearchByTrackingIdFindsWhoLooked() {
        var at = NOW.minusSeconds(5000);
        var old = new TamperedTrail(database);
        old.clock.forward(Duration.ofSeconds(-5000));
        long id = old.accept("a letter");
        var trackingId = old.store.message(id).orElseThrow().trackingId();
        old.store.append(new AuditEvent(
                at, AuditType.PAYLOAD_VIEWED, id, null, null, null, "ann", "127.0.0.1", null, null, "old view"));
        old.store.append(new AuditEvent(
                at, AuditType.PAYLOAD_VIEWED, id, trackingId, "p", "s", "bob", "127.0.0.1", null, null, "new view"));
        old.close();
        var filter = new Filter("payload-viewed", null, null, trackingId, null, false, at, at);
        assertEquals(
                Set.of("ann", "bob"),
                all(filter, 50).stream().map(TrailEvent::actor).collect(Collectors.toSet()));
        // the record was destroyed when its time was over; its events stay
        database.read(connection -> Sql.update(connection, "delete from message where id = ?", id));
        assertEquals(
                List.of("bob"), all(filter, 50).stream().map(TrailEvent::actor).toList());
    }

    @Test
    void whatIsRareIsLookedForFurtherBackOnlyWhenAsked() {
        var rare = new Filter(null, "nobody", null, null, null, false, NOW, NOW.plusSeconds(1000));
        var found = search.find(rare, null, 50);
        assertTrue(found.events().isEmpty());
        assertNull(found.next());
        assertNotNull(found.reached());
    }

    @Test
    void aNodeThatStoppedHasSealedEverything() {
        var nodes = search.sealing();
        var stopped = nodes.stream()
                .filter(n -> n.node().equals(two.node))
                .findFirst()
                .orElseThrow();
        assertEquals(0, stopped.rows());
        assertEquals(two.key.id(), stopped.last().keyId());
        assertFalse(stopped.isBehind(Instant.MAX));
        var waiting = new AuditSearch.Sealing("n", null, 1, NOW);
        assertFalse(waiting.isBehind(NOW.plusSeconds(10)));
        assertTrue(waiting.isBehind(NOW.plusSeconds(11)));
    }

    @Test
    void aPlaceThatIsNoneIsNotTaken() {
        for (var text : List.of("", "x_1_n", "2026-11-22T10:00:00Z_x_n", "2026-11-22T10:00:00Z_1")) {
            assertTrue(Position.parse(text).isEmpty(), text);
        }
    }
}
