package org.itkserver.exchange;

import java.util.Base64;
import java.util.List;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Service;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeWriter;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.Outgoing;
import org.itkserver.envelope.OutgoingPayload;
import org.itkserver.envelope.TypedUri;
import org.itkserver.envelope.XmlFragment;
import org.itkserver.handler.Outcome;

/** Puts a business response into its distribution envelope (ITK 2.2 Distribution Envelope). Thread-safe. */
public final class ResponseWriter {
    private final EnvelopeWriter envelopes = new EnvelopeWriter();
    private final Ids ids;
    private final XmlFragment fragments;

    public ResponseWriter(Ids ids, XmlFragment fragments) {
        this.ids = ids;
        this.fragments = fragments;
    }

    /**
     * A response envelope.
     *
     * @param trackingId its fresh tracking id
     * @param xml the envelope
     */
    record Response(String trackingId, String xml) {}

    /**
     * The envelope that answers a request: service plus {@code Response}, fresh tracking id, addressed to the sender.
     *
     * @throws EnvelopeRejected when an XML reply is not well-formed
     */
    Response envelope(Directory directory, Service service, EnvelopeHeader request, Outcome.Reply reply) {
        var organisation = directory.organisation();
        var sender = request.sender();
        var trackingId = ids.next();
        var xml = envelopes.write(new Outgoing(
                service.urn() + "Response",
                trackingId,
                sender == null ? List.of() : List.of(sender),
                organisation.auditIdentity(),
                new TypedUri(null, organisation.address()),
                List.of(),
                List.of(payload(reply))));
        return new Response(trackingId, xml);
    }

    private OutgoingPayload payload(Outcome.Reply reply) {
        var id = "uuid_" + ids.next();
        var profile = reply.profileId().orElse(null);
        if (reply.isXml()) {
            return OutgoingPayload.xml(id, profile, fragments.of(reply.content()));
        }
        var content = Base64.getEncoder().encodeToString(reply.content());
        return new OutgoingPayload(id, reply.mimeType(), profile, true, content);
    }
}
