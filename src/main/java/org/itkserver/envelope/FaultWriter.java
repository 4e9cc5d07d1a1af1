package org.itkserver.envelope;

import javax.xml.XMLConstants;
import org.jspecify.annotations.Nullable;

/**
 * Writes every SOAP fault this server sends: ToolkitErrorInfo in the detail (ITK Web Service transport 9.2.1), Action as
 * H1. Thread-safe.
 */
public final class FaultWriter {
    private final AnswerWriter answers;

    public FaultWriter(AnswerWriter answers) {
        this.answers = answers;
    }

    /**
     * @param version SOAP version of the address; a VersionMismatch is SOAP 1.1 whatever is given (H1)
     * @param error what went wrong
     * @param errorId the ErrorID: an upper-case UUID that is also in the log and the audit row
     * @param relatesTo MessageID of the request, or null
     */
    public byte[] fault(SoapVersion version, ToolkitError error, String errorId, @Nullable String relatesTo) {
        boolean soap11 = version == SoapVersion.SOAP_11 || error.faultCode() == FaultCode.VERSION_MISMATCH;
        var written = soap11 ? SoapVersion.SOAP_11 : SoapVersion.SOAP_12;
        return answers.envelope(
                written,
                Namespaces.FAULT_ACTION,
                relatesTo,
                soap11 ? "" : notUnderstood(error),
                body(written, error, errorId));
    }

    /**
     * The content of the SOAP body alone; its prefix {@code soap} is for whoever puts it into an envelope to declare.
     *
     * @param version SOAP version of that envelope
     */
    public static String body(SoapVersion version, ToolkitError error, String errorId) {
        return version == SoapVersion.SOAP_11 ? soap11(error, errorId) : soap12(error, errorId);
    }

    /** The media type that goes with {@link #fault}. */
    public static SoapVersion versionOf(SoapVersion version, ToolkitError error) {
        return error.faultCode() == FaultCode.VERSION_MISMATCH ? SoapVersion.SOAP_11 : version;
    }

    private static String soap11(ToolkitError error, String errorId) {
        return "<soap:Fault><faultcode>soap:" + error.faultCode().name(SoapVersion.SOAP_11)
                + "</faultcode><faultstring>"
                + Xml.escape(error.code().text()) + "</faultstring><detail>" + info(error, errorId)
                + "</detail></soap:Fault>";
    }

    private static String soap12(ToolkitError error, String errorId) {
        return "<soap:Fault><soap:Code><soap:Value>soap:" + error.faultCode().name(SoapVersion.SOAP_12)
                + "</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">"
                + Xml.escape(error.code().text()) + "</soap:Text></soap:Reason><soap:Detail>" + info(error, errorId)
                + "</soap:Detail></soap:Fault>";
    }

    /** SOAP 1.2 part 1, 5.4.8. */
    private static String notUnderstood(ToolkitError error) {
        var out = new StringBuilder();
        for (var block : error.notUnderstood()) {
            var namespace = block.getNamespaceURI();
            var local = Xml.escape(block.getLocalPart());
            if (namespace.equals(XMLConstants.XML_NS_URI)) {
                // no other prefix may stand for it
                out.append("<soap:NotUnderstood qname=\"xml:").append(local).append("\"/>");
            } else if (!namespace.isEmpty() && !namespace.equals(XMLConstants.XMLNS_ATTRIBUTE_NS_URI)) {
                out.append("<soap:NotUnderstood xmlns:n=\"").append(Xml.escape(namespace));
                out.append("\" qname=\"n:").append(local).append("\"/>");
            }
        }
        return out.toString();
    }

    private static String info(ToolkitError error, String errorId) {
        return "<itk:ToolkitErrorInfo xmlns:itk=\"" + Namespaces.ITK + "\"><itk:ErrorID>" + errorId
                + "</itk:ErrorID><itk:ErrorCode codeSystem=\"" + Namespaces.TOOLKIT_ERROR_CODES + "\">"
                + error.code().code() + "</itk:ErrorCode><itk:ErrorText>"
                + Xml.escape(error.code().text())
                + "</itk:ErrorText><itk:ErrorDiagnosticText>" + Xml.escape(error.diagnostic())
                + "</itk:ErrorDiagnosticText></itk:ToolkitErrorInfo>";
    }
}
