package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import org.itkserver.audit.AuditEvent;
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
     * Returns when it is durable.
     *
     * @param message whose content it is, null for one that was refused
     * @param detail what is opened, and why
     * @throws org.itkserver.audit.StoreUnavailable when the trail cannot be written; nothing may be shown then
     */
    void record(@Nullable Long message, HttpServletRequest request, String detail) {
        append(AuditType.PAYLOAD_VIEWED, message, request, detail, null);
        var many = breakGlass.opened(Person.of(request).name());
        if (many.isPresent()) {
            append(AuditType.ALERT, message, request, many.get().text(), many.get());
        }
    }

    private void append(
            AuditType type, @Nullable Long message, HttpServletRequest request, String detail, @Nullable Cause cause) {
        var who = Person.of(request).name();
        var event = AuditEvent.ofPerson(clock.instant(), type, message, who, request.getRemoteAddr(), detail);
        trail.append(cause == null ? event : event.raising(cause));
    }
}
