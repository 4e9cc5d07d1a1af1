package org.itkserver.exchange;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stored message without its bytes.
 *
 * @param id row id
 * @param inbound whether we received it
 * @param kind what it is
 * @param partner who sent it, or to whom it is transmitted
 * @param trackingId tracking id
 * @param service service name
 * @param action out: {@code wsa:Action}; null for a received message
 * @param interaction interaction URN or null
 * @param sender sender address or null
 * @param addresses address URIs, separated by a space
 * @param state where it is
 * @param at when it was complete or made
 * @param settledAt when its state last changed, null when it never did
 * @param digest SHA-256 of the distribution envelope's bytes
 * @param infAckRequested whether an infrastructure acknowledgement is asked for
 * @param ackRequested whether a business acknowledgement is asked for
 * @param origin see {@link OutboundMessage#origin()}; of a received acknowledgement: the message of ours it names
 * @param hop see {@link OutboundMessage#hop()}
 * @param endpoint see {@link OutboundMessage#endpoint()}
 * @param relatesTo see {@link OutboundMessage#relatesTo()}
 * @param outcome acknowledgements: what they say; received messages: the decided business outcome; null for none
 * @param reason why it was refused or given up, null when all is well
 * @param destroyedAt when its bytes were destroyed because their time was over; of a forward, those of its origin; null while
 *     they are kept
 */
public record MessageRecord(
        long id,
        boolean inbound,
        MessageKind kind,
        String partner,
        String trackingId,
        String service,
        @Nullable String action,
        @Nullable String interaction,
        @Nullable String sender,
        String addresses,
        MessageState state,
        Instant at,
        @Nullable Instant settledAt,
        byte[] digest,
        boolean infAckRequested,
        boolean ackRequested,
        @Nullable Long origin,
        @Nullable String hop,
        @Nullable String endpoint,
        @Nullable String relatesTo,
        @Nullable String outcome,
        @Nullable String reason,
        @Nullable Instant destroyedAt) {}
