package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.bytes;
import static org.itkserver.exchange.StoreContract.event;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.envelope.Ids;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

/** What every message store and table of work promises; run on the fake and on the real databases. */
public abstract class MessageStoreContract
        implements OutboundContract,
                DecisionContract,
                AcknowledgementContract,
                ForwardContract,
                WorkContract,
                RepairContract,
                BulkContract {
    private static final Lane SYNC = new Lane(Lane.Kind.SYNC, "h");

    protected final Ids ids = Ids.random();
    private final SettableClock clock = new SettableClock(NOW);

    @Override
    public SettableClock clock() {
        return clock;
    }

    private static Settlement handled(Delivery work) {
        return Settlement.done(
                work, MessageState.HANDLED, null, Change.of(List.of(event(work.message(), AuditType.HANDLED))));
    }

    /** Other tests leave work behind on a shared database, so only this message's counts. */
    private List<Delivery> claim(long message, Instant at) {
        return List.of("h", "i").stream()
                .flatMap(handler -> StoreContract.claims(queue(), new Lane(Lane.Kind.HANDLE, handler), at).stream())
                .filter(d -> d.message() == message)
                .toList();
    }

    @Test
    void keepsTheBytesAsReceived() throws IOException {
        var random = new byte[3 << 20];
        new Random(7).nextBytes(random);
        for (var body : List.of(bytes("<a/>"), new byte[] {0, -1, 1}, random, new byte[2_000_000])) {
            var message = message(ids.next(), body, List.of(), null);
            assertTrue(store().accept(message).isEmpty());
            try (var raw = store().raw(message.id()).orElseThrow()) {
                assertArrayEquals(body, raw.readAllBytes());
            }
        }
        assertTrue(store().raw(-1).isEmpty());
    }

    @Test
    void aSecondMessageWithTheSameKeyIsNotStored() {
        var trackingId = ids.next();
        var first = message(trackingId, bytes("one"), List.of(), null);
        assertTrue(store().accept(first).isEmpty());
        var second = message(trackingId, bytes("two"), List.of(), null);
        var earlier = store().accept(second).orElseThrow();

        assertEquals(first.id(), earlier.id());
        assertArrayEquals(first.digest(), earlier.digest());
        assertEquals(MessageState.HANDLED, earlier.state());
        assertEquals(AnswerKind.OK200, earlier.answer());
        assertTrue(store().raw(second.id()).isEmpty());
        assertEquals(first.id(), store().find("p", trackingId).orElseThrow().id());
        assertTrue(store().find("q", trackingId).isEmpty());
    }

    @Test
    void ofManyCopiesAtOnceOneIsStored() throws Exception {
        var trackingId = ids.next();
        var pool = Executors.newFixedThreadPool(16);
        try {
            var results = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 64; i++) {
                results.add(pool.submit(() -> store().accept(message(trackingId, bytes("same"), List.of("h"), null))
                        .isEmpty()));
            }
            int stored = 0;
            for (var result : results) {
                stored += result.get() ? 1 : 0;
            }
            assertEquals(1, stored);
        } finally {
            pool.shutdownNow();
        }
        assertEquals(
                1, claim(store().find("p", trackingId).orElseThrow().id(), NOW).size());
    }

    @Test
    void idsRise() {
        long before = store().nextId();
        for (int i = 0; i < 2500; i++) {
            long next = store().nextId();
            assertTrue(next > before);
            before = next;
        }
    }

    @Test
    void workIsClaimedOnceUntilItsLeaseEnds() {
        var message = message(ids.next(), bytes("w"), List.of("h"), null);
        store().accept(message);

        var claimed = claim(message.id(), NOW);
        assertEquals(List.of(new Delivery(message.id(), 0, new Lane(Lane.Kind.HANDLE, "h"), 1, 0)), claimed);
        assertTrue(claim(message.id(), NOW).isEmpty());
        assertTrue(claim(message.id(), NOW.plus(LEASE)).isEmpty());
        assertEquals(
                2, claim(message.id(), NOW.plus(LEASE).plusSeconds(1)).get(0).attempt());
        assertFalse(store().settle(handled(claimed.get(0))), "the first claim has lost its work");
        assertEquals(MessageState.ACCEPTED, state(message));
    }

    private MessageState state(Acceptance message) {
        return store().find("p", message.trackingId()).orElseThrow().state();
    }

    @Test
    void aMessageIsHandledWhenItsLastWorkIs() {
        var message = message(ids.next(), bytes("w"), List.of("h", "i"), null);
        store().accept(message);
        var claimed = claim(message.id(), NOW);
        assertEquals(2, claimed.size());

        assertTrue(store().settle(handled(claimed.get(0))));
        assertEquals(MessageState.ACCEPTED, state(message));
        assertFalse(store().settle(handled(claimed.get(0))), "settled once");
        assertTrue(store().settle(handled(claimed.get(1))));
        assertEquals(MessageState.HANDLED, state(message));
    }

    @Test
    void aBadEndStays() {
        var message = message(ids.next(), bytes("w"), List.of("h", "i"), null);
        store().accept(message);
        var claimed = claim(message.id(), NOW);
        var rejected = Settlement.done(claimed.get(0), MessageState.REJECTED, "no", NOTHING);

        assertTrue(store().settle(rejected));
        assertTrue(store().settle(handled(claimed.get(1))));
        assertEquals(MessageState.REJECTED, state(message));
    }

    @Test
    void workHandedBackIsDueAtItsTime() {
        var message = message(ids.next(), bytes("w"), List.of("h"), null);
        store().accept(message);
        var claimed = claim(message.id(), NOW).get(0);
        assertTrue(store().settle(Settlement.again(claimed, NOW.plusSeconds(60), List.of())));

        assertTrue(claim(message.id(), NOW.plusSeconds(59)).isEmpty());
        assertEquals(2, claim(message.id(), NOW.plusSeconds(60)).get(0).attempt());
    }

    @Test
    void aSynchronousRequestBelongsToItsRequestUntilItIsHandedBack() {
        var message = message(ids.next(), bytes("s"), List.of("h"), LEASE);
        store().accept(message);
        assertTrue(claim(message.id(), NOW.plus(LEASE).plusSeconds(9)).isEmpty(), "no worker takes it");
        assertTrue(queue().reclaim(message.id(), NOW, LEASE).isEmpty());

        var work = new Delivery(message.id(), 0, SYNC, 1, 0);
        assertTrue(store().settle(Settlement.again(work, null, List.of())));
        assertEquals(2, queue().reclaim(message.id(), NOW, LEASE).orElseThrow().attempt());
        assertTrue(queue().reclaim(message.id(), NOW, LEASE).isEmpty());
        assertFalse(store().settle(handled(work)));

        var second = new Delivery(message.id(), 0, SYNC, 2, 0);
        assertTrue(store().settle(new Settlement(
                second, MessageState.HANDLED, null, AnswerKind.RESPONSE, "<r>\u00e9</r>", null, null, null, NOTHING)));
        assertEquals("<r>\u00e9</r>", store().response(message.id()).orElseThrow());
        assertTrue(queue().reclaim(message.id(), NOW.plus(LEASE).plusSeconds(1), LEASE)
                .isEmpty());
    }

    @Test
    void aSynchronousRequestInHandAtTwoRecordedDeathsIsLostForGood() {
        var message = message(ids.next(), bytes("s"), List.of("h"), LEASE);
        store().accept(message);
        queue().releaseOwn(true);
        assertEquals(1, queue().reclaim(message.id(), NOW, LEASE).orElseThrow().lost());
        queue().releaseOwn(true);
        var third = queue().reclaim(message.id(), NOW, LEASE).orElseThrow();
        assertEquals(3, third.attempt());
        assertEquals(RetrySchedule.LOST, third.lost());
    }

    @Test
    void aStoredFaultIsRemembered() {
        var message = message(ids.next(), bytes("s"), List.of("h"), LEASE);
        store().accept(message);
        var errorId = ids.next();
        store().settle(new Settlement(
                new Delivery(message.id(), 0, SYNC, 1, 0),
                MessageState.REJECTED,
                null,
                AnswerKind.FAULT,
                null,
                errorId,
                "because",
                null,
                NOTHING));
        var found = store().find("p", message.trackingId()).orElseThrow();

        assertEquals(AnswerKind.FAULT, found.answer());
        assertEquals(errorId, found.errorId());
        assertEquals("because", found.reason());
    }

    @Test
    void aRestartMakesClaimedWorkClaimableAgain() {
        var message = message(ids.next(), bytes("w"), List.of("h"), null);
        store().accept(message);
        claim(message.id(), NOW);
        queue().releaseOwn(false);
        assertEquals(2, claim(message.id(), NOW).get(0).attempt());
    }
}
