package org.itkserver.exchange;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Service;
import org.itkserver.envelope.Acknowledgement;
import org.itkserver.envelope.AcknowledgementReader;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.handler.Payload;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the message of ours that a received acknowledgement is about, and what it does to it (H12). Thread-safe. */
final class AckMatching {
    private static final Logger LOG = LoggerFactory.getLogger(AckMatching.class);
    private static final String BUSINESS_INTERACTION = ":ITKBusinessAcknowledgement-v1-0";
    private static final String INFRASTRUCTURE_INTERACTION = ":ITKInfrastructureAcknowledgement-v1-0";
    private static final String BUSINESS_SERVICE = "SendBusinessAck-v1-0";

    private final MessageStore store;
    private final PayloadStreams streams;
    private final AcknowledgementReader reader;

    AckMatching(MessageStore store, PayloadStreams streams, AcknowledgementReader reader) {
        this.store = store;
        this.streams = streams;
        this.reader = reader;
    }

    /**
     * What an acknowledgement is about.
     *
     * @param message id of the message of ours, null when it is unmatched
     * @param outcome what it says, as stored
     * @param effects what it does
     * @param events the same for the audit trail
     * @param forged whether it names a message of ours that was not transmitted to its sender
     */
    record Match(
            @Nullable Long message, String outcome, List<AckEffect> effects, List<AuditEvent> events, boolean forged) {}

    /** Whether a message is an acknowledgement, by its service or its interaction (H8). */
    static MessageKind kind(Service service, EnvelopeHeader header) {
        var interaction = header.interaction().orElse("");
        if (service.infrastructureAck() || service.generic() && interaction.endsWith(INFRASTRUCTURE_INTERACTION)) {
            return MessageKind.INF_ACK;
        }
        boolean business = service.name().equals(BUSINESS_SERVICE)
                || service.generic() && interaction.endsWith(BUSINESS_INTERACTION);
        return business ? MessageKind.BUS_ACK : MessageKind.BUSINESS;
    }

    /** Whether a message is an acknowledgement; nobody is told that one could not be sent on. */
    static boolean isAcknowledgement(Directory directory, EnvelopeHeader header) {
        return directory
                .serviceOf(header.service())
                .filter(service -> kind(service, header).isAcknowledgement())
                .isPresent();
    }

    /**
     * Matches an acknowledgement.
     *
     * @param id row id that it will have
     * @throws EnvelopeRejected 1000 when its payload is no acknowledgement of its kind
     */
    Match match(Inbound in, long id, MessageKind kind) {
        var ack = read(in, kind);
        var ref = ack.trackingIdRef();
        var candidates = store.byTrackingId(ref).stream()
                .filter(m -> !m.inbound() && m.kind() != MessageKind.BODY)
                .toList();
        var ours = candidates.stream()
                .filter(m -> mayAcknowledge(in.directory(), in.partner(), m))
                .min(Comparator.comparing(m -> distance(in, m)));
        if (ours.isPresent()) {
            return matched(in, id, ack, ours.get());
        }
        var events = unmatched(in, id, ref, candidates);
        return new Match(null, outcome(ack), List.of(), events, !candidates.isEmpty());
    }

    private Acknowledgement read(Inbound in, MessageKind kind) {
        for (var payload : new StoredEnvelope(in.message(), in.body()).payloads(streams)) {
            var found = read(payload);
            if (found.isPresent()
                    && (found.get() instanceof Acknowledgement.Business) == (kind == MessageKind.BUS_ACK)) {
                return found.get();
            }
        }
        throw EnvelopeRejected.invalid(
                kind == MessageKind.BUS_ACK
                        ? "No payload is a BusinessResponseMessage."
                        : "No payload is an InfrastructureResponse.");
    }

    private Optional<Acknowledgement> read(Payload payload) {
        try (var bytes = payload.open()) {
            return reader.read(bytes);
        } catch (IOException | IllegalArgumentException e) {
            throw EnvelopeRejected.invalid("The acknowledgement's payload cannot be read.");
        }
    }

