package org.itkserver.exchange;

import java.util.Locale;

/** Where a received message is. The labels are stored and go over the REST API; they are never renamed. */
public enum MessageState {
    /** Stored and answered; a handler has still to take it. Moved by the worker, or by the synchronous request. */
    ACCEPTED(false),
    /** Every handler took it, or it lies in the inbox. Final; nothing to do. */
    HANDLED(true),
    /** A handler refused it for good. Final; the detail of the audit event says why. */
    REJECTED(true),
    /** Tried too often. Final until a person acts: look at the back end named in the audit event. */
    DEAD_LETTER(true);

    private final boolean isFinal;

    MessageState(boolean isFinal) {
        this.isFinal = isFinal;
    }

    public boolean isFinal() {
        return isFinal;
    }

    /** As stored: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException for a label of no state */
    public static MessageState ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
