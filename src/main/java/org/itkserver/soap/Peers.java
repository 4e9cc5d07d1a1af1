package org.itkserver.soap;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Directory;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/** Finds the partner by the certificate of its connection. Thread-safe. */
final class Peers {
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private final @Nullable TlsFiles files;
    private final Map<String, X509Certificate> shown = new ConcurrentHashMap<>();

    /** @param files null when TLS is off */
    Peers(@Nullable TlsFiles files) {
        this.files = files;
    }

    Peer of(HttpServletRequest request, Directory directory, Instant now) {
        if (!request.isSecure()) {
            return Peer.UNPROVEN;
        }
        if (!(request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain) || chain.length == 0) {
            return new Peer(null, null, "it shows no certificate");
        }
        return of(chain, directory, now);
    }

    Peer of(X509Certificate[] chain, Directory directory, Instant now) {
        var certificate = ClientCertificate.of(chain[0]);
        var partner = directory.partnerOf(certificate).orElse(null);
        if (partner != null) {
            shown.put(partner.id(), chain[0]);
        }
        return new Peer(certificate, partner, objection(chain, partner == null, now));
    }

    /** The certificate that each partner showed last, by the partner's id. */
    Map<String, X509Certificate> shown() {
        return Map.copyOf(shown);
    }

    private @Nullable String objection(X509Certificate[] chain, boolean stranger, Instant now) {
        var bad = files == null ? null : files.objection(chain, now).orElse(null);
        if (bad != null) {
            return "its certificate is " + bad;
        }
        return stranger ? "its certificate belongs to no partner" : null;
    }
}
