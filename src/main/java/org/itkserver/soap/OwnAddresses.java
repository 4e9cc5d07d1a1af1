package org.itkserver.soap;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which {@code wsa:To} is ours (H21). Immutable.
 */
public final class OwnAddresses {
    private final Set<String> bases;
    private final @Nullable String publicUrl;

    /**
     * @param publicUrl base address that partners use, null when not set
     * @param aliases further base addresses
     */
    public OwnAddresses(@Nullable String publicUrl, List<String> aliases) {
        this.publicUrl = publicUrl;
        this.bases = new HashSet<>();
        if (publicUrl != null) {
            bases.add(base(URI.create(publicUrl)));
        }
        aliases.forEach(alias -> bases.add(base(URI.create(alias))));
    }

    /** Base address for WSDLs, empty when the request's own is to be used. */
    Optional<String> publicUrl() {
        return Optional.ofNullable(publicUrl);
    }

    /** Whether a URL has one of the configured base addresses. */
    public boolean isBase(URI uri) {
        return bases.contains(base(uri));
    }

    /**
     * The address that a {@code wsa:To} names.
     *
     * @param to the header's text
     * @param requestBases scheme and Host of the request, which count only when no base is configured
     * @return empty when it is not ours
     */
    Optional<SoapAddress> find(String to, List<String> requestBases) {
        try {
            var uri = new URI(to).normalize();
            var base = HostName.base(uri);
            if (base == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                return Optional.empty();
            }
            boolean ours = bases.isEmpty() ? isOneOf(requestBases, base) : bases.contains(base);
            var address = SoapAddress.of(uri.getPath());
            return ours && address.known() ? Optional.of(address) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isOneOf(List<String> requestBases, String base) throws URISyntaxException {
        for (var requestBase : requestBases) {
            if (base.equals(HostName.base(new URI(requestBase)))) {
                return true;
            }
        }
        return false;
    }

    /** For a fault: which setting decides what is ours. */
    String rule() {
        return bases.isEmpty()
                ? "its path must be one that serves the Action, and its host and port those of the Host header, because"
                        + " neither ITK_PUBLIC_URL nor ITK_TO_ALIASES is set"
                : "its path must be one that serves the Action, and its scheme, host and port those of ITK_PUBLIC_URL or"
                        + " ITK_TO_ALIASES";
    }

    private static String base(URI uri) {
        return String.valueOf(HostName.base(uri));
    }
}
