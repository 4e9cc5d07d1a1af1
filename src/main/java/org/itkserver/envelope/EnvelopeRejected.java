package org.itkserver.envelope;

/** The message breaks a rule; carries the fault to answer with. Has no stack trace: it is an answer, not a bug. */
public final class EnvelopeRejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ToolkitError error;

    public EnvelopeRejected(ToolkitError error) {
        super(error.diagnostic(), null, false, false);
        this.error = error;
    }

    public ToolkitError error() {
        return error;
    }

    /** Shorthand for a 1000. */
    public static EnvelopeRejected invalid(String diagnostic) {
        return new EnvelopeRejected(ToolkitError.invalid(diagnostic));
    }

    /** Shorthand for a 3000. */
    public static EnvelopeRejected denied(String diagnostic) {
        return new EnvelopeRejected(ToolkitError.denied(diagnostic));
    }
}
