package org.itkserver.audit;

/** Where audit events go. Thread-safe. Events are only ever added. */
public interface AuditTrail {

    /**
     * Adds an event; returns when it is durable.
     *
     * @throws org.itkserver.audit.StoreUnavailable when it could not be made durable in time
     */
    void append(AuditEvent event);
}
