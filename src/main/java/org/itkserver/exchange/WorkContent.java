package org.itkserver.exchange;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.Delivery;
import org.itkserver.delivery.Lane;

/** The stored bytes that a piece of work needs before anything can be attempted, and what becomes of it without them. */
final class WorkContent {
    static final String GONE = "its content cannot be read any more";
    /** Why work is set aside that may have ended the process under each attempt. */
    static final String LOST = "no attempt came to an end";

    private WorkContent() {}

    /** Bytes that cannot be had now; nothing was attempted. */
    static final class Away extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final StoreUnavailable reason;

        Away(StoreUnavailable reason) {
            super(reason.getMessage(), reason);
            this.reason = reason;
        }

        StoreUnavailable reason() {
            return reason;
        }
    }

    /** Bytes that cannot be had any more. */
    static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Gone(long message) {
            super("the content of message " + message + " cannot be read any more");
        }
    }

    /**
     * The bytes of a message.
     *
     * @throws Away when they cannot be had now
     * @throws Gone when they cannot be had any more
     */
    static InputStream of(MessageStore store, long message) {
        try {
            return store.raw(message).orElseThrow(() -> new Gone(message));
        } catch (StoreUnavailable e) {
            throw new Away(e);
        }
    }

    /**
     * The end of work whose bytes are not read. Its sender gets no negative acknowledgement: what that would need is in them.
     *
     * @param reason why, one clause
     */
    static Settlement end(Delivery work, MessageRecord message, String reason, Instant now) {
        var lane = work.lane();
        var cause = lane.kind() == Lane.Kind.HANDLE
                ? Causes.untaken(lane.name())
                : Causes.unsent(message.partner(), MessageState.DEAD_LETTER);
        var events = List.of(
                Events.ofWork(now, AuditType.DEAD_LETTER, message, reason),
                Events.ofWork(now, AuditType.ALERT, message, reason).raising(cause));
        var origin = message.kind() == MessageKind.FORWARD ? message.origin() : null;
        return new Settlement(
                work, MessageState.DEAD_LETTER, null, null, null, null, reason, origin, Change.of(events));
    }
}
