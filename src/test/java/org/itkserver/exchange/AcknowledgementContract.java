package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What acknowledgements and deadlines do to messages of ours, and sending once more (H9, H12). */
public interface AcknowledgementContract extends StoreContract {
    Instant INF_DUE = NOW.plusSeconds(60);
    Instant ACK_DUE = NOW.plusSeconds(3600);

    /** Every acknowledgement in every state, and the state it leads to. */
    static Stream<Arguments> moves() {
        var out = new ArrayList<Arguments>();
        for (var kind : AckEffect.Kind.values()) {
            for (var from : MessageState.values()) {
                if (from != MessageState.HANDLED) {
                    out.add(Arguments.of(kind, from, after(kind, from)));
                }
            }
        }
        return out.stream();
    }

    private static MessageState after(AckEffect.Kind kind, MessageState from) {
        boolean waiting =
                switch (from) {
                    case ACCEPTED, SENT, OVERDUE -> true;
                    case INFRASTRUCTURE_ACKED -> kind != AckEffect.Kind.INFRASTRUCTURE;
                    default -> false;
                };
        return waiting
                ? switch (kind) {
                    case INFRASTRUCTURE -> MessageState.INFRASTRUCTURE_ACKED;
                    case BUSINESS -> MessageState.BUSINESS_ACKED;
                    case NEGATIVE -> MessageState.REJECTED;
                }
                : from;
    }

    /** A message to send that has come to this state. */
    private OutboundMessage in(MessageState state) {
        var message = stored(lane(Lane.Kind.SEND));
        switch (state) {
            case SENT, REJECTED, DEAD_LETTER -> end(message.lane(), state, null);
            case INFRASTRUCTURE_ACKED -> acknowledge(message.id(), AckEffect.Kind.INFRASTRUCTURE);
            case BUSINESS_ACKED -> acknowledge(message.id(), AckEffect.Kind.BUSINESS);
            case OVERDUE -> store().settle(overdue(message));
            default -> {}
        }
        assertEquals(state, stateOf(message.id()));
        return message;
    }

    private Settlement overdue(OutboundMessage message) {
        var work = expired(message.id(), INF_DUE).get(0);
        return Settlement.done(work, MessageState.OVERDUE, "no acknowledgement", NOTHING);
    }

    private List<Integer> waiting(long message) {
        clock().forward(Duration.ofDays(1));
        return expired(message, clock().instant()).stream()
                .map(Delivery::number)
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("moves")
    default void anAcknowledgementMovesWhatItMay(AckEffect.Kind kind, MessageState from, MessageState to) {
        var message = in(from);
        var before = store().message(message.id()).orElseThrow();
        assertTrue(acknowledge(message.id(), kind));
        var after = store().message(message.id()).orElseThrow();

        assertEquals(to, after.state());
        if (from == to) {
            assertEquals(before.reason(), after.reason());
            assertEquals(before.settledAt(), after.settledAt());
        } else if (kind == AckEffect.Kind.NEGATIVE) {
            assertEquals("nack", after.reason());
        }
    }

    @Test
    default void aMessageWaitsForBothAcknowledgementsUntilTheyCome() {
        assertEquals(List.of(1, 2), waiting(in(MessageState.SENT).id()));
    }

    @Test
    default void deadlinesAreDueAtTheirTime() {
        long id = in(MessageState.SENT).id();
        assertTrue(expired(id, INF_DUE.minusSeconds(1)).isEmpty());
        assertEquals(1, expired(id, INF_DUE).get(0).number());
        assertEquals(
                2,
                expired(id, ACK_DUE).stream().mapToInt(Delivery::number).max().orElseThrow());
    }

    @Test
    default void anInfrastructureAcknowledgementLeavesTheBusinessDeadline() {
        assertEquals(List.of(2), waiting(in(MessageState.INFRASTRUCTURE_ACKED).id()));
    }

    @Test
    default void afterABusinessAcknowledgementNothingIsWaitedFor() {
        assertEquals(List.of(), waiting(in(MessageState.BUSINESS_ACKED).id()));
    }

    @Test
    default void afterANegativeOneNothingIsWaitedFor() {
        var message = in(MessageState.SENT);
        acknowledge(message.id(), AckEffect.Kind.NEGATIVE);
        assertEquals(List.of(), waiting(message.id()));
    }

    @Test
    default void whatCouldNotBeSentIsNotWaitedFor() {
        assertEquals(List.of(), waiting(in(MessageState.REJECTED).id()));
        assertEquals(List.of(), waiting(in(MessageState.DEAD_LETTER).id()));
    }

    @Test
    default void anAcknowledgementThatOvertakesTheEndOfSendingStays() {
        for (var kind : AckEffect.Kind.values()) {
            for (var end : List.of(MessageState.SENT, MessageState.DEAD_LETTER)) {
                var message = stored(lane(Lane.Kind.SEND));
                var work = claim(message.lane());
                acknowledge(message.id(), kind);
                assertTrue(store().settle(ended(work, end, null)));
                assertEquals(kind.to(), stateOf(message.id()));
            }
        }
    }

    @Test
    default void anAcknowledgementChangesNothingThatWasReceived() {
        long id = accepted(List.of("h"), NOTHING).id();
        assertTrue(acknowledge(id, AckEffect.Kind.NEGATIVE));
        assertEquals(MessageState.ACCEPTED, stateOf(id));
        assertNull(store().message(id).orElseThrow().reason());
        assertTrue(acknowledge(-1, AckEffect.Kind.BUSINESS), "nor does one of nothing fail");
    }

    @Test
    default void anAcknowledgementThatComesWhileItsDeadlineIsLookedAtWins() {
        var message = in(MessageState.SENT);
        var overdue = overdue(message);
        acknowledge(message.id(), AckEffect.Kind.INFRASTRUCTURE);
        assertFalse(store().settle(overdue));
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, stateOf(message.id()));
    }

