package org.itkserver.envelope;

/**
 * The toolkit error codes (code system 2.16.840.1.113883.2.1.3.2.4.17.268, ITK Web Service transport 9.2.1). A new
 * error is a constant here.
 */
public enum ErrorCode {
    /** The message's structure or content is wrong; sending it again cannot help. */
    INVALID_MESSAGE("1000", FaultCode.CLIENT, "The message is invalid and was not accepted."),
    /** We cannot process it now; the same message may be sent again later. */
    RECOVERABLE("2100", FaultCode.SERVER, "The message could not be processed now. It may be sent again later."),
    /** We cannot process it at all; sending it again cannot help. */
    NOT_RECOVERABLE("2200", FaultCode.SERVER, "The message could not be processed. Sending it again will not help."),
    /** The sender is not known, or not allowed to do this. */
    ACCESS_DENIED("3000", FaultCode.CLIENT, "Access is denied.");

    private final String code;
    private final FaultCode faultCode;
    private final String text;

    ErrorCode(String code, FaultCode faultCode, String text) {
        this.code = code;
        this.faultCode = faultCode;
        this.text = text;
    }

    /** The four digits on the wire. */
    public String code() {
        return code;
    }

    /** The SOAP fault code that goes with it unless the error says otherwise (H3). */
    public FaultCode faultCode() {
        return faultCode;
    }

    /** A sentence for the person who sent the message: {@code ErrorText}. */
    public String text() {
        return text;
    }
}
