package org.itkserver.exchange;

import java.util.Locale;

/** What a message is. The labels are stored; they are never renamed. */
public enum MessageKind {
    /** A document or request of an application. */
    BUSINESS,
    /** A received message on its way to the next hop, byte for byte (H20). */
    FORWARD,
    /** An infrastructure acknowledgement, positive or negative. */
    INF_ACK,
    /** A business acknowledgement. */
    BUS_ACK,
    /** A business response that goes to a ReplyTo. */
    RESPONSE,
    /** A fault or simple response that goes to a ReplyTo or FaultTo: a SOAP body without distribution envelope. */
    BODY;

    /** Whether it is an acknowledgement. */
    public boolean isAcknowledgement() {
        return this == INF_ACK || this == BUS_ACK;
    }

    /** As stored: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException for a label of no kind */
    public static MessageKind ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
