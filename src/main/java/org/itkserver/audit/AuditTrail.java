package org.itkserver.audit;

import java.util.List;
import java.util.function.BooleanSupplier;

/** Where audit events go. Thread-safe. Events are only ever added. */
@FunctionalInterface
public interface AuditTrail {

    /**
     * Adds an event; returns when it is durable.
     *
     * @throws org.itkserver.audit.StoreUnavailable when it could not be made durable in time
     */
    void append(AuditEvent event);

    /**
     * Makes a change of accounts, holds, requests or notes in the transaction that adds its events: both are durable, or neither.
     * The default, for trails that are no database, makes the change first.
     *
     * @param change calls methods of the ports that keep these things, and no other; quick. It may be called again after a failure.
     *     Returns whether the change was made; when not, no event is added
     * @return what the change returned
     * @throws org.itkserver.audit.StoreUnavailable when it could not be made durable in time
     */
    default boolean change(List<AuditEvent> events, BooleanSupplier change) {
        boolean made = change.getAsBoolean();
        if (made) {
            events.forEach(this::append);
        }
        return made;
    }
}
