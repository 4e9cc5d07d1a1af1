package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every message store and table of work promises; run on the fake and on the real databases. */
public abstract class MessageStoreContract {
    protected static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Lane SYNC = new Lane(Lane.Kind.SYNC, "h");
    private static final Change NOTHING = Change.of(List.of());

    protected final Ids ids = Ids.random();

    protected abstract MessageStore store();

    protected abstract DeliveryQueue queue();

    protected Acceptance message(String trackingId, byte[] body, List<String> work, @Nullable Duration lease) {
        long id = store().nextId();
        var event = new AuditEvent(
                NOW, AuditType.ACCEPTED, id, trackingId, "p", "s", "u", "127.0.0.1", null, null, "for test");
        var digest = MessageBody.of(body).sha256(0, body.length);
        return new Acceptance(
                id,
                "p",
                trackingId,
                ids.next(),
                "s",
                null,
                "urn:a",
                "urn:b",
                work.isEmpty() ? MessageState.HANDLED : MessageState.ACCEPTED,
                NOW,
                digest,
                digest,
                new byte[16],
                lease == null ? AnswerKind.OK200 : AnswerKind.RESPONSE,
                true,
                false,
                MessageBody.of(body),
                work,
                lease,
                MessageKind.BUSINESS,
                false,
                null,
                null,
                Change.of(List.of(event)));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static AuditEvent event(long message, AuditType type) {
        return new AuditEvent(NOW, type, message, null, "p", "s", "server", null, null, null, "x");
    }

    private static Settlement handled(Delivery work) {
        return Settlement.done(
                work, MessageState.HANDLED, null, Change.of(List.of(event(work.message(), AuditType.HANDLED))));
    }

    /** Other tests leave work behind on a shared database, so only this message's counts. */
    private List<Delivery> claim(long message, Instant at) {
        return List.of("h", "i").stream()
                .flatMap(handler -> queue().claim(new Lane(Lane.Kind.HANDLE, handler), 1000, at, LEASE).stream())
                .filter(d -> d.message() == message)
                .toList();
    }

    @Test
    void keepsTheBytesAsReceived() throws IOException {
        var random = new byte[3 << 20];
        new Random(7).nextBytes(random);
        for (var body : List.of(text("<a/>"), new byte[] {0, -1, 1}, random, new byte[2_000_000])) {
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
        var first = message(trackingId, text("one"), List.of(), null);
        assertTrue(store().accept(first).isEmpty());
        var second = message(trackingId, text("two"), List.of(), null);
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
                results.add(pool.submit(() -> store().accept(message(trackingId, text("same"), List.of("h"), null))
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
        var message = message(ids.next(), text("w"), List.of("h"), null);
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
        var message = message(ids.next(), text("w"), List.of("h", "i"), null);
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
        var message = message(ids.next(), text("w"), List.of("h", "i"), null);
        store().accept(message);
        var claimed = claim(message.id(), NOW);
        var rejected = Settlement.done(claimed.get(0), MessageState.REJECTED, "no", NOTHING);

        assertTrue(store().settle(rejected));
        assertTrue(store().settle(handled(claimed.get(1))));
        assertEquals(MessageState.REJECTED, state(message));
    }

    @Test
    void workHandedBackIsDueAtItsTime() {
        var message = message(ids.next(), text("w"), List.of("h"), null);
        store().accept(message);
        var claimed = claim(message.id(), NOW).get(0);
        assertTrue(store().settle(Settlement.again(claimed, NOW.plusSeconds(60), List.of())));

        assertTrue(claim(message.id(), NOW.plusSeconds(59)).isEmpty());
        assertEquals(2, claim(message.id(), NOW.plusSeconds(60)).get(0).attempt());
    }

    @Test
    void aSynchronousRequestBelongsToItsRequestUntilItIsHandedBack() {
        var message = message(ids.next(), text("s"), List.of("h"), LEASE);
        store().accept(message);
        assertTrue(claim(message.id(), NOW.plus(LEASE).plusSeconds(9)).isEmpty(), "no worker takes it");
        assertEquals(0, queue().reclaim(message.id(), NOW, LEASE));

        var work = new Delivery(message.id(), 0, SYNC, 1, 0);
        assertTrue(store().settle(Settlement.again(work, null, List.of())));
        assertEquals(2, queue().reclaim(message.id(), NOW, LEASE));
        assertEquals(0, queue().reclaim(message.id(), NOW, LEASE));
        assertFalse(store().settle(handled(work)));

        var second = new Delivery(message.id(), 0, SYNC, 2, 0);
        assertTrue(store().settle(new Settlement(
                second, MessageState.HANDLED, null, AnswerKind.RESPONSE, "<r>\u00e9</r>", null, null, null, NOTHING)));
        assertEquals("<r>\u00e9</r>", store().response(message.id()).orElseThrow());
        assertEquals(0, queue().reclaim(message.id(), NOW.plus(LEASE).plusSeconds(1), LEASE));
    }

    @Test
    void aStoredFaultIsRemembered() {
        var message = message(ids.next(), text("s"), List.of("h"), LEASE);
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
        var message = message(ids.next(), text("w"), List.of("h"), null);
        store().accept(message);
        claim(message.id(), NOW);
        queue().releaseOwn();
        assertEquals(2, claim(message.id(), NOW).get(0).attempt());
    }
}
