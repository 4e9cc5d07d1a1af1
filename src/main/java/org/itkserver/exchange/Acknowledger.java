package org.itkserver.exchange;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Organisation;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.AckStyle;
import org.itkserver.envelope.AcknowledgementWriter;
import org.itkserver.envelope.DeliveryError;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.Outgoing;
import org.itkserver.envelope.Responder;
import org.itkserver.envelope.TypedUri;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the acknowledgements of received messages (H6, H7, H8, H10). Thread-safe. */
final class Acknowledger {
    private static final Logger LOG = LoggerFactory.getLogger(Acknowledger.class);

    private final Outbound outbound;
    private final AcknowledgementWriter writer;
    private final Ids ids;

    Acknowledger(Outbound outbound, Ids ids) {
        this.outbound = outbound;
        this.writer = new AcknowledgementWriter(ids);
        this.ids = ids;
    }

    /**
     * A message to send, and what the audit trail says of it.
     *
     * @param message to be stored with the event in one commit
     * @param event about the message
     */
    record Made(OutboundMessage message, AuditEvent event) {}

    /** The positive infrastructure acknowledgement, empty when none was asked for or nobody could get it. */
    Optional<Made> taken(Directory directory, Received received, Instant now) {
        if (!received.infAckRequested()) {
            return Optional.empty();
        }
        return receiver(directory, received)
                .map(to -> made(
                        to,
                        received,
                        now,
                        new Ack(
                                MessageKind.INF_ACK,
                                "OK",
                                writer.infrastructureAck(
                                        style(to, received),
                                        received.about(),
                                        us(directory),
                                        address(to, received),
                                        now),
                                null)));
    }

    /** The negative infrastructure acknowledgement, empty when none was asked for or nobody could get it. */
    Optional<Made> notTaken(
            Directory directory, Received received, DeliveryError error, String diagnostic, Instant now) {
        if (!received.infAckRequested()) {
            return Optional.empty();
        }
        var errorId = ids.next();
        LOG.warn("{} {} is acknowledged negatively: {}", errorId, error.code(), diagnostic);
        var nack = new AcknowledgementWriter.Nack(error, errorId, diagnostic);
        return receiver(directory, received)
                .map(to -> made(
                        to,
                        received,
                        now,
                        new Ack(
                                MessageKind.INF_ACK,
                                "Failure",
                                writer.infrastructureNack(
                                        style(to, received),
                                        received.about(),
                                        us(directory),
                                        address(to, received),
                                        now,
                                        nack),
                                errorId)));
    }

    /** The business acknowledgement, empty when none was asked for or nobody could get it. */
    Optional<Made> decided(
            Directory directory, Received received, AcknowledgementWriter.Decision decision, Instant now) {
        if (!received.ackRequested()) {
            return Optional.empty();
        }
        return receiver(directory, received)
                .map(to -> made(
                        to,
                        received,
                        now,
                        new Ack(
                                MessageKind.BUS_ACK,
                                decision.outcome().name(),
                                writer.businessAck(
                                        style(to, received),
                                        received.about(),
                                        us(directory),
                                        address(to, received),
                                        now,
                                        decision),
                                null)));
    }

    private record Ack(MessageKind kind, String outcome, Outgoing envelope, @Nullable String errorId) {}

    private Made made(Partner to, Received received, Instant now, Ack ack) {
        var message = outbound.acknowledgement(to, received, ack.kind(), ack.outcome(), ack.envelope(), now);
        var detail = ack.outcome() + " for " + received.about().trackingId()
                + (message.lane() == null ? "; " + message.reason() : "");
        var type = message.lane() == null ? AuditType.DEAD_LETTER : AuditType.ACKNOWLEDGING;
        return new Made(message, Events.ofOutbound(type, message, ack.errorId(), detail));
    }

    /** The owner of the sender address when it takes acknowledgements, else who brought the message (H10). */
    private static Optional<Partner> receiver(Directory directory, Received received) {
        var sender = received.about().senderAddress();
        var bringer = directory.partner(received.partner());
        if (sender == null) {
            return bringer;
        }
        return directory
                .ownerOf(sender.uri())
                .filter(owner -> owner.endpoints().takesAcknowledgements())
                .or(() -> bringer);
    }

    private static TypedUri address(Partner to, Received received) {
        var sender = received.about().senderAddress();
        if (sender != null && sender.isItkAddress()) {
            return sender;
        }
        // H10: an address of another type, such as a DTS mailbox, is no address of this exchange
        var ods = to.ods().stream().sorted().findFirst().orElse(to.id());
        return new TypedUri(null, Namespaces.ADDRESS + "ods:" + ods);
    }

    private static AckStyle style(Partner to, Received received) {
        return switch (to.ackStyle()) {
            case AUTO -> AckStyle.of(received.about().service());
            case ITK_2_1 -> AckStyle.ITK_2_1;
            case ITK_2_2 -> AckStyle.ITK_2_2;
        };
    }

    private static Responder us(Directory directory) {
        Organisation us = directory.organisation();
        return new Responder(us.address(), us.auditIdentity(), us.ods());
    }

    /** The events and messages of what was made, as a change. */
    static Change change(List<AuditEvent> events, List<Made> made) {
        var all = new java.util.ArrayList<>(events);
        made.forEach(m -> all.add(m.event()));
        return Change.of(all, made.stream().map(Made::message).toList());
    }
}
