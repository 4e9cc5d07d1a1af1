package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.bytes;
import static org.itkserver.exchange.StoreContract.digest;
import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.fresh;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.TypedUri;
import org.junit.jupiter.api.Test;

/** Messages to send: stored in the commit of what made them, found again, and unique. */
public interface OutboundContract extends StoreContract {

    private byte[] raw(long id) throws IOException {
        try (var raw = store().raw(id).orElseThrow()) {
            return raw.readAllBytes();
        }
    }

    private boolean isUnknown(OutboundMessage message) {
        return store().message(message.id()).isEmpty()
                && store().raw(message.id()).isEmpty()
                && queue().lanes(List.of(Lane.Kind.SEND)).stream().noneMatch(l -> l.equals(message.lane()));
    }

    @Test
    default void aMessageToSendKeepsEverythingItIsMadeOf() throws IOException {
        var lane = lane(Lane.Kind.SEND);
        var content = bytes("<caf\u00e9/>");
        var message = draft(MessageKind.RESPONSE, lane)
                .interaction("urn:interaction")
                .sender(new TypedUri(null, "urn:sender"))
                .addresses(List.of(new TypedUri(null, "urn:a"), new TypedUri("1.2", "urn:b")))
                .content(content, digest(content))
                .asks(true, false)
                .origin(77)
                .hop("0,2")
                .callback("http://p.example/callback", "MESSAGE-ID")
                .outcome("AA")
                .lane(lane)
                .build();
        assertTrue(store().apply(Change.of(List.of(), List.of(message))));

        var found = store().message(message.id()).orElseThrow();
        assertArrayEquals(digest(content), found.digest());
        assertEquals(
                new MessageRecord(
                        message.id(),
                        false,
                        MessageKind.RESPONSE,
                        "p",
                        message.trackingId(),
                        "s",
                        "urn:action",
                        "urn:interaction",
                        "urn:sender",
                        "urn:a urn:b",
                        MessageState.ACCEPTED,
                        NOW,
                        null,
                        found.digest(),
                        true,
                        false,
                        77L,
                        "0,2",
                        "http://p.example/callback",
                        "MESSAGE-ID",
                        "AA",
                        null,
                        null),
                found);
        assertArrayEquals(content, raw(message.id()));
        assertEquals(message.id(), claim(lane).message());
    }

    @Test
    default void whatFollowsFromAMessageIsStoredWithIt() {
        var lane = lane(Lane.Kind.SEND);
        long id = store().nextId();
        var ack = draft(MessageKind.INF_ACK, lane).origin(id).outcome("OK").build();
        accepted(id, MessageState.ACCEPTED, List.of("h"), Change.of(List.of(), List.of(ack)));

        assertEquals(MessageState.ACCEPTED, stateOf(ack.id()));
        assertEquals(ack.id(), claim(lane).message());
        assertEquals(
                List.of(ack.id()),
                store().childrenOf(id).stream().map(MessageRecord::id).toList());
    }

    @Test
    default void nothingFollowsFromACopy() {
        var first = accepted(List.of(), NOTHING);
        var lane = lane(Lane.Kind.SEND);
        var ack = draft(MessageKind.INF_ACK, lane).origin(first.id()).build();
        var copy = message(first.trackingId(), bytes("in"), List.of(), null);
        var effect = new AckEffect(stored(lane(Lane.Kind.SEND)).id(), AckEffect.Kind.BUSINESS, null);
        var change = new Change(List.of(ack), List.of(effect), null, List.of(), List.of());
        var acceptance = new Acceptance(
                copy.id(),
                "p",
                copy.trackingId(),
                "",
                "s",
                null,
                null,
                "",
                MessageState.HANDLED,
                NOW,
                copy.digest(),
                copy.digest(),
                null,
                AnswerKind.OK200,
                true,
                false,
                copy.body(),
                List.of(),
                null,
                MessageKind.BUSINESS,
                true,
                null,
                null,
                change);

        assertEquals(first.id(), store().accept(acceptance).orElseThrow().id());
        assertTrue(isUnknown(ack));
        assertEquals(MessageState.ACCEPTED, stateOf(effect.message()));
    }

    @Test
    default void whatFollowsFromTheEndOfWorkIsStoredWithIt() {
        var handler = lane(Lane.Kind.HANDLE);
        var message = accepted(List.of(handler.name()), NOTHING);
        var work = claim(handler);
        var lane = lane(Lane.Kind.SEND);
        var reply = draft(MessageKind.BODY, lane).origin(message.id()).build();
        var change = Change.of(List.of(event(message.id(), AuditType.HANDLED)), List.of(reply));

        assertTrue(store().settle(Settlement.done(work, MessageState.HANDLED, null, change)));
        assertEquals(MessageState.HANDLED, stateOf(message.id()));
        assertEquals(reply.id(), claim(lane).message());

        var late = draft(MessageKind.BODY, lane(Lane.Kind.SEND)).build();
        var again = Settlement.done(work, MessageState.HANDLED, null, Change.of(List.of(), List.of(late)));
        assertFalse(store().settle(again), "the work is over");
        assertTrue(isUnknown(late));
    }

