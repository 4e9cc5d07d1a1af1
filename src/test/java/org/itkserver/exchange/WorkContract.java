package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.fresh;
import static org.itkserver.exchange.StoreContract.lane;
import static org.itkserver.exchange.StoreContract.partner;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of work: lanes, claims, lost attempts, queues. */
public interface WorkContract extends StoreContract {
    Duration HIDDEN = Duration.ofMinutes(10);

    private static Instant afterLease() {
        return NOW.plus(LEASE).plusSeconds(1);
    }

    @Test
    default void lanesAreListedByKindWhetherDueOrNot() {
        var handle = lane(Lane.Kind.HANDLE);
        var send = lane(Lane.Kind.SEND);
        var queued = lane(Lane.Kind.QUEUE);
        accepted(List.of(handle.name()), NOTHING);
        accepted(List.of(handle.name()), NOTHING);
        stored(send);
        stored(queued);
        queue().claim(send, 1, NOW, LEASE);

        var workers = queue().lanes(List.of(Lane.Kind.HANDLE, Lane.Kind.SEND, Lane.Kind.EXPIRE));
        assertEquals(new HashSet<>(workers).size(), workers.size(), "each once");
        assertTrue(workers.containsAll(List.of(handle, send, new Lane(Lane.Kind.EXPIRE, "acknowledgements"))));
        assertFalse(workers.contains(queued));
        assertTrue(queue().lanes(List.of(Lane.Kind.QUEUE)).contains(queued));

        end(send, afterLease());
        assertFalse(queue().lanes(List.of(Lane.Kind.SEND)).contains(send), "its last work is done");
    }

    private void end(Lane lane, Instant at) {
        assertTrue(store().settle(ended(claim(lane, at), MessageState.SENT, null)));
    }

    @Test
    default void aLaneGivesItsOwnWorkTheLongestDueFirst() {
        var lane = lane(Lane.Kind.SEND);
        var later = stored(lane);
        stored(lane(Lane.Kind.SEND));
        var earlier = new Draft(store().nextId(), MessageKind.BUSINESS, partner("p"), fresh(), "s", NOW.minusSeconds(9))
                .lane(lane)
                .build();
        store().apply(Change.of(List.of(), List.of(earlier)));

        assertTrue(queue().claim(lane, 9, NOW.minusSeconds(10), LEASE).isEmpty(), "nothing is due");
        assertEquals(List.of(earlier.id()), ids(queue().claim(lane, 1, NOW, LEASE)));
        assertEquals(List.of(later.id()), ids(queue().claim(lane, 9, NOW, LEASE)));
        assertTrue(queue().claim(lane, 9, NOW, LEASE).isEmpty());
    }

    private static List<Long> ids(List<Delivery> work) {
        return work.stream().map(Delivery::message).toList();
    }

