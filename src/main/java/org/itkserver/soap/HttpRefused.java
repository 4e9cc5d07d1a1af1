package org.itkserver.soap;

/** The request is refused before it is SOAP (H18): a bare status, no body. */
final class HttpRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param message one sentence for the audit trail */
    HttpRefused(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
