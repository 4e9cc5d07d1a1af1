package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery.EventRow;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.jspecify.annotations.Nullable;

/** Writes down that somebody opens a content, before it is read. Thread-safe. */
final class Openings {
    private final AuditTrail trail;
    private final BreakGlass breakGlass;
    private final Clock clock;

    Openings(AuditTrail trail, BreakGlass breakGlass, Clock clock) {
        this.trail = trail;
        this.breakGlass = breakGlass;
        this.clock = clock;
    }

    /**
     * Whose content is opened; the event carries all of it, so that a search by any of it finds the view.
     *
     * @param message id of the message's row, null for a message that was refused
     * @param errorId ErrorID of a refused message's fault, else null
     */
    record Of(
            @Nullable Long message,
            @Nullable String trackingId,
            @Nullable String partner,
            @Nullable String service,
            @Nullable String errorId) {
        static Of message(MessageRow row) {
            return new Of(row.id(), row.trackingId(), row.partner(), row.service(), null);
        }

        static Of refused(EventRow refusal) {
            return new Of(null, refusal.trackingId(), refusal.partner(), null, refusal.errorId());
        }
    }

    /**
     * Returns when it is durable.
     *
     * @param of whose content it is
     * @param detail what is opened, and why
     * @throws org.itkserver.audit.StoreUnavailable when the trail cannot be written; nothing may be shown then
     */
    void record(Of of, HttpServletRequest request, String detail) {
        append(AuditType.PAYLOAD_VIEWED, of, request, detail, null);
        var many = breakGlass.opened(Person.of(request).name());
        if (many.isPresent()) {
            append(AuditType.ALERT, of, request, many.get().text(), many.get());
        }
    }

    private void append(AuditType type, Of of, HttpServletRequest request, String detail, @Nullable Cause cause) {
        var event = new AuditEvent(
                clock.instant(),
                type,
                of.message(),
                of.trackingId(),
                of.partner(),
                of.service(),
                Person.of(request).name(),
                request.getRemoteAddr(),
                null,
                of.errorId(),
                detail);
        trail.append(cause == null ? event : event.raising(cause));
    }
}
