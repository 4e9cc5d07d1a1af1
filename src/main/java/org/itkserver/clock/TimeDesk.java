package org.itkserver.clock;

import org.itkserver.audit.AuditEvent;

/** What people see of this node's clock and do about it. Thread-safe. */
public interface TimeDesk {

    /** What is found out about the clock. */
    ClockStatus status();

    /**
     * Records that a person confirmed the time; takes effect within seconds on every node whose clock agrees with the database's.
     *
     * @param event who confirmed it; recorded in the same transaction
     * @throws org.itkserver.audit.StoreUnavailable when it could not be recorded
     */
    void confirm(AuditEvent event);
}
