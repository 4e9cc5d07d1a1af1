package org.itkserver.audit;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What people ask of the audit trail. Thread-safe. Lists never load message bytes and page by key. All methods throw
 * {@link StoreUnavailable} when the database is away.
 */
public interface AuditQuery {

    /** One message, empty when there is none. */
    Optional<MessageRow> message(long id);

    /** The events of one message, oldest first. */
    List<EventRow> events(long id);

    /**
     * The message's bytes as they arrived, or as they were made; of a forward, those of its origin. The caller closes the
     * stream. Empty when there is no such message.
     */
    Optional<InputStream> raw(long id);

    /** A refused message of which the start is still kept, by the ErrorID that its sender was told; else empty (H14). */
    Optional<Refused> refused(String errorId);

    /** The kept start of a refused message; empty when there is none, or nothing that could read it. */
    Optional<byte[]> refusedStart(String errorId);

    /**
     * A refused message.
     *
     * @param event its refusal
     * @param size bytes of the whole message, as far as they were read
     */
    record Refused(EventRow event, long size) {}

    /**
     * A message in a list.
     *
     * @param id row id
     * @param receivedAt when it was complete, or made
     * @param settledAt when its state last changed, null when it never did
     * @param addresses its receivers, separated by spaces
     * @param direction {@code in} or {@code out}
     * @param kind what it is, such as {@code business}, {@code forward}, {@code inf-ack}
     * @param origin the message that it forwards, acknowledges or answers; null for none, and for an acknowledgement that
     *     matches nothing we sent
     * @param state state as stored, such as {@code handled}
     * @param infAckRequested whether an infrastructure acknowledgement is asked for
     * @param ackRequested whether a business acknowledgement is asked for
     * @param outcome acknowledgements: what they say; received messages: the decided business outcome; null for none
     * @param errorId ErrorID of the fault it was answered with, null for none
     * @param reason why it was refused or given up, null when all is well
     * @param endpoint the callback address it goes to, null for the partner's endpoint and for received messages
     * @param size bytes as received or made; 0 for a forward, whose bytes are those of its origin
     * @param seenAt when somebody marked an acknowledgement that matches nothing as seen, null for never
     * @param destroyedAt when its bytes were destroyed because their time was over; of a forward, those of its origin; null
     *     while they are kept
     */
    record MessageRow(
            long id,
            Instant receivedAt,
            @Nullable Instant settledAt,
            String partner,
            String service,
            @Nullable String interaction,
            String trackingId,
            String messageId,
            @Nullable String sender,
            String addresses,
            String direction,
            String kind,
            @Nullable Long origin,
            String state,
            boolean infAckRequested,
            boolean ackRequested,
            @Nullable String outcome,
            @Nullable String errorId,
            @Nullable String reason,
            @Nullable String endpoint,
            long size,
            String sha256,
            @Nullable Instant seenAt,
            @Nullable Instant destroyedAt) {
        /** Whether it is an acknowledgement that matches nothing and that nobody has marked as seen. */
        public boolean isUnmatched() {
            return inbound() && kind.endsWith("-ack") && origin == null && seenAt == null;
        }

        /** Whether it came to us. */
        public boolean inbound() {
            return direction.equals("in");
        }
    }

    /**
     * An event in a list.
     *
     * @param node node that wrote it
     * @param seq its number there
     */
    record EventRow(
            String node,
            long seq,
            Instant at,
            String type,
            @Nullable String trackingId,
            @Nullable String partner,
            String actor,
            @Nullable String source,
            @Nullable String errorCode,
            @Nullable String errorId,
            String detail) {}
}
