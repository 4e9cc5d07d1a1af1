package org.itkserver.exchange;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.jspecify.annotations.Nullable;

/**
 * Where messages are kept. Thread-safe. Every method that changes something returns when the change is durable, and
 * throws {@link org.itkserver.audit.StoreUnavailable} when it could not be made durable in time.
 */
public interface MessageStore extends AuditTrail {

    /** A row id that no other message has; ids of one node rise. */
    long nextId();

    /**
     * Stores a message with its work and audit events, unless its partner has sent this tracking id before. Concurrent
     * callers share commits; an entry that cannot be stored fails alone.
     *
     * @return the message that already had this tracking id, empty when this one was stored
     */
    Optional<StoredMessage> accept(Acceptance acceptance);

    /**
     * Audits a refused message and keeps the start of its bytes for a while (H14).
     *
     * @param event the refusal
     * @param start first bytes as received, null to keep none
     * @param size full size in bytes
     */
    void refuse(AuditEvent event, byte @Nullable [] start, long size);

    /**
     * Settles a piece of work.
     *
     * @return false when the work belongs to somebody else by now; nothing was changed then
     */
    boolean settle(Settlement settlement);

    /**
     * Commits a change of its own.
     *
     * @return false when its decision had been made before; nothing was changed then
     * @throws Taken when a message to send has the tracking id of one that its partner was sent before
     */
    boolean apply(Change change);

    /**
     * Does what a person wants done with a message.
     *
     * @return false when the message was in no state for it, or somebody else was quicker; nothing was changed then
     */
    boolean repair(Repair repair);

    /** What is left to do for a message, and what ended badly. */
    Remaining remaining(long id);

    /** A message to send has the tracking id of another one to the same partner. */
    final class Taken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Taken() {
            super("the tracking id is taken", null, false, false);
        }
    }

    /** One message, received or sent. */
    Optional<MessageRecord> message(long id);

    /** Every message with this tracking id, received or sent, oldest first; compared without regard to case. */
    List<MessageRecord> byTrackingId(String trackingId);

    /** What forwards, acknowledges or answers this message, and what acknowledged it; oldest first. */
    List<MessageRecord> childrenOf(long id);

    /** The message of this partner with this tracking id. */
    Optional<StoredMessage> find(String partner, String trackingId);

    /** The stored business response of a message. */
    Optional<String> response(long id);

    /**
     * The bytes of a message as received, or as made; the caller closes the stream. They are compared with the message's digest:
     * when they differ, the answer is empty, or the stream of a large message breaks off with an IOException before its end.
     */
    Optional<InputStream> raw(long id);

    /**
     * As {@link #raw}, for people and applications: the message's row is compared with the audit events that stored it, too.
     */
    Optional<InputStream> attested(long id);

    /** The messages that were marked overdue for a deadline that is later than this time. */
    List<Long> overdueBefore(Instant now);

    /** Deletes the kept bytes of messages refused before this time; the audit rows stay. */
    void forgetRefused(Instant before);
}
