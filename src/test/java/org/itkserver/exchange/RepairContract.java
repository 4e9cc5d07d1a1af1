package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.fresh;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;
import org.junit.jupiter.api.Test;

/** What people do with messages. */
public interface RepairContract extends StoreContract {
    private static Repair.Resend resend(long id, Lane lane, Long origin) {
        return new Repair.Resend(id, lane, null, null, origin, null, event(id, AuditType.RESENDING));
    }

    private boolean resend(OutboundMessage message) {
        return store().repair(resend(message.id(), message.lane(), null));
    }

    private boolean retry(long id) {
        return store().repair(new Repair.Retry(id, event(id, AuditType.RETRYING)));
    }

    private boolean giveUp(long id) {
        return store().repair(new Repair.GiveUp(id, "given up: test", event(id, AuditType.GIVEN_UP)));
    }

    private boolean seen(long id) {
        return store().repair(new Repair.Seen(id, event(id, AuditType.ACK_SEEN)));
    }

    private String reason(long id) {
        return store().message(id).orElseThrow().reason();
    }

    /** A message of ours that could not be sent, at its second attempt. */
    private OutboundMessage dead() {
        var message = stored(lane(Lane.Kind.SEND));
        store().settle(Settlement.again(claim(message.lane()), NOW, List.of()));
        end(message.lane(), MessageState.DEAD_LETTER, null);
        return message;
    }

    /** A received message that its handler refused. */
    private long refused(Lane handler, MessageState state) {
        long id = accepted(List.of(handler.name()), NOTHING).id();
        store().settle(Settlement.done(claim(handler), state, "because", NOTHING));
        return id;
    }

    @Test
    default void aDeadLetterIsSentAgainUnderHigherAttempts() {
        var message = dead();
        assertFalse(store().remaining(message.id()).waits());
        var today = lane(Lane.Kind.SEND);
        assertTrue(store().repair(resend(message.id(), today, null)));
        assertEquals(MessageState.ACCEPTED, stateOf(message.id()));
        assertNull(reason(message.id()));
        assertTrue(store().remaining(message.id()).waits());

        var work = claim(today);
        assertEquals(new Delivery(message.id(), 0, today, 3, 0, 2), work);
        assertEquals(1, work.turn());
        assertTrue(store().settle(ended(work, MessageState.DEAD_LETTER, null)), "and may end badly once more");
        assertTrue(resend(message));
        assertEquals(4, claim(message.lane()).attempt());
    }

    @Test
    default void whatWaitsToBeSentIsNotSentTwice() {
        var waiting = stored(lane(Lane.Kind.SEND));
        assertFalse(resend(waiting));
        var queued = stored(lane(Lane.Kind.QUEUE));
        assertFalse(resend(queued));
        assertTrue(end(waiting.lane(), MessageState.SENT, null));
        assertTrue(resend(waiting));
        assertFalse(resend(waiting));
        claim(waiting.lane());
        assertFalse(resend(waiting), "nor while it is being sent");
        assertFalse(resend(draft(MessageKind.BUSINESS, lane(Lane.Kind.SEND)).build()), "nor what is not stored");
        long received = accepted(List.of(), NOTHING).id();
        assertFalse(store().repair(resend(received, waiting.lane(), null)), "nor what was received");
    }

    @Test
    default void aRefusedMessageIsSentAgainAndAnAcknowledgedOneStaysSo() {
        var refused = stored(lane(Lane.Kind.SEND));
        end(refused.lane(), MessageState.SENT, null);
        acknowledge(refused.id(), AckEffect.Kind.NEGATIVE);
        assertTrue(resend(refused));
        assertEquals(MessageState.ACCEPTED, stateOf(refused.id()));
        end(refused.lane(), MessageState.SENT, null);
        assertTrue(acknowledge(refused.id(), AckEffect.Kind.BUSINESS));
        assertEquals(MessageState.BUSINESS_ACKED, stateOf(refused.id()));

        assertTrue(resend(refused));
        assertEquals(MessageState.BUSINESS_ACKED, stateOf(refused.id()), "the receiver has said so");
        end(refused.lane(), MessageState.SENT, null);
        assertEquals(MessageState.BUSINESS_ACKED, stateOf(refused.id()));
    }

