package org.itkserver.exchange;

import java.time.Instant;
import org.itkserver.delivery.Lane;
import org.jspecify.annotations.Nullable;

/**
 * A message to be sent, made durable with its work in one commit before anything leaves.
 *
 * @param id row id, from {@link MessageStore#nextId()}
 * @param kind what it is
 * @param partner id of the partner it is transmitted to
 * @param trackingId tracking id of its envelope; of the request, for a {@link MessageKind#BODY}
 * @param service service name
 * @param action what {@code wsa:Action} and SOAPAction say
 * @param interaction interaction URN or null
 * @param sender sender address or null
 * @param addresses address URIs, all of them, separated by a space
 * @param createdAt when it was made
 * @param content a SOAP envelope in UTF-8 whose body is the message; empty for a forward, whose bytes are its origin's
 * @param digest SHA-256 of the distribution envelope's bytes; of the content for a {@link MessageKind#BODY}
 * @param patient HMAC of the patient's NHS number, null when none was found
 * @param infAckRequested whether an infrastructure acknowledgement is asked for
 * @param ackRequested whether a business acknowledgement is asked for
 * @param origin the received message that this forwards, acknowledges or answers, or null
 * @param hop forwards: positions of the addresses that belong to this hop, separated by commas; null for all
 * @param endpoint a callback address, null for the endpoint in the directory
 * @param relatesTo MessageID of the request that this answers, or null
 * @param outcome acknowledgements: OK, Failure, AA, AE or AR
 * @param lane where it goes; null when it has no endpoint, then it is a dead letter from the start
 * @param reason why it is a dead letter from the start, null otherwise
 * @param infAckDue when it is overdue without infrastructure acknowledgement, null for never
 * @param ackDue when it is overdue without business acknowledgement, null for never
 */
public record OutboundMessage(
        long id,
        MessageKind kind,
        String partner,
        String trackingId,
        String service,
        String action,
        @Nullable String interaction,
        @Nullable String sender,
        String addresses,
        Instant createdAt,
        byte[] content,
        byte[] digest,
        byte @Nullable [] patient,
        boolean infAckRequested,
        boolean ackRequested,
        @Nullable Long origin,
        @Nullable String hop,
        @Nullable String endpoint,
        @Nullable String relatesTo,
        @Nullable String outcome,
        @Nullable Lane lane,
        @Nullable String reason,
        @Nullable Instant infAckDue,
        @Nullable Instant ackDue) {

    /** Number of its piece of work that sends it. */
    public static final int SEND = 0;
    /** Number of its piece of work that waits for the infrastructure acknowledgement. */
    public static final int INF_ACK_DUE = 1;
    /** Number of its piece of work that waits for the business acknowledgement. */
    public static final int ACK_DUE = 2;

    /** The same message, found by its patient. */
    OutboundMessage withPatient(byte @Nullable [] found) {
        return new OutboundMessage(
                id,
                kind,
                partner,
                trackingId,
                service,
                action,
                interaction,
                sender,
                addresses,
                createdAt,
                content,
                digest,
                found,
                infAckRequested,
                ackRequested,
                origin,
                hop,
                endpoint,
                relatesTo,
                outcome,
                lane,
                reason,
                infAckDue,
                ackDue);
    }

    /** Its first state. */
    public MessageState state() {
        return lane == null ? MessageState.DEAD_LETTER : MessageState.ACCEPTED;
    }
}
