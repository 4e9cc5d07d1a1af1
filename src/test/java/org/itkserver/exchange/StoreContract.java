package org.itkserver.exchange;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.MessageBody;
import org.itkserver.testing.Partners;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;

/** What the contracts of the store and the table of work share. Tests run on tables that hold what others left. */
public interface StoreContract {
    Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    Duration LEASE = Duration.ofMinutes(5);
    Change NOTHING = Change.of(List.of());

    MessageStore store();

    DeliveryQueue queue();

    /** The same tables, used by another node. */
    MessageStore otherStore();

    /** The same tables, used by another node. */
    DeliveryQueue otherQueue();

    /** The clock of both nodes; it stands at {@link #NOW} when a test begins. */
    SettableClock clock();

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] digest(byte[] content) {
        return MessageBody.of(content).sha256(0, content.length);
    }

    /** A tracking id, or a name that nobody else uses. */
    static String fresh() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    /** A lane that nobody else uses. */
    static Lane lane(Lane.Kind kind) {
        return new Lane(kind, kind.label() + "/" + fresh());
    }

    static Partner partner(String id) {
        return Partners.of(id, "Y9999").build();
    }

    static AuditEvent event(long message, AuditType type) {
        return new AuditEvent(NOW, type, message, null, "p", "s", "server", null, null, null, "x");
    }

    /** A received message. */
    default Acceptance message(String trackingId, byte[] body, List<String> work, @Nullable Duration lease) {
        long id = store().nextId();
        var event = new AuditEvent(
                NOW, AuditType.ACCEPTED, id, trackingId, "p", "s", "u", "127.0.0.1", null, null, "for test");
        var state = work.isEmpty() ? MessageState.HANDLED : MessageState.ACCEPTED;
        return acceptance(id, trackingId, body, state, work, lease, MessageKind.BUSINESS, Change.of(List.of(event)));
    }

    private static Acceptance acceptance(
            long id,
            String trackingId,
            byte[] body,
            MessageState state,
            List<String> work,
            @Nullable Duration lease,
            MessageKind kind,
            Change change) {
        return new Acceptance(
                id,
                "p",
                trackingId,
                fresh(),
                "s",
                null,
                "urn:a",
                "urn:b urn:c",
                state,
                NOW,
                digest(body),
                digest(body),
                new byte[16],
                lease == null ? AnswerKind.OK200 : AnswerKind.RESPONSE,
                true,
                false,
                MessageBody.of(body),
                work,
                lease,
                kind,
                kind == MessageKind.BUSINESS && work.isEmpty(),
                null,
                null,
                change);
    }

    /** A stored message with this work and what else its commit does; in the inbox when it has no work. */
    default Acceptance accepted(List<String> work, Change change) {
        return accepted(store().nextId(), work.isEmpty() ? MessageState.HANDLED : MessageState.ACCEPTED, work, change);
    }

    /** A stored message. */
    default Acceptance accepted(long id, MessageState state, List<String> work, Change change) {
        var message = acceptance(id, fresh(), bytes("in"), state, work, null, MessageKind.BUSINESS, change);
        if (store().accept(message).isPresent()) {
            throw new AssertionError("a fresh tracking id was known");
        }
        return message;
    }

    /** An acknowledgement that matches nothing. */
    default long unmatched() {
        var ack = acceptance(
                store().nextId(),
                fresh(),
                bytes("ack"),
                MessageState.HANDLED,
                List.of(),
                null,
                MessageKind.INF_ACK,
                NOTHING);
        store().accept(ack);
        return ack.id();
    }

    /** A message to send in the making, for partner {@code p}. */
    default Draft draft(MessageKind kind, Lane lane) {
        return draft(kind, "p", fresh()).lane(lane);
    }

    default Draft draft(MessageKind kind, String to, String trackingId) {
        var content = bytes("<" + kind.label() + "/>");
        return new Draft(store().nextId(), kind, partner(to), trackingId, "s", NOW)
                .action("urn:action")
                .content(content, digest(content));
    }

    /** A stored message to send that asked for both acknowledgements. */
    default OutboundMessage stored(Lane lane) {
        var message = draft(MessageKind.BUSINESS, lane)
                .asks(true, true)
                .infAckDue(NOW.plusSeconds(60))
                .ackDue(NOW.plusSeconds(3600))
                .build();
        store().apply(Change.of(List.of(event(message.id(), AuditType.SUBMITTED)), List.of(message)));
        return message;
    }

    /** All work of this lane that is due and free, whether attempts were lost on it or not. */
    static List<Delivery> claims(DeliveryQueue queue, Lane lane, Instant at) {
        var out = new ArrayList<>(queue.claim(lane, 10_000, at, LEASE));
        for (var suspect = queue.claimSuspect(lane, at, LEASE);
                suspect.isPresent();
                suspect = queue.claimSuspect(lane, at, LEASE)) {
            out.add(suspect.get());
        }
        return out;
    }

    /** The only piece of work of this lane. */
    default Delivery claim(Lane lane) {
        return claim(lane, clock().instant());
    }

    default Delivery claim(Lane lane, Instant at) {
        var claimed = claims(queue(), lane, at);
        if (claimed.size() != 1) {
            throw new AssertionError(claimed.size() + " pieces of work in " + lane);
        }
        return claimed.get(0);
    }

    default Settlement ended(Delivery work, MessageState state, @Nullable Long origin) {
        var reason = state == MessageState.SENT ? null : "because";
        return new Settlement(work, state, null, null, null, null, reason, origin, NOTHING);
    }

    /** Claims the work that sends a message and ends it. */
    default boolean end(Lane lane, MessageState state, @Nullable Long origin) {
        return store().settle(ended(claim(lane), state, origin));
    }

    /** The work that waits for acknowledgements of a message, claimed when it is due; that of other tests ends. */
    default List<Delivery> expired(long message, Instant at) {
        var mine = new ArrayList<Delivery>();
        for (var work : claims(queue(), new Lane(Lane.Kind.EXPIRE, "acknowledgements"), at)) {
            if (work.message() == message) {
                mine.add(work);
            } else {
                store().settle(Settlement.done(work, MessageState.SENT, null, NOTHING));
            }
        }
        return mine;
    }

    default boolean acknowledge(long message, AckEffect.Kind kind) {
        var reason = kind == AckEffect.Kind.NEGATIVE ? "nack" : null;
        return store().apply(new Change(
                List.of(), List.of(new AckEffect(message, kind, reason)), null, List.of(), List.of()));
    }

    default MessageState stateOf(long id) {
        return store().message(id).orElseThrow().state();
    }
}