    @Test
    default void aTrackingIdGoesToAPartnerOnce() {
        var trackingId = fresh();
        var first = draft(MessageKind.BUSINESS, "p", trackingId)
                .lane(lane(Lane.Kind.SEND))
                .build();
        var other = draft(MessageKind.BUSINESS, "q", trackingId)
                .lane(lane(Lane.Kind.SEND))
                .build();
        assertTrue(store().apply(Change.of(List.of(), List.of(first, other))), "two partners");

        var second = draft(MessageKind.FORWARD, "p", trackingId)
                .lane(lane(Lane.Kind.SEND))
                .build();
        var beside = draft(MessageKind.BUSINESS, lane(Lane.Kind.SEND)).build();
        assertThrows(MessageStore.Taken.class, () -> store().apply(Change.of(List.of(), List.of(beside, second))));
        assertTrue(isUnknown(second));
        assertTrue(isUnknown(beside), "all of a change or nothing");

        var received = message(fresh(), bytes("x"), List.of(), null);
        store().accept(received);
        var same = draft(MessageKind.BUSINESS, "p", received.trackingId())
                .lane(lane(Lane.Kind.SEND))
                .build();
        assertTrue(store().apply(Change.of(List.of(), List.of(same))), "received and sent are two things");
        assertEquals(
                received.id(),
                store().find("p", received.trackingId()).orElseThrow().id());
    }

    @Test
    default void aMessageThatCannotBeForwardedTwiceIsNotAcceptedEither() {
        var taken = stored(lane(Lane.Kind.SEND));
        long id = store().nextId();
        var forward = draft(MessageKind.FORWARD, "p", taken.trackingId())
                .lane(lane(Lane.Kind.SEND))
                .origin(id)
                .build();
        var change = Change.of(List.of(), List.of(forward));
        var refused =
                assertThrows(EnvelopeRejected.class, () -> accepted(id, MessageState.ACCEPTED, List.of(), change));
        assertEquals(ErrorCode.NOT_RECOVERABLE, refused.error().code());
        assertTrue(store().message(id).isEmpty());
        assertTrue(isUnknown(forward));
    }

    @Test
    default void withoutEndpointItIsADeadLetterFromTheStart() {
        var message = draft(MessageKind.INF_ACK, "p", fresh())
                .infAckDue(NOW)
                .ackDue(NOW)
                .build();
        store().apply(Change.of(List.of(), List.of(message)));

        var found = store().message(message.id()).orElseThrow();
        assertEquals(MessageState.DEAD_LETTER, found.state());
        assertEquals("partner p has no endpoint for it", found.reason());
        assertTrue(expired(message.id(), NOW.plusSeconds(1)).isEmpty(), "and waits for nothing");
    }

    @Test
    default void aLargeMessageIsKeptWhole() throws IOException {
        var content = new byte[300 * 1024];
        new Random(3).nextBytes(content);
        var large = draft(MessageKind.BUSINESS, lane(Lane.Kind.SEND))
                .content(content, digest(content))
                .build();
        assertTrue(store().apply(Change.of(List.of(), List.of(large))));
        assertArrayEquals(content, raw(large.id()));

        var copy = draft(MessageKind.BUSINESS, "p", large.trackingId())
                .lane(lane(Lane.Kind.SEND))
                .content(content, digest(content))
                .build();
        assertThrows(MessageStore.Taken.class, () -> store().apply(Change.of(List.of(), List.of(copy))));
        assertTrue(store().message(copy.id()).isEmpty());
        assertTrue(store().raw(copy.id()).isEmpty(), "no bytes stay behind");
    }

    @Test
    default void aForwardHasNoBytesOfItsOwn() {
        var forward = draft(MessageKind.FORWARD, lane(Lane.Kind.SEND)).hop("1").build();
        store().apply(Change.of(List.of(), List.of(forward)));
        assertTrue(store().raw(forward.id()).isEmpty());
    }

    @Test
    default void aTrackingIdFindsBothDirectionsInAnyCase() {
        var received = message(fresh(), bytes("x"), List.of(), null);
        store().accept(received);
        var sent = draft(MessageKind.FORWARD, "q", received.trackingId())
                .lane(lane(Lane.Kind.SEND))
                .build();
        store().apply(Change.of(List.of(), List.of(sent)));

        for (var spelling : List.of(received.trackingId(), received.trackingId().toLowerCase(Locale.ROOT))) {
            assertEquals(
                    List.of(received.id(), sent.id()),
                    store().byTrackingId(spelling).stream()
                            .map(MessageRecord::id)
                            .toList());
        }
        assertEquals(List.of(), store().byTrackingId(fresh()));
        assertEquals(Optional.empty(), store().message(-1));
        assertEquals(List.of(), store().childrenOf(sent.id()));
    }
}
