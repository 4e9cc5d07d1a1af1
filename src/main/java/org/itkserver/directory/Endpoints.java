package org.itkserver.directory;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a partner takes messages. An endpoint is an http(s) URL or {@code queue:NAME}, a queue it reads from us.
 *
 * @param messages for our messages and forwards, null when it takes none
 * @param acknowledgements for acknowledgements; null means {@code messages}
 * @param services endpoints of their own for messages of some services, by the service's name; they go before the others
 * @param callbacks the ReplyTo and FaultTo addresses it may name (H10)
 * @param certificates names of the certificates its servers show, as {@link ClientCertificate#name} writes them; empty for any
 *     that is trusted
 */
public record Endpoints(
        @Nullable String messages,
        @Nullable String acknowledgements,
        Map<String, String> services,
        Set<String> callbacks,
        Set<String> certificates) {
    public static final Endpoints NONE = new Endpoints(null, null, Map.of(), Set.of(), Set.of());
    private static final String QUEUE = "queue:";

    public Endpoints {
        services = Map.copyOf(services);
        callbacks = Set.copyOf(callbacks);
        certificates = Set.copyOf(certificates);
    }

    /** Whether this URL is one of them. */
    public boolean hold(String url) {
        return url.equals(messages)
                || url.equals(acknowledgements)
                || services.containsValue(url)
                || callbacks.contains(url);
    }

    /** Whether there is an endpoint for acknowledgements of some service. */
    public boolean takesAcknowledgements() {
        return acknowledgements != null || messages != null || !services.isEmpty();
    }

    /** The endpoint for acknowledgements that are sent as this service. */
    public Optional<String> forAcknowledgements(String service) {
        return Optional.ofNullable(services.get(service)).or(this::forAcknowledgements);
    }

    /** The endpoint for acknowledgements of services that have none of their own. */
    public Optional<String> forAcknowledgements() {
        return Optional.ofNullable(acknowledgements == null ? messages : acknowledgements);
    }

    /** The endpoint for everything else of this service. */
    public Optional<String> forMessages(String service) {
        return Optional.ofNullable(services.get(service)).or(this::forMessages);
    }

    /** The endpoint for everything else of services that have none of their own. */
    public Optional<String> forMessages() {
        return Optional.ofNullable(messages);
    }

    /** The queue an endpoint names, empty when it is a URL. */
    public static Optional<String> queue(String endpoint) {
        return endpoint.startsWith(QUEUE) ? Optional.of(endpoint.substring(QUEUE.length())) : Optional.empty();
    }
}
