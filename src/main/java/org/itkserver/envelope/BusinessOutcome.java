package org.itkserver.envelope;

/** What the receiving application decided about a message (HL7 v3 AcknowledgementType; H7). */
public enum BusinessOutcome {
    /** Accepted. */
    AA("Accepted"),
    /** An error in the content. */
    AE("Error in processing"),
    /** Refused for a reason that is not the content; sending it again is up to the sender. */
    AR("Rejected");

    private final String text;

    BusinessOutcome(String text) {
        this.text = text;
    }

    public boolean isPositive() {
        return this == AA;
    }

    /** What is shown when no reason was given. */
    String text() {
        return text;
    }
}
