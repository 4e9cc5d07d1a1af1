package org.itkserver.directory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.itkserver.envelope.EnvelopeHeader;
import org.itkserver.envelope.Namespaces;

/**
 * The loaded directory: immutable and thread-safe. A reload makes a new one.
 */
public final class Directory {
    /** Handler name of the built-in inbox. */
    public static final String INBOX = "inbox";
    /** Handler name of the built-in responder with invented patients. */
    public static final String SAMPLE = "sample";

    private final Organisation organisation;
    private final List<Partner> partners;
    private final Map<String, Partner> byUsername;
    private final Map<String, Service> services;
    private final Map<String, HandlerSettings> handlers;
    private final Set<String> interactions;
    private final List<Route> routes;

    /**
     * @param services every service, the built-in ones included
     * @param interactions interaction URNs known besides the catalogue's (H16)
     * @throws IllegalArgumentException when two partners share a username
     */
    public Directory(
            Organisation organisation,
            List<Partner> partners,
            List<Service> services,
            List<HandlerSettings> handlers,
            Set<String> interactions,
            List<Route> routes) {
        this.organisation = organisation;
        this.partners = List.copyOf(partners);
        this.byUsername = new java.util.HashMap<>();
        for (var partner : partners) {
            for (var username : partner.usernames()) {
                if (byUsername.putIfAbsent(username, partner) != null) {
                    throw new IllegalArgumentException("username " + username + " belongs to two partners");
                }
            }
        }
        this.services = services.stream().collect(Collectors.toUnmodifiableMap(Service::name, Function.identity()));
        this.handlers =
                handlers.stream().collect(Collectors.toUnmodifiableMap(HandlerSettings::name, Function.identity()));
        this.interactions = Set.copyOf(interactions);
        this.routes = List.copyOf(routes);
    }

    public Organisation organisation() {
        return organisation;
    }

    public List<Partner> partners() {
        return partners;
    }

    public Map<String, Service> services() {
        return services;
    }

    public Map<String, HandlerSettings> handlers() {
        return handlers;
    }

    public Optional<Partner> partnerOf(String username) {
        return Optional.ofNullable(byUsername.get(username));
    }

    /** The service with this URN; the misspellings of H13 count. */
    public Optional<Service> serviceOf(String urn) {
        var name = Catalogue.ALIASES.get(urn);
        if (name == null && urn.startsWith(Namespaces.SERVICE)) {
            name = urn.substring(Namespaces.SERVICE.length());
        }
        return name == null ? Optional.empty() : Optional.ofNullable(services.get(name));
    }

    /** Whether this interaction URN is known (H16). */
    public boolean knowsInteraction(String urn) {
        return Catalogue.INTERACTIONS.contains(urn) || interactions.contains(urn);
    }

    /** Where a message for this service goes. */
    public Routing route(Service service, EnvelopeHeader header) {
        var to = new LinkedHashSet<String>();
        var unroutable = new ArrayList<String>();
        boolean itkAddress = false;
        for (var address : header.addresses()) {
            var route = routes.stream().filter(r -> r.matches(address.uri())).findFirst();
            if (route.isPresent()) {
                itkAddress = true;
                var handler = route.get().handler();
                if (handler == null) {
                    unroutable.add(address.uri());
                } else {
                    to.add(handler);
                }
            } else if (address.isItkAddress()) {
                itkAddress = true;
                if (!Route.below(address.uri(), organisation.address())) {
                    unroutable.add(address.uri());
                } else if (service.handler() != null) {
                    to.add(service.handler());
                }
            }
        }
        if (!itkAddress && service.handler() != null) {
            to.add(service.handler());
        }
        return new Routing(to, unroutable);
    }
}
