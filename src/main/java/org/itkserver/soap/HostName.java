package org.itkserver.soap;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Hosts and ports of http addresses. {@link URI} knows no host with an underscore, and networks do (H21). */
final class HostName {
    private static final int MOST_PORT_DIGITS = 5;

    private HostName() {}

    /** Whether a Host header has a port. */
    static boolean hasPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']');
    }

    /** Scheme, host and port after RFC 3986, 6.2.2.1 and 6.2.3; null when there is no host, or user information. */
    static @Nullable String base(URI uri) {
        var scheme = uri.getScheme();
        var authority = uri.getRawAuthority();
        if (scheme == null || authority == null || authority.indexOf('@') >= 0) {
            return null;
        }
        boolean port = hasPort(authority);
        var host = port ? authority.substring(0, authority.lastIndexOf(':')) : authority;
        var digits = port ? authority.substring(authority.lastIndexOf(':') + 1) : "";
        if (!isHost(uri, host) || digits.length() > MOST_PORT_DIGITS || !isNumber(digits)) {
            return null;
        }
        var name = scheme.toLowerCase(Locale.ROOT);
        var number = digits.isEmpty() ? name.equals("https") ? 443 : 80 : Integer.parseInt(digits);
        return name + "://" + host.toLowerCase(Locale.ROOT) + ":" + number;
    }

    private static boolean isHost(URI uri, String host) {
        return uri.getHost() != null
                || !host.isEmpty()
                        && host.chars()
                                .allMatch(c ->
                                        c < 0x80 && Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.');
    }

    private static boolean isNumber(String digits) {
        return digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
