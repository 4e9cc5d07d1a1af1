package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;

/** Makes what an admin changes in the transaction that puts it into the trail. Thread-safe. */
final class Changes {
    private final AuditTrail trail;
    private final Clock clock;

    Changes(AuditTrail trail, Clock clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /**
     * Makes a change and records it, both or neither; one that could not be made is recorded as not done.
     *
     * @param what whom it is about and what changes; holds no password and no token
     * @param change may be called again after a failure
     * @throws StoreUnavailable when it could not be made and recorded
     */
    Outcome make(HttpServletRequest request, AuditType type, String what, Supplier<Outcome> change) {
        var outcome = new AtomicReference<>(Outcome.GONE);
        boolean made = trail.change(List.of(event(request, type, what)), () -> {
            outcome.set(change.get());
            return outcome.get() == Outcome.DONE;
        });
        if (!made) {
            trail.append(event(request, type, "not done: " + what));
        }
        return outcome.get();
    }

    private AuditEvent event(HttpServletRequest request, AuditType type, String what) {
        return AuditEvent.ofPerson(clock.instant(), type, Person.of(request).name(), request.getRemoteAddr(), what);
    }
}
