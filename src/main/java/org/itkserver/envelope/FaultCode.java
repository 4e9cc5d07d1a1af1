package org.itkserver.envelope;

/** SOAP fault codes (SOAP 1.1 4.4.1, SOAP 1.2 part 1, 5.4.6). */
public enum FaultCode {
    CLIENT("Client", "Sender"),
    SERVER("Server", "Receiver"),
    VERSION_MISMATCH("VersionMismatch", "VersionMismatch"),
    MUST_UNDERSTAND("MustUnderstand", "MustUnderstand");

    private final String soap11;
    private final String soap12;

    FaultCode(String soap11, String soap12) {
        this.soap11 = soap11;
        this.soap12 = soap12;
    }

    /** Local name of the code in the given version. */
    public String name(SoapVersion version) {
        return version == SoapVersion.SOAP_11 ? soap11 : soap12;
    }
}