    @Test
    default void deadlinesBeginAnew() {
        var message = stored(lane(Lane.Kind.SEND));
        end(message.lane(), MessageState.SENT, null);
        var due = NOW.plusSeconds(7200);
        store().repair(new Repair.Resend(
                message.id(), message.lane(), null, due, null, null, event(message.id(), AuditType.RESENDING)));
        assertEquals(List.of(), expired(message.id(), NOW.plusSeconds(3601)));
        var expired = expired(message.id(), due);
        assertEquals(1, expired.size());
        assertEquals(OutboundMessage.ACK_DUE, expired.get(0).number());
        assertTrue(store().settle(ended(expired.get(0), MessageState.OVERDUE, null)));
        assertEquals(MessageState.OVERDUE, stateOf(message.id()));
    }

    @Test
    default void handlersThatRefusedAreAskedAgainUnderHigherAttempts() {
        for (var state : List.of(MessageState.DEAD_LETTER, MessageState.REJECTED)) {
            var handler = lane(Lane.Kind.HANDLE);
            long id = refused(handler, state);
            assertTrue(store().remaining(id).refusedByHandler());
            assertTrue(retry(id));
            assertFalse(retry(id), "once");
            assertFalse(store().remaining(id).refusedByHandler());
            assertEquals(MessageState.ACCEPTED, stateOf(id));
            assertNull(reason(id));

            var work = claim(handler);
            assertEquals(new Delivery(id, 0, handler, 2, 0, 1), work);
            store().settle(Settlement.again(work, NOW, List.of()));
            var next = claim(handler);
            assertEquals(new Delivery(id, 0, handler, 3, 0, 1), next);
            store().settle(Settlement.done(next, MessageState.HANDLED, null, NOTHING));
            assertEquals(MessageState.HANDLED, stateOf(id));
            assertFalse(retry(id), "it is handled");
        }
    }

    @Test
    default void whoTookItIsNotAskedAgain() {
        var good = lane(Lane.Kind.HANDLE);
        var bad = lane(Lane.Kind.HANDLE);
        long id = accepted(List.of(good.name(), bad.name()), NOTHING).id();
        store().settle(Settlement.done(claim(bad), MessageState.DEAD_LETTER, "no", NOTHING));
        assertTrue(retry(id), "while the other one still has it");
        store().settle(Settlement.done(claim(bad), MessageState.HANDLED, null, NOTHING));
        assertEquals(MessageState.ACCEPTED, stateOf(id));
        store().settle(Settlement.done(claim(good), MessageState.HANDLED, null, NOTHING));
        assertEquals(MessageState.HANDLED, stateOf(id));
    }

    private List<OutboundMessage> forwards(long origin, List<String> handlers, int hops) {
        var trackingId = fresh();
        var out = new ArrayList<OutboundMessage>();
        for (int i = 0; i < hops; i++) {
            out.add(draft(MessageKind.FORWARD, "hop-" + i, trackingId)
                    .lane(lane(Lane.Kind.SEND))
                    .origin(origin)
                    .build());
        }
        accepted(origin, MessageState.ACCEPTED, handlers, Change.of(List.of(), out));
        return out;
    }

    @Test
    default void aReceivedMessageIsHandledWhenItsForwardIsSentAfterAll() {
        for (var state : List.of(MessageState.DEAD_LETTER, MessageState.REJECTED)) {
            long id = store().nextId();
            var forward = forwards(id, List.of(), 1).get(0);
            end(forward.lane(), state, id);
            assertEquals(state, stateOf(id));
            assertFalse(retry(id), "no handler has it");

            assertTrue(store().repair(resend(forward.id(), forward.lane(), id)));
            assertEquals(MessageState.ACCEPTED, stateOf(id));
            assertNull(reason(id));
            end(forward.lane(), MessageState.SENT, id);
            assertEquals(MessageState.HANDLED, stateOf(id));

            assertTrue(store().repair(resend(forward.id(), forward.lane(), id)));
            assertEquals(MessageState.HANDLED, stateOf(id), "what is handled stays so");
        }
    }