    private static boolean mayAcknowledge(Directory directory, Partner sender, MessageRecord message) {
        if (message.partner().equals(sender.id())) {
            return true;
        }
        for (var address : message.addresses().split(" ")) {
            if (sender.speaksForAddress(address)) {
                return true;
            }
        }
        return directory.partner(message.partner()).stream()
                .flatMap(p -> p.ods().stream())
                .anyMatch(sender::speaksFor);
    }

    /** Of one message to several partners, an acknowledgement is about the copy of the one whose address it comes from. */
    private static int distance(Inbound in, MessageRecord message) {
        var sender = in.header().sender();
        var owner = sender == null
                ? in.partner()
                : in.directory().ownerOf(sender.uri()).orElse(in.partner());
        return message.partner().equals(owner.id())
                ? 0
                : message.partner().equals(in.partner().id()) ? 1 : 2;
    }

    private static String outcome(Acknowledgement ack) {
        if (ack instanceof Acknowledgement.Business business) {
            var code = business.typeCode();
            return code.substring(0, Math.min(code.length(), 10));
        }
        return ack.positive() ? "OK" : "Failure";
    }

    private static Match matched(Inbound in, long id, Acknowledgement ack, MessageRecord message) {
        boolean business = ack instanceof Acknowledgement.Business;
        var reason = ack.positive() ? null : reason(ack);
        var effect = !ack.positive()
                ? AckEffect.Kind.NEGATIVE
                : business ? AckEffect.Kind.BUSINESS : AckEffect.Kind.INFRASTRUCTURE;
        var type = !ack.positive()
                ? AuditType.NACKED
                : business ? AuditType.BUSINESS_ACKED : AuditType.INFRASTRUCTURE_ACKED;
        var detail = outcome(ack) + " from " + in.partner().id() + " in "
                + in.header().trackingId();
        var events = new ArrayList<AuditEvent>();
        var acked = Events.ofWork(in.receivedAt(), type, message, reason == null ? detail : detail + ": " + reason);
        events.add(type == AuditType.INFRASTRUCTURE_ACKED ? acked.ending(message.at()) : acked);
        events.add(Events.of(in.receivedAt(), AuditType.ACCEPTED, in, id, "acknowledges " + message.trackingId()));
        var effects = List.of(new AckEffect(message.id(), effect, reason));
        return new Match(message.id(), outcome(ack), effects, events, false);
    }

    /** Codes and texts of a partner, without line breaks and of bounded length. */
    private static String reason(Acknowledgement ack) {
        if (ack instanceof Acknowledgement.Infrastructure infrastructure) {
            var code = infrastructure.code() == null ? "no code" : infrastructure.code();
            return "infrastructure acknowledgement " + code
                    + (infrastructure.text() == null ? "" : ": " + infrastructure.text());
        }
        var business = (Acknowledgement.Business) ack;
        return "business acknowledgement " + business.typeCode()
                + (business.detail() == null ? "" : ": " + business.detail());
    }

    private static List<AuditEvent> unmatched(Inbound in, long id, String ref, List<MessageRecord> candidates) {
        var now = in.receivedAt();
        var events = new ArrayList<AuditEvent>();
        events.add(Events.of(now, AuditType.ACCEPTED, in, id, "an acknowledgement of " + ref));
        if (candidates.isEmpty()) {
            events.add(Events.of(now, AuditType.ACK_UNMATCHED, in, id, "we sent no message " + ref));
        } else {
            LOG.warn(
                    "partner {} acknowledges a message that was not transmitted to it",
                    in.partner().id());
            events.add(Events.of(now, AuditType.ACK_UNMATCHED, in, id, ref + " was not transmitted to its sender"));
            events.add(Events.of(
                            now,
                            AuditType.ALERT,
                            in,
                            id,
                            in.partner().id() + " acknowledges " + ref + ", which was not transmitted to it")
                    .raising(Causes.forged(in.partner().id())));
        }
        return events;
    }
}