    @Test
    default void anAttemptWhoseLeaseRanOutIsLost() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        assertEquals(new Delivery(id, 0, lane, 1, 0), claim(lane, NOW));
        assertEquals(new Delivery(id, 0, lane, 2, 1), claim(lane, afterLease()));
        var third = afterLease().plus(LEASE).plusSeconds(1);
        assertEquals(new Delivery(id, 0, lane, 3, 2), claim(lane, third));
    }

    @Test
    default void anAttemptThatEndedIsNotLost() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        assertTrue(store().settle(Settlement.again(claim(lane), NOW, List.of())));
        assertEquals(new Delivery(id, 0, lane, 2, 0), claim(lane));
    }

    @Test
    default void aRestartLosesTheAttemptsOfItsOwnNode() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        var otherLane = lane(Lane.Kind.SEND);
        stored(otherLane);
        claim(lane);
        boolean twoNodes = otherQueue() != queue();
        otherQueue().claim(otherLane, 1, NOW, LEASE);
        queue().releaseOwn(false);

        assertEquals(new Delivery(id, 0, lane, 2, 1), claim(lane));
        if (twoNodes) {
            assertTrue(queue().claim(otherLane, 1, NOW, LEASE).isEmpty(), "another node's work is its own");
        }
    }

    @Test
    default void workGivenBackHasNotBeenTried() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        var claimed = claim(lane);
        queue().release(List.of(claimed));
        assertFalse(store().settle(ended(claimed, MessageState.SENT, null)), "nobody has it");
        assertEquals(new Delivery(id, 0, lane, 1, 0), claim(lane));

        var second = claim(lane, afterLease());
        queue().release(List.of(claimed));
        assertTrue(store().settle(ended(second, MessageState.SENT, null)), "only its claimer gives it back");
    }

    @Test
    default void workGivenBackKeepsItsLostAttempts() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        claim(lane, NOW);
        queue().release(List.of(claim(lane, afterLease())));
        assertEquals(new Delivery(id, 0, lane, 2, 1), claim(lane, afterLease()));
    }

    @Test
    default void oneLostAttemptMakesNoSuspect() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        claim(lane, NOW);
        assertEquals(Optional.empty(), queue().claimSuspect(lane, afterLease(), LEASE));
        assertEquals(List.of(new Delivery(id, 0, lane, 2, 1)), queue().claim(lane, 9, afterLease(), LEASE));
    }

    @Test
    default void suspectsAreClaimedOneByOneAndApart() {
        var lane = lane(Lane.Kind.SEND);
        var first = stored(lane);
        var second = stored(lane);
        assertEquals(2, queue().claim(lane, 9, NOW, LEASE).size());
        assertEquals(2, queue().claim(lane, 9, afterLease(), LEASE).size());
        var third = stored(lane);
        assertEquals(Optional.empty(), queue().claimSuspect(lane, afterLease(), LEASE), "their attempts may still end");

        var later = afterLease().plus(LEASE).plusSeconds(1);
        assertEquals(List.of(third.id()), ids(queue().claim(lane, 9, later, LEASE)), "no suspect among them");
        var suspects = new ArrayList<Delivery>();
        for (int i = 0; i < 2; i++) {
            suspects.add(queue().claimSuspect(lane, later, LEASE).orElseThrow());
        }
        assertEquals(
                List.of(first.id(), second.id()),
                ids(suspects).stream().sorted().toList());
        suspects.forEach(s -> assertEquals(new Delivery(s.message(), 0, lane, 3, 2), s));
        assertEquals(Optional.empty(), queue().claimSuspect(lane, later, LEASE));
    }

    @Test
    default void aSuspectStaysOneWhenItsNextAttemptEnds() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        for (int i = 0; i < 2; i++) {
            claim(lane);
            queue().releaseOwn(false);
        }
        var suspect = queue().claimSuspect(lane, NOW, LEASE).orElseThrow();
        assertTrue(store().settle(Settlement.again(suspect, NOW.plusSeconds(5), List.of())));
        assertEquals(Optional.empty(), queue().claimSuspect(lane, NOW.plusSeconds(4), LEASE), "when it is due");
        assertTrue(queue().claim(lane, 9, NOW.plusSeconds(5), LEASE).isEmpty());
        assertEquals(
                Optional.of(new Delivery(id, 0, lane, 4, 2)), queue().claimSuspect(lane, NOW.plusSeconds(5), LEASE));
    }

    @Test
    default void workInHandAtARecordedDeathIsDoneAloneAndLostForGoodAfterTheSecond() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        claim(lane);
        queue().releaseOwn(true);
        assertEquals(List.of(), queue().claim(lane, 9, NOW, LEASE), "not among others");
        assertEquals(
                new Delivery(id, 0, lane, 2, 1),
                queue().claimSuspect(lane, NOW, LEASE).orElseThrow());
        queue().releaseOwn(true);
        assertEquals(List.of(), queue().claim(lane, 9, NOW, LEASE));
        assertEquals(
                new Delivery(id, 0, lane, 3, RetrySchedule.LOST),
                queue().claimSuspect(lane, NOW, LEASE).orElseThrow());
    }

    @Test
    default void anAttemptThatEndsBetweenTwoDeathsClearsTheWork() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        claim(lane);
        queue().releaseOwn(true);
        var alone = queue().claimSuspect(lane, NOW, LEASE).orElseThrow();
        assertTrue(store().settle(Settlement.again(alone, NOW, List.of())));
        assertEquals(List.of(new Delivery(id, 0, lane, 3, 1)), queue().claim(lane, 9, NOW, LEASE));
        queue().releaseOwn(true);
        assertEquals(
                new Delivery(id, 0, lane, 4, 2),
                queue().claimSuspect(lane, NOW, LEASE).orElseThrow());
    }

    @Test
    default void twoKillsWhileManyMessagesAreOnTheirWayLoseNone() {
        var lane = lane(Lane.Kind.SEND);
        for (int i = 0; i < 64; i++) {
            stored(lane);
        }
        for (int kill = 1; kill <= 2; kill++) {
            assertEquals(64, queue().claim(lane, 64, NOW, LEASE).size());
            queue().releaseOwn(false);
        }
        for (int i = 0; i < 64; i++) {
            var alone = queue().claimSuspect(lane, NOW, LEASE).orElseThrow();
            assertEquals(2, alone.lost());
            assertTrue(store().settle(ended(alone, MessageState.SENT, null)));
        }
    }

    @Test
    default void workCanBePutOffWithoutAnAttempt() {
        var lane = lane(Lane.Kind.SEND);
        long id = stored(lane).id();
        var claimed = claim(lane);
        queue().postpone(claimed, NOW.plusSeconds(5));
        assertFalse(store().settle(ended(claimed, MessageState.SENT, null)), "nobody has it");
        assertTrue(StoreContract.claims(queue(), lane, NOW.plusSeconds(4)).isEmpty());
        assertEquals(new Delivery(id, 0, lane, 1, 0), claim(lane, NOW.plusSeconds(5)));
    }

    @Test
    default void twoNodesNeverClaimTheSameWork() throws Exception {
        var lane = lane(Lane.Kind.SEND);
        for (int i = 0; i < 60; i++) {
            stored(lane);
        }
        var pool = Executors.newFixedThreadPool(4);
        try {
            var claims = new ArrayList<Future<List<Delivery>>>();
            for (int i = 0; i < 40; i++) {
                var queue = i % 2 == 0 ? queue() : otherQueue();
                claims.add(pool.submit(() -> queue.claim(lane, 3, NOW, LEASE)));
            }
            var all = new ArrayList<Long>();
            for (var claim : claims) {
                all.addAll(ids(claim.get()));
            }
            all.addAll(ids(queue().claim(lane, 100, NOW, LEASE)));
            assertEquals(60, all.size());
            assertEquals(60, new HashSet<>(all).size());
        } finally {
            pool.shutdownNow();
        }
    }

    private OutboundMessage queued(Lane queue, String service) {
        var message = new Draft(store().nextId(), MessageKind.BUSINESS, partner("p"), fresh(), service, NOW)
                .lane(queue)
                .build();
        store().apply(Change.of(List.of(), List.of(message)));
        return message;
    }

    private List<Delivery> collect(Lane queue, @Nullable String service, Instant at) {
        return queue().collect(queue.name(), service, 9, at, HIDDEN);
    }

    @Test
    default void aQueueGivesOneServiceWhenAsked() {
        var queue = lane(Lane.Kind.QUEUE);
        queued(queue, "a");
        var b = queued(queue, "b");
        assertEquals(List.of(b.id()), ids(collect(queue, "b", NOW)));
        assertTrue(collect(queue, "nothing", NOW).isEmpty());
        assertEquals(1, collect(queue, null, NOW).size());
        assertTrue(collect(lane(Lane.Kind.QUEUE), null, NOW).isEmpty());
    }

    @Test
    default void aTakenMessageComesBackUnlessItIsConfirmed() {
        var queue = lane(Lane.Kind.QUEUE);
        var message = queued(queue, "a");
        assertEquals(1, collect(queue, null, NOW).get(0).attempt());
        assertTrue(collect(queue, null, NOW.plus(HIDDEN)).isEmpty());
        queue().releaseOwn(false);
        assertTrue(collect(queue, null, NOW.plus(HIDDEN)).isEmpty(), "a restart does not give it twice");
        var back = collect(queue, null, NOW.plus(HIDDEN).plusSeconds(1)).get(0);
        assertEquals(2, back.attempt());

        assertTrue(store().settle(ended(back, MessageState.SENT, null)));
        assertEquals(MessageState.SENT, stateOf(message.id()));
        assertFalse(store().settle(ended(back, MessageState.SENT, null)), "once");
        assertTrue(collect(queue, null, NOW.plus(Duration.ofDays(9))).isEmpty(), "for ever");
    }

    @Test
    default void whoeverConfirmsHasTheMessageEvenLate() {
        var queue = lane(Lane.Kind.QUEUE);
        queued(queue, "a");
        var first = collect(queue, null, NOW).get(0);
        var second = collect(queue, null, NOW.plus(HIDDEN).plusSeconds(1)).get(0);
        assertTrue(otherStore().settle(ended(first, MessageState.SENT, null)), "on any node");
        assertFalse(store().settle(ended(second, MessageState.SENT, null)));
    }

    @Test
    default void aConfirmationNamesTheQueueItWasTakenFrom() {
        var queue = lane(Lane.Kind.QUEUE);
        queued(queue, "a");
        var taken = collect(queue, null, NOW).get(0);
        var elsewhere = new Delivery(taken.message(), 0, lane(Lane.Kind.QUEUE), taken.attempt(), 0);
        assertFalse(store().settle(ended(elsewhere, MessageState.SENT, null)));
        var send = stored(lane(Lane.Kind.SEND));
        var other =
                new Delivery(send.id(), 0, new Lane(Lane.Kind.QUEUE, send.lane().name()), 1, 0);
        assertFalse(store().settle(ended(other, MessageState.SENT, null)), "nor is other work a queue's");
    }

    @Test
    default void aMessageGivenBackToItsQueueIsSeenAtOnce() {
        var queue = lane(Lane.Kind.QUEUE);
        queued(queue, "a");
        queue().release(collect(queue, null, NOW));
        assertEquals(1, collect(queue, null, NOW).get(0).attempt());
    }
}
