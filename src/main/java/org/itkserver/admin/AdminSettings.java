package org.itkserver.admin;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How people reach the console.
 *
 * @param origins origins of the console's pages besides {@code http://HOST:PORT} of the request, lower case; a proxy that
 *     ends TLS makes one
 * @param secureCookie whether the session's cookie goes over TLS only
 */
public record AdminSettings(Set<String> origins, boolean secureCookie) {
    public AdminSettings {
        origins = Set.copyOf(origins);
    }

    /** Settings for pages that are reached directly and, when there is a public URL, through that too. */
    public static AdminSettings of(@Nullable String publicUrl) {
        if (publicUrl == null) {
            return new AdminSettings(Set.of(), false);
        }
        var url = URI.create(publicUrl);
        return new AdminSettings(
                Set.of((url.getScheme() + "://" + url.getRawAuthority()).toLowerCase(Locale.ROOT)), false);
    }
}
