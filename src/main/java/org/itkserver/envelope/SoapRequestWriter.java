package org.itkserver.envelope;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * Writes the SOAP requests we send: fresh MessageID, Security header with a Timestamp and our Username, and around a
 * distribution envelope that is forwarded the namespaces it inherits (H20). Thread-safe.
 */
public final class SoapRequestWriter {
    private final Ids ids;

    public SoapRequestWriter(Ids ids) {
        this.ids = ids;
    }

    /**
     * A request whose body is somebody's bytes, sent unchanged between before and after.
     *
     * @param inherited namespaces those bytes need, prefix to name ({@link ScannedMessage#inherited}); empty for bytes
     *     that declare their own
     */
    public SoapRequest around(RequestHead head, Map<String, String> inherited) {
        return request(head, inherited, "");
    }

    /**
     * A request whose body is our own XML: everything is before, nothing after.
     *
     * @param body declares its namespaces; the prefix {@code soap} is declared around it
     */
    public SoapRequest of(RequestHead head, String body) {
        var request = request(head, Map.of(), body);
        var whole = new byte[Math.toIntExact(request.length(0))];
        System.arraycopy(request.before(), 0, whole, 0, request.before().length);
        System.arraycopy(request.after(), 0, whole, request.before().length, request.after().length);
        return new SoapRequest(request.messageId(), request.contentType(), whole, new byte[0], request.signatureAt());
    }

    /**
     * A fault posted to a FaultTo or ReplyTo address (WS-Addressing 1.0 SOAP Binding 6).
     *
     * @param head its action does not count: a fault has the fault Action (H1)
     * @param error what went wrong
     * @param errorId the ErrorID: an upper-case UUID that is also in the log and the audit row
     */
    public SoapRequest fault(RequestHead head, ToolkitError error, String errorId) {
        return of(head.withAction(Namespaces.FAULT_ACTION), FaultWriter.body(head.version(), error, errorId));
    }

    private SoapRequest request(RequestHead head, Map<String, String> inherited, String body) {
        var messageId = ids.next();
        var soap = Scope.prefix("soap", head.version().namespace(), inherited);
        var before = new StringBuilder(1536 + body.length());
        boolean utf8 = head.charset() == StandardCharsets.UTF_8;
        if (!utf8) {
            before.append('\uFEFF');
        }
        before.append('<').append(soap).append(":Envelope xmlns:").append(soap).append("=\"");
        before.append(head.version().namespace()).append("\">");
        int signatureAt = header(before, head, messageId, soap);
        before.append('<').append(soap).append(":Body").append(Scope.declarations(inherited));
        if (head.token() != null) {
            bodyId(before, inherited);
        }
        before.append('>');
        before.append(body);
        var after = "</" + soap + ":Body></" + soap + ":Envelope>";
        return new SoapRequest(
                messageId,
                contentType(head, utf8),
                before.toString().getBytes(head.charset()),
                after.getBytes(head.charset()),
                before.substring(0, signatureAt).getBytes(head.charset()).length);
    }

    private void bodyId(StringBuilder out, Map<String, String> inherited) {
        var wsu = Scope.prefix("wsu", Namespaces.WSU, inherited);
        if (!inherited.containsKey(wsu)) {
            out.append(" xmlns:")
                    .append(wsu)
                    .append("=\"")
                    .append(Namespaces.WSU)
                    .append('"');
        }
        out.append(' ').append(wsu).append(":Id=\"uuid_").append(ids.next()).append('"');
    }

    private static String contentType(RequestHead head, boolean utf8) {
        return head.version().mediaType() + ";charset=" + (utf8 ? "UTF-8" : "UTF-16")
                + (head.version() == SoapVersion.SOAP_12 ? ";action=\"" + head.action() + "\"" : "");
    }

    /**
     * Its namespaces are declared here and not further out, so that the body inherits none of them.
     *
     * @return where the content of Security ends
     */
    private int header(StringBuilder out, RequestHead head, String messageId, String soap) {
        out.append('<')
                .append(soap)
                .append(":Header xmlns:wsa=\"")
                .append(Namespaces.WSA)
                .append("\">");
        element(out, "wsa:MessageID", messageId);
        element(out, "wsa:Action", head.action());
        element(out, "wsa:To", head.to());
        var relatesTo = head.relatesTo();
        if (relatesTo != null) {
            element(out, "wsa:RelatesTo", relatesTo);
        }
        out.append("<wsse:Security xmlns:wsse=\"").append(Namespaces.WSSE);
        out.append("\" xmlns:wsu=\"").append(Namespaces.WSU);
        out.append("\"><wsu:Timestamp wsu:Id=\"uuid_").append(ids.next()).append("\">");
        element(out, "wsu:Created", seconds(head.created()));
        element(out, "wsu:Expires", seconds(head.created().plus(head.timeToLive())));
        out.append("</wsu:Timestamp><wsse:UsernameToken>");
        element(out, "wsse:Username", head.username());
        out.append("</wsse:UsernameToken>");
        if (head.token() != null) {
            out.append("<wsse:BinarySecurityToken EncodingType=\"").append(Namespaces.BASE64_BINARY);
            out.append("\" ValueType=\"").append(Namespaces.X509_V3).append("\" wsu:Id=\"uuid_");
            out.append(ids.next()).append("\">").append(head.token()).append("</wsse:BinarySecurityToken>");
        }
        int end = out.length();
        out.append("</wsse:Security></").append(soap).append(":Header>");
        return end;
    }

    /** Whole seconds, rounded down: some receivers refuse a Created that is not before their own clock. */
    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void element(StringBuilder out, String name, String text) {
        out.append('<').append(name).append('>').append(Xml.escape(text));
        out.append("</").append(name).append('>');
    }
}
