package org.itkserver.soap.signature;

/** The signature is not good (3000); the reason is for the audit trail alone. Has no stack trace. */
final class Bad extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason what it is or does, with nothing of the message in it */
    Bad(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
