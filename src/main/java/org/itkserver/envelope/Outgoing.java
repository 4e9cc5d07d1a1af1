package org.itkserver.envelope;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A distribution envelope to send (ITK 2.2 Distribution Envelope). Immutable.
 *
 * @param service {@code @service}, a URN; also the Action of the request that carries it
 * @param trackingId {@code @trackingid}
 * @param addresses where it finally goes; empty for no address list
 * @param auditIdentity identity of who sends it
 * @param senderAddress where acknowledgements go, null for none
 * @param handling the handling specification in this order; empty for none
 * @param payloads at least one
 */
public record Outgoing(
        String service,
        String trackingId,
        List<TypedUri> addresses,
        String auditIdentity,
        @Nullable TypedUri senderAddress,
        List<HandlingSpec> handling,
        List<OutgoingPayload> payloads) {

    /** @throws IllegalArgumentException when the tracking id is not an upper-case UUID, or there is no payload */
    public Outgoing {
        addresses = List.copyOf(addresses);
        handling = List.copyOf(handling);
        payloads = List.copyOf(payloads);
        if (!TrackingId.isValid(trackingId)) {
            throw new IllegalArgumentException("not an upper-case UUID");
        }
        if (payloads.isEmpty()) {
            throw new IllegalArgumentException("an envelope has at least one payload");
        }
    }

    /** The interaction URN, empty when the handling specification has none. */
    public Optional<String> interaction() {
        return handling.stream()
                .filter(spec -> spec.key().equals(HandlingSpec.INTERACTION))
                .map(HandlingSpec::value)
                .findFirst();
    }
}
