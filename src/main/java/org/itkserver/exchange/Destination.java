package org.itkserver.exchange;

import java.util.Optional;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Endpoints;
import org.itkserver.directory.Partner;
import org.jspecify.annotations.Nullable;

/** Which endpoint of a partner takes what, and the lane that leads there. */
enum Destination {
    MESSAGES,
    ACKNOWLEDGEMENTS,
    CALLBACKS;

    private static final String SUBSCRIBER = "urn:nhs-itk:subscriber:";

    /** Acknowledgements go to the endpoint for acknowledgements, everything else to the one for messages. */
    static Destination of(MessageKind kind, boolean carriesAcknowledgement) {
        return switch (kind) {
            case INF_ACK, BUS_ACK -> ACKNOWLEDGEMENTS;
            case RESPONSE, BODY -> CALLBACKS;
            case BUSINESS, FORWARD -> carriesAcknowledgement ? ACKNOWLEDGEMENTS : MESSAGES;
        };
    }

    /**
     * The lane to a partner's endpoint, empty when it has none. An endpoint that one service has for itself has a lane of its
     * own, so that its trouble stops nothing else.
     *
     * @param service name of the service that the message calls
     */
    Optional<Lane> lane(Partner partner, String service, @Nullable String callback) {
        boolean own = this != CALLBACKS && partner.endpoints().services().containsKey(service);
        var name = partner.id() + "/" + label() + (own ? "/" + service : "");
        return endpoint(partner, service, callback).map(endpoint -> Endpoints.queue(endpoint)
                .or(() -> subscriber(endpoint))
                .map(queue -> new Lane(Lane.Kind.QUEUE, queue))
                .orElseGet(() -> new Lane(Lane.Kind.SEND, name)));
    }

    private Optional<String> endpoint(Partner partner, String service, @Nullable String callback) {
        return switch (this) {
            case MESSAGES -> partner.endpoints().forMessages(service);
            case ACKNOWLEDGEMENTS -> partner.endpoints().forAcknowledgements(service);
            case CALLBACKS -> Optional.ofNullable(callback);
        };
    }

    private String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * The URL behind a lane today; empty when the partner or its endpoint is gone or became a queue, or the callback is no
     * longer its own.
     *
     * @param service name of the service that the message calls
     */
    static Optional<String> url(Directory directory, Lane lane, String service, @Nullable String callback) {
        int slash = lane.name().indexOf('/');
        int end = lane.name().indexOf('/', slash + 1);
        var partner = directory.partner(lane.name().substring(0, slash));
        var label = lane.name().substring(slash + 1, end < 0 ? lane.name().length() : end);
        var destination = valueOf(label.toUpperCase(java.util.Locale.ROOT));
        return partner.flatMap(p -> destination
                .endpoint(p, service, callback)
                .filter(url -> Endpoints.queue(url).isEmpty())
                .filter(url ->
                        destination != CALLBACKS || p.endpoints().callbacks().contains(url)));
    }

    /** The queue that a ReplyTo or FaultTo names, empty when it is a URL (ITK queue collection). */
    static Optional<String> subscriber(String address) {
        return address.startsWith(SUBSCRIBER) ? Optional.of(address.substring(SUBSCRIBER.length())) : Optional.empty();
    }
}
