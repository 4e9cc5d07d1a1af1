package org.itkserver.envelope;

/**
 * What is wrong with a distribution envelope, said in a negative infrastructure acknowledgement (code system
 * 2.16.840.1.113883.2.1.3.2.4.17.516; docs/protocol.md 7.4).
 */
public enum DeliveryError {
    /** Anything without a code of its own. */
    DE0001(""),
    DE0002("Header"),
    /** An address that cannot be routed. */
    DE0003("Address List"),
    DE0004("Audit Identity"),
    /** The tracking id. */
    DE0005("Id"),
    DE0006("Manifest"),
    DE0007("Manifest Item"),
    DE0008("Sender Address"),
    DE0009("Handling Specifications"),
    DE0010("Spec"),
    DE0011("Payloads"),
    /** A payload that cannot be read. */
    DE0012("Payload");

    private final String text;

    DeliveryError(String part) {
        this.text = "Distribution Envelope " + (part.isEmpty() ? "" : part + " ") + "Processing Error";
    }

    /** Six characters on the wire. */
    public String code() {
        return name();
    }

    /** The display text; the test tool compares it character by character. */
    public String text() {
        return text;
    }
}
