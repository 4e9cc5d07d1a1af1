package org.itkserver.admin;

import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How people reach the console.
 *
 * @param origins origins of the console's pages besides {@code http://HOST:PORT} of the request, lower case; a proxy that
 *     ends TLS makes one
 * @param secureCookie whether the session's cookie goes over TLS only
 * @param spoolFolder where a large message is kept while it is read
 */
public record AdminSettings(Set<String> origins, boolean secureCookie, Path spoolFolder) {
    public AdminSettings {
        origins = Set.copyOf(origins);
    }

    /** Settings for pages that are reached directly and, when there is a public URL, through that too. */
    public static AdminSettings of(@Nullable String publicUrl, Path spoolFolder) {
        if (publicUrl == null) {
            return new AdminSettings(Set.of(), false, spoolFolder);
        }
        var url = URI.create(publicUrl);
        return new AdminSettings(
                Set.of((url.getScheme() + "://" + url.getRawAuthority()).toLowerCase(Locale.ROOT)), false, spoolFolder);
    }
}
