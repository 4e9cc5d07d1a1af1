package org.itkserver.directory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
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
    private final Map<String, Partner> byCertificate = new java.util.HashMap<>();
    private final Map<String, Service> services;
    private final Map<String, HandlerSettings> handlers;
    private final Set<String> interactions;
    private final List<Route> routes;
    private final List<Outbox> outboxes;
    private final Retention retention;

    /**
     * @param services every service, the built-in ones included
     * @param interactions interaction URNs known besides the catalogue's (H16)
     * @param retention how long messages are kept whose service says nothing else
     * @throws IllegalArgumentException when two partners share a username or a certificate
     */
    public Directory(
            Organisation organisation,
            List<Partner> partners,
            List<Service> services,
            List<HandlerSettings> handlers,
            Set<String> interactions,
            List<Route> routes,
            List<Outbox> outboxes,
            Retention retention) {
        this.organisation = organisation;
        this.partners = List.copyOf(partners);
        this.byUsername = new java.util.HashMap<>();
        for (var partner : partners) {
            for (var username : partner.usernames()) {
                if (byUsername.putIfAbsent(username, partner) != null) {
                    throw new IllegalArgumentException("username " + username + " belongs to two partners");
                }
            }
            for (var certificate : partner.certificates()) {
                if (byCertificate.putIfAbsent(certificate, partner) != null) {
                    throw new IllegalArgumentException("certificate " + certificate + " belongs to two partners");
                }
            }
        }
        this.services = services.stream().collect(Collectors.toUnmodifiableMap(Service::name, Function.identity()));
        this.handlers =
                handlers.stream().collect(Collectors.toUnmodifiableMap(HandlerSettings::name, Function.identity()));
        this.interactions = Set.copyOf(interactions);
        this.routes = List.copyOf(routes);
        this.outboxes = List.copyOf(outboxes);
        this.retention = retention;
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

    /** How long messages are kept whose service says nothing else. */
    public Retention retention() {
        return retention;
    }

    /** How long messages of a service are kept; of one that is not known any more, as long as usual. */
    public Retention retention(String service) {
        var known = services.get(service);
        var own = known == null ? null : known.retention();
        return own == null ? retention : own;
    }

    public Map<String, HandlerSettings> handlers() {
        return handlers;
    }

    public Optional<Partner> partnerOf(String username) {
        return Optional.ofNullable(byUsername.get(username));
    }

    /** The partner that shows this certificate; its fingerprint counts before its subject. */
    public Optional<Partner> partnerOf(ClientCertificate certificate) {
        return Optional.ofNullable(
                byCertificate.getOrDefault(certificate.fingerprint(), byCertificate.get(certificate.subject())));
    }

    /** Names of the certificates that a server at this URL may show; empty for any that is trusted. */
    public Set<String> certificatesAt(String url) {
        return partners.stream()
                .map(Partner::endpoints)
                .filter(endpoints -> endpoints.hold(url))
                .flatMap(endpoints -> endpoints.certificates().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether what is sent to this URL is signed. */
    public boolean signsTo(String url) {
        return partners.stream()
                .anyMatch(p -> p.signing().sign() && p.endpoints().hold(url));
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

    /** The partner with this id. */
    public Optional<Partner> partner(String id) {
        return partners.stream().filter(p -> p.id().equals(id)).findFirst();
    }

    /**
     * The partner whose own address this is (not one it relays for). Of several partners with one ODS code, the one that the first
     * matching route names; empty when no route does.
     */
    public Optional<Partner> ownerOf(String address) {
        var owners = partners.stream().filter(p -> p.owns(address)).toList();
        if (owners.size() < 2) {
            return owners.stream().findFirst();
        }
        var route = routes.stream().filter(r -> r.matches(address)).findFirst();
        return owners.stream()
                .filter(owner ->
                        route.isPresent() && owner.id().equals(route.get().partner()))
                .findFirst();
    }

    /** The partner that a message to this address is transmitted to: by route, else the owner of the address. */
    public Optional<Partner> nextHop(String address) {
        var route = routes.stream().filter(r -> r.matches(address)).findFirst();
        if (route.isPresent()) {
            var id = route.get().partner();
            return id == null ? Optional.empty() : partner(id);
        }
        return isOurs(address) ? Optional.empty() : ownerOf(address);
    }

    /** Whether this is our address or lies below it. */
    public boolean isOurs(String address) {
        return Route.below(address, organisation.address());
    }

    /** The folders whose files are sent. */
    public List<Outbox> outboxes() {
        return outboxes;
    }

    /** The routes, in the order in which they are tried. */
    public List<Route> routes() {
        return routes;
    }

    /** Where a message for this service goes. */
    public Routing route(Service service, EnvelopeHeader header) {
        var handlers = new LinkedHashSet<String>();
        var forwards = new LinkedHashMap<String, List<Integer>>();
        var unroutable = new ArrayList<String>();
        boolean itkAddress = false;
        for (int i = 0; i < header.addresses().size(); i++) {
            var address = header.addresses().get(i);
            var route = routes.stream().filter(r -> r.matches(address.uri())).findFirst();
            if (route.isEmpty() && !address.isItkAddress()) {
                continue;
            }
            itkAddress = true;
            if (route.isPresent() && route.get().partner() != null) {
                forwards.computeIfAbsent(route.get().partner(), id -> new ArrayList<>())
                        .add(i);
            } else if (route.isPresent() && route.get().handler() != null) {
                handlers.add(route.get().handler());
            } else if (!isOurs(address.uri())) {
                unroutable.add(address.uri());
            } else if (service.handler() != null) {
                handlers.add(service.handler());
            }
        }
        if (!itkAddress && service.handler() != null) {
            handlers.add(service.handler());
        }
        return new Routing(handlers, forwards, unroutable);
    }
}
