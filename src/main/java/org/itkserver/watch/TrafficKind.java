package org.itkserver.watch;

import java.util.Locale;

/** What is counted by the hour. The labels are stored; they are never renamed. */
public enum TrafficKind {
    /** A message was stored: received, or submitted by an application. */
    ACCEPTED,
    /** A message was answered with a fault. */
    REFUSED,
    /** A partner took a message. */
    SENT,
    /** A message was refused for good by a handler or a partner. */
    REJECTED,
    /** A message was tried too often. */
    DEAD_LETTER,
    /** A message was handled; has latencies, from its receipt on, and only for all partners together. */
    HANDLED,
    /** An infrastructure acknowledgement came; has latencies, from the message's making on, likewise. */
    ACKED;

    /** As stored: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException for a label of no kind */
    public static TrafficKind ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