    @Test
    default void aDeadlineNeverUndoesAFinalState() {
        for (var state : List.of(MessageState.BUSINESS_ACKED, MessageState.REJECTED)) {
            var message = stored(lane(Lane.Kind.SEND));
            var overdue = overdue(message);
            var business = expired(message.id(), ACK_DUE);
            acknowledge(
                    message.id(), state == MessageState.REJECTED ? AckEffect.Kind.NEGATIVE : AckEffect.Kind.BUSINESS);
            assertFalse(store().settle(overdue));
            business.forEach(
                    work -> assertFalse(store().settle(Settlement.done(work, MessageState.OVERDUE, null, NOTHING))));
            assertEquals(state, stateOf(message.id()));
        }
    }

    @Test
    default void aDeadlineThatFindsNothingAmissEnds() {
        var message = in(MessageState.SENT);
        var work = expired(message.id(), INF_DUE).get(0);
        assertTrue(store().settle(Settlement.done(work, MessageState.SENT, null, NOTHING)));
        assertEquals(MessageState.SENT, stateOf(message.id()));
        assertEquals(List.of(2), waiting(message.id()));
    }

    private boolean resent(OutboundMessage message, Instant sentBefore) {
        var now = clock().instant();
        var resend = new Change.Resend(message.id(), message.lane(), now, sentBefore);
        assertTrue(store().apply(new Change(List.of(), List.of(), null, List.of(resend), List.of())));
        return !StoreContract.claims(queue(), message.lane(), now).isEmpty();
    }

    @Test
    default void whatWasSentIsSentOnceMore() {
        var message = in(MessageState.SENT);
        var sentAt = store().message(message.id()).orElseThrow().settledAt();
        assertEquals(NOW, sentAt);
        assertFalse(resent(message, NOW), "it was sent at that time, not before");
        assertTrue(resent(message, NOW.plusSeconds(1)));
        assertFalse(resent(message, NOW.plusSeconds(1)), "it is waiting to be sent");

        clock().forward(LEASE.plusSeconds(1));
        assertTrue(end(message.lane(), MessageState.SENT, null));
        assertFalse(resent(message, clock().instant()), "the time of the second sending counts");
        assertEquals(MessageState.SENT, stateOf(message.id()));
    }

    @Test
    default void whatIsWaitingToBeSentIsNotSentTwice() {
        var message = stored(lane(Lane.Kind.SEND));
        assertTrue(resent(message, NOW.plusSeconds(1)), "its own work is there");
        var work = claim(message.lane(), NOW.plus(LEASE).plusSeconds(1));
        assertEquals(2, work.attempt(), "and it was not replaced");
        assertFalse(resent(message, NOW.plusSeconds(1)), "nor is it while it is being sent");
    }

    @Test
    default void sendingOnceMoreStartsItsAttemptsAnew() {
        var message = in(MessageState.SENT);
        var resend = new Change.Resend(message.id(), message.lane(), NOW, NOW.plusSeconds(1));
        store().apply(new Change(List.of(), List.of(), null, List.of(resend, resend), List.of()));
        assertEquals(new Delivery(message.id(), 0, message.lane(), 1, 0), claim(message.lane()));
    }
}
