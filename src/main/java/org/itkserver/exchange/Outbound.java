package org.itkserver.exchange;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Service;
import org.itkserver.envelope.EnvelopeWriter;
import org.itkserver.envelope.HandlingSpec;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.Outgoing;
import org.itkserver.envelope.Sha256;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.envelope.TypedUri;

/** Makes messages to send: everything that leaves begins here, and is stored before it is sent. Thread-safe. */
final class Outbound {
    private static final String BEFORE =
            "<soap:Envelope xmlns:soap=\"" + SoapVersion.SOAP_11.namespace() + "\"><soap:Body>";
    private static final String AFTER = "</soap:Body></soap:Envelope>";

    private final MessageStore store;
    private final EnvelopeWriter envelopes = new EnvelopeWriter();

    Outbound(MessageStore store) {
        this.store = store;
    }

    /**
     * An acknowledgement of a received message.
     *
     * @param to who gets it
     * @param outcome OK, Failure, AA, AE or AR
     */
    OutboundMessage acknowledgement(
            Partner to, Received about, MessageKind kind, String outcome, Outgoing envelope, Instant now) {
        boolean asks = asks(envelope, HandlingSpec.INF_ACK_REQUESTED);
        return envelope(kind, to, envelope, now)
                .origin(about.id())
                .outcome(outcome)
                .infAckDue(asks ? now.plus(org.itkserver.directory.AckDeadlines.DEFAULT.infrastructure()) : null)
                .build();
    }

    /** A business response for the ReplyTo of a request. */
    OutboundMessage response(
            Partner to, Received about, Callback callback, ResponseWriter.Response response, Instant now) {
        return new Draft(store.nextId(), MessageKind.RESPONSE, to, response.trackingId(), about.service(), now)
                .action(Namespaces.SERVICE + about.service() + "Response")
                .content(wrap(response.xml()), Sha256.of(response.xml()))
                .origin(about.id())
                .callback(callback.replyTo(), callback.messageId())
                .build();
    }

    /** A SOAP body that is no distribution envelope, for the ReplyTo or FaultTo of a request. */
    OutboundMessage body(Partner to, Received about, Callback callback, String action, String body, Instant now) {
        boolean fault = action.equals(Namespaces.FAULT_ACTION);
        return new Draft(store.nextId(), MessageKind.BODY, to, about.about().trackingId(), about.service(), now)
                .action(action)
                .content(body.getBytes(StandardCharsets.UTF_8), Sha256.of(body))
                .origin(about.id())
                .callback(fault ? callback.faultTo() : callback.replyTo(), callback.messageId())
                .build();
    }

    /**
     * A received message on its way to the next hop.
     *
     * @param in the message
     * @param id its row id
     * @param digest SHA-256 of its envelope
     * @param hop positions of the addresses that belong to this hop; all of them for the whole message
     */
    OutboundMessage forward(
            Inbound in, long id, byte[] digest, Partner to, List<Integer> hop, boolean acknowledgement) {
        var header = in.header();
        var addresses = header.addresses();
        var mine = hop.stream().map(addresses::get).toList();
        boolean whole = mine.size() == addresses.size();
        return new Draft(
                        store.nextId(),
                        MessageKind.FORWARD,
                        to,
                        header.trackingId(),
                        in.service().name(),
                        in.receivedAt())
                .action(in.service().urn())
                .interaction(header.interaction().orElse(null))
                .sender(header.sender())
                .addresses(mine)
                .content(new byte[0], digest)
                .origin(id)
                .hop(whole ? null : hop.stream().map(String::valueOf).collect(Collectors.joining(",")))
                .asks(header.infAckRequested(), header.ackRequested())
                .lane(Destination.of(MessageKind.FORWARD, acknowledgement)
                        .lane(to, in.service().name(), null)
                        .orElse(null))
                .build();
    }

    /**
     * A message of an application.
     *
     * @param service what it calls
     */
    OutboundMessage business(Partner to, Service service, Outgoing envelope, Instant now) {
        boolean infAck = asks(envelope, HandlingSpec.INF_ACK_REQUESTED);
        boolean ack = asks(envelope, HandlingSpec.ACK_REQUESTED);
        return envelope(MessageKind.BUSINESS, to, envelope, now)
                .infAckDue(infAck ? now.plus(service.deadlines().infrastructure()) : null)
                .ackDue(ack ? now.plus(service.deadlines().business()) : null)
                .build();
    }

    private Draft envelope(MessageKind kind, Partner to, Outgoing envelope, Instant now) {
        var xml = envelopes.write(envelope);
        var service = envelope.service().substring(Namespaces.SERVICE.length());
        return new Draft(store.nextId(), kind, to, envelope.trackingId(), service, now)
                .action(envelope.service())
                .interaction(envelope.interaction().orElse(null))
                .sender(envelope.senderAddress())
                .addresses(envelope.addresses())
                .content(wrap(xml), Sha256.of(xml))
                .asks(asks(envelope, HandlingSpec.INF_ACK_REQUESTED), asks(envelope, HandlingSpec.ACK_REQUESTED))
                .lane(Destination.of(kind, false).lane(to, service, null).orElse(null));
    }

    private static boolean asks(Outgoing envelope, String key) {
        return envelope.handling().stream()
                .anyMatch(spec -> spec.key().equals(key) && spec.value().equals("true"));
    }

    private static byte[] wrap(String envelope) {
        return (BEFORE + envelope + AFTER).getBytes(StandardCharsets.UTF_8);
    }

    static String addresses(List<TypedUri> addresses) {
        return addresses.stream().map(TypedUri::uri).collect(Collectors.joining(" "));
    }
}
