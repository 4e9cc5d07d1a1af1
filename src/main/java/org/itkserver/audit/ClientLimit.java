package org.itkserver.audit;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.itkserver.directory.Route;
import org.jspecify.annotations.Nullable;

/**
 * Which messages an application may see and send. An empty set does not limit; a message must fit every set that is not empty.
 *
 * @param services service names
 * @param partners ids of partners
 * @param addresses addresses of this organisation; an address below one of them fits, too. Case does not count, as in routing
 */
public record ClientLimit(Set<String> services, Set<String> partners, Set<String> addresses) {
    /** Everything. */
    public static final ClientLimit NONE = new ClientLimit(Set.of(), Set.of(), Set.of());

    public ClientLimit {
        services = Set.copyOf(services);
        partners = Set.copyOf(partners);
        addresses = Set.copyOf(addresses);
    }

    /** Whether every message fits. */
    public boolean isNone() {
        return services.isEmpty() && partners.isEmpty() && addresses.isEmpty();
    }

    /** Whether a service fits; null for an unknown one. */
    public boolean allowsService(@Nullable String service) {
        return services.isEmpty() || service != null && services.contains(service);
    }

    /** Whether a partner fits; null for an unknown one. */
    public boolean allowsPartner(@Nullable String partner) {
        return partners.isEmpty() || partner != null && partners.contains(partner);
    }

    /** Whether one of these addresses fits. */
    public boolean allowsAnyAddress(Collection<String> wanted) {
        return addresses.isEmpty() || wanted.stream().anyMatch(this::isBelow);
    }

    private boolean isBelow(String address) {
        return addresses.stream().anyMatch(one -> Route.below(address, one));
    }

    /** The limit in one line, for the audit trail. */
    public String text() {
        if (isNone()) {
            return "unlimited";
        }
        var parts = Stream.of(part("services", services), part("partners", partners), part("addresses", addresses));
        return "only " + String.join("; ", parts.flatMap(List::stream).toList());
    }

    private static List<String> part(String name, Set<String> values) {
        return values.isEmpty() ? List.of() : List.of(name + " " + String.join(" ", new TreeSet<>(values)));
    }
}
