package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/** What a partner answered; texts trimmed, shortened and free of control characters. */
public sealed interface SoapAnswer {

    /**
     * A SOAP fault, at whatever HTTP status (H1).
     *
     * @param toolkitCode {@code ErrorCode}, normally 1000, 2100, 2200 or 3000; null when there is none
     * @param faultCode local name of the fault code without dot extension, as sent: Client, Server, Sender, Receiver,
     *     VersionMismatch, MustUnderstand; empty when missing
     * @param text what it says for people and engineers, at most 500 characters; may be empty
     * @param errorId {@code ErrorID}, null when missing
     */
    record Fault(@Nullable String toolkitCode, String faultCode, String text, @Nullable String errorId)
            implements SoapAnswer {}

    /**
     * {@code itk:SimpleMessageResponse}.
     *
     * @param text its text, at most 500 characters; any text means yes
     */
    record Simple(String text) implements SoapAnswer {}

    /**
     * A distribution envelope. Whether it obeys the rules is for the receiver to check.
     *
     * @param message what the scanner found
     * @param body the answer's bytes, in memory; need not be closed
     */
    record Response(ScannedMessage message, MessageBody body) implements SoapAnswer {}

    /**
     * SOAP with something else in its body.
     *
     * @param rootLocalName local name of that element, at most 256 characters
     */
    record OtherBody(String rootLocalName) implements SoapAnswer {}

    /** SOAP with nothing in its body. */
    record EmptyBody() implements SoapAnswer {}

    /** No SOAP envelope, or one that cannot be read: HTML, garbage, nothing at all (H11). */
    record NotSoap() implements SoapAnswer {}
}
