package org.itkserver.soap;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
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
     * @param requestBase scheme and Host of the request, which count only when no base is configured
     * @return empty when it is not ours
     */
    Optional<SoapAddress> find(String to, String requestBase) {
        try {
            var uri = new URI(to).normalize();
            if (uri.getHost() == null
                    || uri.getScheme() == null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || uri.getRawUserInfo() != null) {
                return Optional.empty();
            }
            boolean ours = bases.isEmpty() ? base(uri).equals(base(new URI(requestBase))) : bases.contains(base(uri));
            var address = SoapAddress.of(uri.getPath());
            return ours && address.known() ? Optional.of(address) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** Scheme, host and port after RFC 3986, 6.2.2.1 and 6.2.3. */
    private static String base(URI uri) {
        var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return scheme + "://" + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ":" + port;
    }
}
