package org.itkserver.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a form was sent from one of our own pages (cross-site request forgery). What the browser says of the sender is
 * checked for every form, the token for every form of somebody who is signed in.
 */
final class FormCheck {
    /** Name of the hidden field with the token. */
    static final String FIELD = "token";

    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private FormCheck() {}

    /**
     * Whether the browser says that the form is on a page of somebody else. A client that says nothing is no browser.
     *
     * @param origin the header Origin, null when absent
     * @param site the header Sec-Fetch-Site, null when absent
     * @param ours our own origins, such as {@code https://itk.example.nhs.uk}
     */
    static boolean isForeign(@Nullable String origin, @Nullable String site, Set<String> ours) {
        return origin != null && !ours.contains(origin.toLowerCase(Locale.ROOT))
                || site != null && !OWN_SITES.contains(site);
    }

    /** Whether the token sent is the session's; takes the same time whatever was sent. */
    static boolean isTokenRight(String expected, @Nullable String sent) {
        return sent != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8));
    }
}
