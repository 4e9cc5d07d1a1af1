package org.itkserver.exchange;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Routing;
import org.itkserver.envelope.DeliveryError;
import org.itkserver.envelope.EnvelopeRejected;

/** Sends received messages on to their next hops (H19, H20). Thread-safe. */
final class Router {
    private final MessageStore store;
    private final Outbound outbound;
    private final Acknowledger acknowledger;

    Router(MessageStore store, Outbound outbound, Acknowledger acknowledger) {
        this.store = store;
        this.outbound = outbound;
        this.acknowledger = acknowledger;
    }

    /**
     * The forwards of a message, one for each next hop, and the negative acknowledgements of those that have no endpoint.
     *
     * @throws EnvelopeRejected 1000 when it would go back to who sent it, or has been at the next hop before
     */
    List<Acknowledger.Made> forwards(Inbound in, long id, byte[] digest, Routing routing) {
        if (routing.forwards().isEmpty() || in.service().pattern() == Pattern.SYNCHRONOUS) {
            return List.of();
        }
        refuseCircles(in, routing);
        return forwards(in, id, digest, routing.forwards(), false);
    }

    /**
     * The forwards of an acknowledgement: by route, and back to the owner of an address when it is about a message of ours.
     * One that would run in a circle goes nowhere.
     *
     * @param matched whether it is about a message of ours
     */
    List<Acknowledger.Made> acknowledgements(Inbound in, long id, byte[] digest, Routing routing, boolean matched) {
        var hops = new LinkedHashMap<String, List<Integer>>(routing.forwards());
        var addresses = in.header().addresses();
        for (int i = 0; matched && i < addresses.size(); i++) {
            if (routing.unroutable().contains(addresses.get(i).uri())) {
                var owner = in.directory().ownerOf(addresses.get(i).uri());
                if (owner.isPresent()) {
                    hops.computeIfAbsent(owner.get().id(), p -> new ArrayList<>())
                            .add(i);
                }
            }
        }
        hops.remove(in.partner().id());
        hops.keySet().removeIf(partner -> hadBefore(in.header().trackingId(), partner));
        return forwards(in, id, digest, hops, true);
    }

    private List<Acknowledger.Made> forwards(
            Inbound in, long id, byte[] digest, Map<String, List<Integer>> hops, boolean acknowledgement) {
        var out = new ArrayList<Acknowledger.Made>();
        hops.forEach((partnerId, hop) -> {
            Partner to = in.directory().partner(partnerId).orElseThrow();
            var message = outbound.forward(in, id, digest, to, hop, acknowledgement);
            var type = message.lane() == null ? AuditType.DEAD_LETTER : AuditType.FORWARDING;
            var detail = message.lane() == null ? String.valueOf(message.reason()) : "to partner " + partnerId;
            out.add(new Acknowledger.Made(message, Events.ofOutbound(type, message, null, detail)));
            if (message.lane() == null && !acknowledgement) {
                nack(in, id).ifPresent(out::add);
            }
        });
        return out;
    }

    private Optional<Acknowledger.Made> nack(Inbound in, long id) {
        var received = Received.of(id, in.partner().id(), in.directory(), in.header());
        return acknowledger.notTaken(
                in.directory(),
                received,
                DeliveryError.DE0001,
                "It could not be sent to its next hop.",
                in.receivedAt());
    }

    /** What a person has to know of forwards that have no endpoint. */
    static List<AuditEvent> alerts(List<Acknowledger.Made> made) {
        return made.stream()
                .map(Acknowledger.Made::message)
                .filter(m -> m.kind() == MessageKind.FORWARD && m.lane() == null)
                .map(m -> Events.ofOutbound(AuditType.ALERT, m, null, "could not be sent to partner " + m.partner())
                        .raising(Causes.unsent(m.partner(), MessageState.DEAD_LETTER)))
                .toList();
    }

    private void refuseCircles(Inbound in, Routing routing) {
        if (routing.forwards().containsKey(in.partner().id())) {
            throw EnvelopeRejected.invalid("The route of its address leads back to its sender.");
        }
        var trackingId = in.header().trackingId();
        boolean been = routing.forwards().keySet().stream().anyMatch(partner -> hadBefore(trackingId, partner));
        // looked up last: the forward of a copy that is being accepted meanwhile has its message beside it
        if (been && store.find(in.partner().id(), trackingId).isEmpty()) {
            throw EnvelopeRejected.invalid("The message runs in a circle: its next hop has had it before.");
        }
    }

    private boolean hadBefore(String trackingId, String partner) {
        return store.byTrackingId(trackingId).stream()
                .anyMatch(m -> !m.inbound() && m.partner().equals(partner));
    }
}
