package org.itkserver.audit;

/**
 * Every connection of this node to the database stayed in use for longer than the caller may wait. The database itself may
 * be well. Nothing was read or written. Has no stack trace of its own.
 */
public final class StoreBusy extends StoreUnavailable {
    private static final long serialVersionUID = 1L;

    public StoreBusy(String message) {
        super(message);
    }
}
