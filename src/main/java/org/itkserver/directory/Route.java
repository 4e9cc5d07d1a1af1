package org.itkserver.directory;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where messages for an address go.
 *
 * @param address matches itself and everything below it at a ':'
 * @param handler name of a handler, null when the route names a partner
 * @param partner id of a partner to forward to, null when the route names a handler
 */
public record Route(String address, @Nullable String handler, @Nullable String partner) {

    public boolean matches(String uri) {
        return below(uri, address);
    }

    /** Whether {@code uri} is {@code address} or lies below it; compared without regard to case. */
    public static boolean below(String uri, String address) {
        var candidate = uri.toLowerCase(Locale.ROOT);
        var prefix = address.toLowerCase(Locale.ROOT);
        return candidate.equals(prefix) || candidate.startsWith(prefix + ":");
    }
}
