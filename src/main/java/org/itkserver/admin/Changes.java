package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.function.Supplier;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;

/** Puts into the trail what an admin changes, before it is changed. Thread-safe. */
final class Changes {
    private final AuditTrail trail;
    private final Clock clock;

    Changes(AuditTrail trail, Clock clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /**
     * Records a change and makes it; one that was not made after all is recorded once more.
     *
     * @param what whom it is about and what changes; holds no password and no token
     * @throws StoreUnavailable when it could not be recorded, and nothing was changed; or when it could not be made
     */
    Outcome make(HttpServletRequest request, AuditType type, String what, Supplier<Outcome> change) {
        append(request, type, what);
        var outcome = change.get();
        if (outcome != Outcome.DONE) {
            append(request, type, "not done: " + what);
        }
        return outcome;
    }

    private void append(HttpServletRequest request, AuditType type, String what) {
        trail.append(
                AuditEvent.ofPerson(clock.instant(), type, Person.of(request).name(), request.getRemoteAddr(), what));
    }
}