    @Test
    default void aReceivedMessageStaysBadUntilAllOfItIsRepaired() {
        long id = store().nextId();
        var handler = lane(Lane.Kind.HANDLE);
        var forwards = forwards(id, List.of(handler.name()), 2);
        end(forwards.get(0).lane(), MessageState.DEAD_LETTER, id);
        end(forwards.get(1).lane(), MessageState.REJECTED, id);
        store().settle(Settlement.done(claim(handler), MessageState.REJECTED, "no", NOTHING));

        assertTrue(retry(id));
        store().settle(Settlement.done(claim(handler), MessageState.HANDLED, null, NOTHING));
        assertTrue(store().repair(resend(forwards.get(0).id(), forwards.get(0).lane(), id)));
        end(forwards.get(0).lane(), MessageState.SENT, id);
        assertEquals(MessageState.DEAD_LETTER, stateOf(id));
        assertTrue(store().repair(resend(forwards.get(1).id(), forwards.get(1).lane(), id)));
        assertEquals(MessageState.ACCEPTED, stateOf(id));
        end(forwards.get(1).lane(), MessageState.SENT, id);
        assertEquals(MessageState.HANDLED, stateOf(id));
    }

    @Test
    default void nothingIsDoneForWhatIsGivenUp() {
        var overdue = stored(lane(Lane.Kind.SEND));
        store().settle(ended(expired(overdue.id(), NOW.plusSeconds(60)).get(0), MessageState.OVERDUE, null));
        var work = claim(overdue.lane());
        assertFalse(giveUp(overdue.id()), "while it is being sent");
        store().settle(Settlement.again(work, NOW, List.of()));

        assertTrue(giveUp(overdue.id()));
        assertFalse(giveUp(overdue.id()));
        assertEquals(MessageState.REJECTED, stateOf(overdue.id()));
        assertEquals("given up: test", reason(overdue.id()));
        assertTrue(
                queue().claim(overdue.lane(), 9, NOW.plusSeconds(9999), LEASE).isEmpty());
        assertEquals(List.of(), expired(overdue.id(), NOW.plusSeconds(9999)));

        assertTrue(resend(overdue), "a person may change her mind");
        assertEquals(2, claim(overdue.lane()).attempt());
    }

    @Test
    default void onlyWhatIsStuckCanBeGivenUp() {
        var waiting = stored(lane(Lane.Kind.SEND));
        assertFalse(giveUp(waiting.id()));
        end(waiting.lane(), MessageState.SENT, null);
        assertFalse(giveUp(waiting.id()));
        assertFalse(giveUp(-1));
        var handler = lane(Lane.Kind.HANDLE);
        long id = refused(handler, MessageState.DEAD_LETTER);
        assertTrue(giveUp(id));
        assertTrue(retry(id), "a person may change her mind");
        assertEquals(2, claim(handler).attempt());
    }

    @Test
    default void anAcknowledgementThatMatchesNothingIsSeenOnce() {
        long id = unmatched();
        assertFalse(store().remaining(id).seen());
        assertTrue(seen(id));
        assertTrue(store().remaining(id).seen());
        assertFalse(seen(id));
        assertFalse(seen(accepted(List.of(), NOTHING).id()), "a document");
        var ack = draft(MessageKind.INF_ACK, lane(Lane.Kind.SEND)).outcome("OK").build();
        store().apply(Change.of(List.of(), List.of(ack)));
        assertFalse(seen(ack.id()), "one of ours");
    }

    @Test
    default void ofManyWhoDoTheSameOneDoesIt() throws Exception {
        var pool = Executors.newFixedThreadPool(6);
        try {
            for (int round = 0; round < 10; round++) {
                var dead = dead();
                var handler = lane(Lane.Kind.HANDLE);
                long refused = refused(handler, MessageState.DEAD_LETTER);
                assertEquals(1, won(pool, resend(dead.id(), dead.lane(), null)));
                assertEquals(1, won(pool, new Repair.Retry(refused, event(refused, AuditType.RETRYING))));
                assertEquals(3, claim(dead.lane()).attempt());
                assertEquals(2, claim(handler).attempt());
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private int won(java.util.concurrent.ExecutorService pool, Repair repair) throws Exception {
        var start = new CountDownLatch(1);
        var results = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < 6; i++) {
            var store = i % 2 == 0 ? store() : otherStore();
            results.add(pool.submit(() -> {
                start.await();
                return store.repair(repair);
            }));
        }
        start.countDown();
        int won = 0;
        for (var result : results) {
            won += result.get() ? 1 : 0;
        }
        return won;
    }
}
