package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** H7: a received message gets its business outcome once. */
public interface DecisionContract extends StoreContract {

    private OutboundMessage ack(long about, String outcome) {
        return draft(MessageKind.BUS_ACK, lane(Lane.Kind.SEND))
                .origin(about)
                .outcome(outcome)
                .build();
    }

    private static Change decision(long about, OutboundMessage ack) {
        var decision = new Change.Decision(about, String.valueOf(ack.outcome()));
        return new Change(List.of(ack), List.of(), decision, List.of(), List.of(event(about, AuditType.DECIDED)));
    }

    private List<String> acks(long about) {
        return store().childrenOf(about).stream().map(MessageRecord::outcome).toList();
    }

    private String outcome(long id) {
        return String.valueOf(store().message(id).orElseThrow().outcome());
    }

    @Test
    default void theFirstDecisionStands() {
        long id = accepted(List.of(), NOTHING).id();
        assertEquals("null", outcome(id));
        assertTrue(store().apply(decision(id, ack(id, "AA"))));
        assertEquals("AA", outcome(id));
        assertEquals(List.of("AA"), acks(id));

        assertFalse(store().apply(decision(id, ack(id, "AR"))), "another one");
        assertFalse(store().apply(decision(id, ack(id, "AA"))), "the same one");
        assertFalse(otherStore().apply(decision(id, ack(id, "AE"))), "one of another node");
        assertEquals("AA", outcome(id));
        assertEquals(List.of("AA"), acks(id));
    }

    @Test
    default void nothingOfAChangeHappensWhenItsDecisionIsLate() {
        long id = accepted(List.of(), NOTHING).id();
        store().apply(decision(id, ack(id, "AA")));
        var sent = stored(lane(Lane.Kind.SEND));
        var again = stored(lane(Lane.Kind.SEND));
        end(again.lane(), MessageState.SENT, null);
        clock().forward(LEASE);
        var resend = new Change.Resend(again.id(), again.lane(), clock().instant(), clock().instant());
        var effect = new AckEffect(sent.id(), AckEffect.Kind.BUSINESS, null);
        var late = new Change(
                List.of(ack(id, "AR")), List.of(effect), new Change.Decision(id, "AR"), List.of(resend), List.of());

        assertFalse(store().apply(late));
        assertEquals(List.of("AA"), acks(id));
        assertEquals(MessageState.ACCEPTED, stateOf(sent.id()));
        assertTrue(queue().claim(again.lane(), 9, clock().instant(), LEASE).isEmpty());
    }

    @Test
    default void aMessageThatWasNotReceivedHasNoDecision() {
        var sent = stored(lane(Lane.Kind.SEND));
        assertFalse(store().apply(decision(sent.id(), ack(sent.id(), "AA"))));
        assertEquals("null", outcome(sent.id()));
        assertFalse(store().apply(decision(-1, ack(-1, "AA"))));
    }

    @Test
    default void anEndOfWorkThatDecidesTooLateLosesItsBusinessAcknowledgementAlone() {
        var handler = lane(Lane.Kind.HANDLE);
        long id = accepted(List.of(handler.name()), NOTHING).id();
        store().apply(decision(id, ack(id, "AR")));
        var note = draft(MessageKind.BODY, lane(Lane.Kind.SEND)).build();
        var late = decision(id, ack(id, "AA"));
        var change = new Change(List.of(late.out().get(0), note), List.of(), late.decision(), List.of(), late.events());

        assertTrue(store().settle(Settlement.done(claim(handler), MessageState.HANDLED, null, change)));
        assertEquals(MessageState.HANDLED, stateOf(id));
        assertEquals("AR", outcome(id));
        assertEquals(List.of("AR"), acks(id));
        assertEquals(note.id(), claim(note.lane()).message(), "the rest of the change took effect");
    }

    /** The end of work that takes its message, with the acknowledgement that says so and the events of both. */
    default Settlement lateDecision(Delivery work, long id) {
        var ack = ack(id, "AA");
        var events = List.of(event(id, AuditType.HANDLED), event(ack.id(), AuditType.ACKNOWLEDGING));
        var change = new Change(List.of(ack), List.of(), new Change.Decision(id, "AA"), List.of(), events);
        return Settlement.done(work, MessageState.HANDLED, null, change);
    }

    @Test
    default void theEndOfWorkDecides() {
        var handler = lane(Lane.Kind.HANDLE);
        long id = accepted(List.of(handler.name()), NOTHING).id();
        var change = decision(id, ack(id, "AE"));
        assertTrue(store().settle(Settlement.done(claim(handler), MessageState.REJECTED, "no", change)));
        assertEquals("AE", outcome(id));
        assertEquals(List.of("AE"), acks(id));
    }

    @Test
    default void ofManyDecisionsAtOnceOneStands() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                long id = accepted(List.of(), NOTHING).id();
                var start = new CountDownLatch(1);
                var results = new ArrayList<Future<Boolean>>();
                for (int i = 0; i < 8; i++) {
                    var store = i % 2 == 0 ? store() : otherStore();
                    var change = decision(id, ack(id, i % 3 == 0 ? "AA" : "AR"));
                    results.add(pool.submit(() -> {
                        start.await();
                        return store.apply(change);
                    }));
                }
                start.countDown();
                int won = 0;
                for (var result : results) {
                    won += result.get() ? 1 : 0;
                }
                assertEquals(1, won);
                assertEquals(List.of(outcome(id)), acks(id));
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
