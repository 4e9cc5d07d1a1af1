package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How people reach the console.
 *
 * @param origins origins of the console's pages besides {@code http://HOST:PORT} of the request, lower case; a proxy that
 *     ends TLS makes one
 */
public record AdminSettings(Set<String> origins) {
    public AdminSettings {
        origins = Set.copyOf(origins);
    }

    /** Settings for pages that are reached directly and, when there is a public URL, through that too. */
    public static AdminSettings of(@Nullable String publicUrl) {
        if (publicUrl == null) {
            return new AdminSettings(Set.of());
        }
        var url = URI.create(publicUrl);
        return new AdminSettings(Set.of(lower(url.getScheme() + "://" + url.getRawAuthority())));
    }

    /**
     * Whether the browser's way to us is protected by TLS: to us, or to a proxy at the public URL. What a proxy leaves of
     * Host or Origin tells that.
     */
    boolean isSecure(HttpServletRequest request) {
        var origin = request.getHeader("Origin");
        return request.isSecure()
                || origins.contains(lower("https://" + request.getHeader("Host")))
                || origin != null && origin.startsWith("https://") && origins.contains(lower(origin));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
