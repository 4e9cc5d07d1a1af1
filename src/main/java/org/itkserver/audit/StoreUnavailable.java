package org.itkserver.audit;

/**
 * The database could not make something durable in time. Whether it did in the end is unknown; the answer is 2100 and
 * the sender's repeat settles it. Has no stack trace of its own.
 */
public class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailable(String message) {
        super(message, null, false, false);
    }
}
