package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.fresh;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;
import org.junit.jupiter.api.Test;

/** When a message that goes to handlers and next hops has come to its end. */
public interface ForwardContract extends StoreContract {

    /**
     * A received message.
     *
     * @param handlers lanes of its handlers
     * @param hops lanes of its forwards
     */
    record Spread(long id, List<Lane> handlers, List<Lane> hops, List<Long> forwards) {}

    private Spread spread(int handlers, int hops) {
        return spread(handlers, hops, Lane.Kind.SEND);
    }

    private Spread spread(int handlers, int hops, Lane.Kind kind) {
        long id = store().nextId();
        var out = new ArrayList<OutboundMessage>();
        var lanes = new ArrayList<Lane>();
        var trackingId = fresh();
        for (int i = 0; i < hops; i++) {
            var lane = lane(kind);
            lanes.add(lane);
            out.add(draft(MessageKind.FORWARD, "hop-" + i, trackingId)
                    .lane(lane)
                    .origin(id)
                    .build());
        }
        var work = new ArrayList<Lane>();
        for (int i = 0; i < handlers; i++) {
            work.add(lane(Lane.Kind.HANDLE));
        }
        accepted(id, MessageState.ACCEPTED, work.stream().map(Lane::name).toList(), Change.of(List.of(), out));
        return new Spread(id, work, lanes, out.stream().map(OutboundMessage::id).toList());
    }

    private void handled(Lane lane) {
        assertTrue(store().settle(Settlement.done(claim(lane), MessageState.HANDLED, null, NOTHING)));
    }

    @Test
    default void aForwardedMessageIsHandledWhenItsLastForwardIs() {
        var message = spread(0, 3);
        for (var hop : message.hops()) {
            assertEquals(MessageState.ACCEPTED, stateOf(message.id()));
            end(hop, MessageState.SENT, message.id());
        }
        assertEquals(MessageState.HANDLED, stateOf(message.id()));
        message.forwards().forEach(forward -> assertEquals(MessageState.SENT, stateOf(forward)));
    }

    @Test
    default void handlersAndForwardsAreWaitedForInAnyOrder() {
        var first = spread(1, 1);
        handled(first.handlers().get(0));
        assertEquals(MessageState.ACCEPTED, stateOf(first.id()));
        end(first.hops().get(0), MessageState.SENT, first.id());
        assertEquals(MessageState.HANDLED, stateOf(first.id()));

        var second = spread(1, 1);
        end(second.hops().get(0), MessageState.SENT, second.id());
        assertEquals(MessageState.ACCEPTED, stateOf(second.id()));
        handled(second.handlers().get(0));
        assertEquals(MessageState.HANDLED, stateOf(second.id()));
    }

    @Test
    default void aBadEndOfAForwardIsFinalAtOnce() {
        for (var bad : List.of(MessageState.REJECTED, MessageState.DEAD_LETTER)) {
            var message = spread(1, 2);
            end(message.hops().get(1), bad, message.id());
            assertEquals(bad, stateOf(message.id()));
            assertEquals("because", store().message(message.id()).orElseThrow().reason());

            end(message.hops().get(0), MessageState.SENT, message.id());
            handled(message.handlers().get(0));
            assertEquals(bad, stateOf(message.id()), "and stays");
        }
    }

    @Test
    default void aBadEndAfterTheOthersIsStillSeen() {
        var message = spread(1, 1);
        handled(message.handlers().get(0));
        end(message.hops().get(0), MessageState.DEAD_LETTER, message.id());
        assertEquals(MessageState.DEAD_LETTER, stateOf(message.id()));
    }

    @Test
    default void aForwardThatIsAcknowledgedBeforeItsEndIsNotWaitedForTwice() {
        var message = spread(0, 1);
        var work = claim(message.hops().get(0));
        acknowledge(message.forwards().get(0), AckEffect.Kind.INFRASTRUCTURE);
        assertTrue(store().settle(ended(work, MessageState.SENT, message.id())));
        assertEquals(MessageState.HANDLED, stateOf(message.id()));
        assertEquals(
                MessageState.INFRASTRUCTURE_ACKED, stateOf(message.forwards().get(0)));
    }

    @Test
    default void aForwardToAQueueEndsWhenItIsConfirmed() {
        var message = spread(0, 1, Lane.Kind.QUEUE);
        var queue = message.hops().get(0).name();
        var taken = queue().collect(queue, null, 1, NOW, LEASE).get(0);
        assertEquals(MessageState.ACCEPTED, stateOf(message.id()));
        assertTrue(store().settle(ended(taken, MessageState.SENT, message.id())));
        assertEquals(MessageState.HANDLED, stateOf(message.id()));
        assertEquals(MessageState.SENT, stateOf(message.forwards().get(0)));
    }

    @Test
    default void whenTwoNodesEndTheLastPiecesAtOnceTheMessageIsHandled() throws Exception {
        var pool = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 40; round++) {
                var message = spread(2, 2);
                var start = new CountDownLatch(1);
                var ends = new ArrayList<Future<Boolean>>();
                for (int i = 0; i < 2; i++) {
                    var store = i == 0 ? store() : otherStore();
                    var queue = i == 0 ? queue() : otherQueue();
                    Delivery work = queue.claim(message.handlers().get(i), 1, NOW, LEASE)
                            .get(0);
                    Delivery send =
                            queue.claim(message.hops().get(i), 1, NOW, LEASE).get(0);
                    ends.add(pool.submit(() -> {
                        start.await();
                        return store.settle(Settlement.done(work, MessageState.HANDLED, null, NOTHING));
                    }));
                    ends.add(pool.submit(() -> {
                        start.await();
                        return store.settle(ended(send, MessageState.SENT, message.id()));
                    }));
                }
                start.countDown();
                for (var end : ends) {
                    assertTrue(end.get());
                }
                assertEquals(MessageState.HANDLED, stateOf(message.id()), "round " + round);
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
