package org.itkserver.exchange;

import java.util.Base64;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.Xml;
import org.itkserver.envelope.XmlFragment;
import org.itkserver.handler.Outcome;

/** Puts a business response into its distribution envelope (ITK 2.2 Distribution Envelope). Thread-safe. */
public final class ResponseWriter {
    private final Ids ids;
    private final XmlFragment fragments;

    public ResponseWriter(Ids ids, XmlFragment fragments) {
        this.ids = ids;
        this.fragments = fragments;
    }

    /**
     * The envelope that answers a request: service plus {@code Response}, fresh tracking id, addressed to the sender.
     *
     * @throws EnvelopeRejected when an XML reply is not well-formed
     */
    String envelope(Inbound in, Outcome.Reply reply) {
        var payloadId = "uuid_" + ids.next();
        var content = reply.isXml()
                ? fragments.of(reply.content())
                : Base64.getEncoder().encodeToString(reply.content());
        var organisation = in.directory().organisation();
        var out = new StringBuilder(content.length() + 1024);
        out.append("<itk:DistributionEnvelope xmlns:itk=\"").append(Namespaces.ITK);
        out.append("\"><itk:header service=\"").append(in.service().urn()).append("Response\" trackingid=\"");
        out.append(ids.next()).append("\">");
        var sender = in.header().sender();
        if (sender != null) {
            out.append("<itk:addresslist><itk:address");
            attribute(out, "type", sender.type());
            attribute(out, "uri", sender.uri());
            out.append("/></itk:addresslist>");
        }
        out.append("<itk:auditIdentity><itk:id");
        attribute(out, "uri", organisation.auditIdentity());
        out.append("/></itk:auditIdentity><itk:manifest count=\"1\"><itk:manifestitem");
        attribute(out, "id", payloadId);
        attribute(out, "mimetype", reply.isXml() ? "text/xml" : reply.mimeType());
        attribute(out, "profileid", reply.profileId().orElse(null));
        attribute(out, "base64", reply.isXml() ? null : "true");
        out.append("/></itk:manifest><itk:senderAddress");
        attribute(out, "uri", organisation.address());
        out.append("/></itk:header><itk:payloads count=\"1\"><itk:payload");
        attribute(out, "id", payloadId);
        out.append('>').append(content);
        return out.append("</itk:payload></itk:payloads></itk:DistributionEnvelope>")
                .toString();
    }

    private static void attribute(StringBuilder out, String name, @org.jspecify.annotations.Nullable String value) {
        if (value != null) {
            out.append(' ').append(name).append("=\"").append(Xml.escape(value)).append('"');
        }
    }
}
