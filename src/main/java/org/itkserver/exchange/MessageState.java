package org.itkserver.exchange;

import java.util.Locale;

/**
 * Where a message is: what a person sees for one document. The labels are stored and go over the REST API; they are
 * never renamed.
 *
 * <p>In: accepted → handled, rejected or dead-letter. Out: accepted → sent → infrastructure-acked → business-acked, or
 * rejected, overdue, dead-letter.
 */
public enum MessageState {
    /** Stored and answered, or stored to be sent. Not final; moved by a worker, or by the synchronous request. */
    ACCEPTED,
    /** Every handler and next hop took it, or it lies in the inbox. Final; nothing to do. */
    HANDLED,
    /** Its peer took it, or confirmed it from its queue. Final unless an acknowledgement was asked for. */
    SENT,
    /** The end point has it. Final unless a business acknowledgement was asked for. */
    INFRASTRUCTURE_ACKED,
    /** The receiving application accepted it. Final; nothing to do. */
    BUSINESS_ACKED,
    /** A handler, a peer's fault or a negative acknowledgement refused it. Final; the audit event says why. */
    REJECTED,
    /** No acknowledgement came by the deadline. A late one still moves it; ask the partner. */
    OVERDUE,
    /** Tried too often. Final until a person acts: look at the peer named in the audit event. */
    DEAD_LETTER;

    /** Whether nothing of this server will move a received message any more. */
    public boolean isFinal() {
        return this != ACCEPTED;
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
