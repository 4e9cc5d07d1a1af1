package org.itkserver.envelope;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the SOAP envelopes we answer with. Thread-safe. */
public final class AnswerWriter {
    /** Body of a positive answer on a named service (H2). */
    public static final String SIMPLE_RESPONSE =
            "<itk:SimpleMessageResponse xmlns:itk=\"" + Namespaces.ITK + "\">OK</itk:SimpleMessageResponse>";

    private final Ids ids;

    public AnswerWriter(Ids ids) {
        this.ids = ids;
    }

    /**
     * An envelope with fresh MessageID.
     *
     * @param version SOAP version of the address
     * @param action {@code wsa:Action} of the answer
     * @param relatesTo MessageID of the request, null when it had none worth repeating
     * @param headers further header blocks as XML, or empty
     * @param body content of the SOAP body as XML
     */
    public byte[] envelope(
            SoapVersion version, String action, @Nullable String relatesTo, String headers, String body) {
        var out = new StringBuilder(512 + body.length());
        out.append("<soap:Envelope xmlns:soap=\"").append(version.namespace());
        out.append("\" xmlns:wsa=\"").append(Namespaces.WSA).append("\"><soap:Header><wsa:MessageID>");
        out.append(ids.next()).append("</wsa:MessageID><wsa:Action>").append(Xml.escape(action));
        out.append("</wsa:Action><wsa:To>").append(Namespaces.ANONYMOUS).append("</wsa:To>");
        if (relatesTo != null) {
            out.append("<wsa:RelatesTo>").append(Xml.escape(relatesTo)).append("</wsa:RelatesTo>");
        }
        out.append(headers).append("</soap:Header><soap:Body>").append(body);
        out.append("</soap:Body></soap:Envelope>");
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
