package org.itkserver.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which messages. Every part that is not null narrows the search; texts are compared exactly, identifiers without regard to
 * case.
 *
 * @param kinds which kinds of messages
 * @param trackingId tracking id
 * @param messageId WS-Addressing MessageID, with or without {@code urn:uuid:}
 * @param patient key of an NHS number, 16 bytes
 * @param partner id of a partner
 * @param service service name
 * @param interaction interaction URN
 * @param state state as stored
 * @param direction {@code in} or {@code out}
 * @param troubled only messages with a reason: a fault, a negative acknowledgement, given up
 * @param from earliest time
 * @param to the time before which they must have come
 */
public record MessageFilter(
        Kinds kinds,
        @Nullable String trackingId,
        @Nullable String messageId,
        byte @Nullable [] patient,
        @Nullable String partner,
        @Nullable String service,
        @Nullable String interaction,
        @Nullable String state,
        @Nullable String direction,
        boolean troubled,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** Every business document. */
    public static final MessageFilter DOCUMENTS =
            new MessageFilter(Kinds.DOCUMENTS, null, null, null, null, null, null, null, null, false, null, null);

    /** Kinds of messages a person looks for. */
    public enum Kinds {
        /** What organisations exchange: one row for each document that was received or submitted. */
        DOCUMENTS,
        /** Acknowledgements of both levels, sent and received. */
        ACKNOWLEDGEMENTS,
        /** Received acknowledgements that match nothing we sent and that nobody has marked as seen. */
        UNMATCHED,
        /** Documents, acknowledgements, forwards, responses and faults. */
        ALL
    }

    /** Messages of all kinds with this tracking id. */
    public static MessageFilter ofTrackingId(String trackingId) {
        return new MessageFilter(Kinds.ALL, trackingId, null, null, null, null, null, null, null, false, null, null);
    }
}
