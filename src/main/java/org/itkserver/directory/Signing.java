package org.itkserver.directory;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a partner's messages are signed with, and whether ours to it are. A signature that is there must be good, whatever
 * stands here.
 *
 * @param require what its messages must have signed
 * @param sha1Until last day (UTC) on which SHA-1 is good enough in its signatures, null when it never is
 * @param certificates names of the certificates it signs with, as {@link ClientCertificate#name} writes them; empty for those
 *     that it shows to the listener
 * @param sign whether our messages to it are signed
 * @param known those of them that are there in full, so that a signature may name them without bringing them
 */
public record Signing(
        Require require,
        @Nullable LocalDate sha1Until,
        Set<String> certificates,
        boolean sign,
        List<X509Certificate> known) {
    public static final Signing NONE = new Signing(Require.NONE, null, Set.of(), false);

    /** What must be signed. */
    public enum Require {
        /** Nothing; but what is signed must cover Timestamp and Body. */
        NONE,
        /** The Timestamp; the Body may be. */
        TIMESTAMP,
        /** Timestamp and Body. */
        BODY
    }

    public Signing {
        certificates = Set.copyOf(certificates);
        known = List.copyOf(known);
    }

    /** Signing with certificates of which the names alone are known. */
    public Signing(Require require, @Nullable LocalDate sha1Until, Set<String> certificates, boolean sign) {
        this(require, sha1Until, certificates, sign, List.of());
    }

    public boolean allowsSha1(Instant now) {
        return sha1Until != null && !now.atZone(ZoneOffset.UTC).toLocalDate().isAfter(sha1Until);
    }
}
