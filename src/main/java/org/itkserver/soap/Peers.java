package org.itkserver.soap;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/** Finds the partner by the certificate of its connection, or by the one that a trusted proxy tells of. Thread-safe. */
final class Peers {
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private final @Nullable TlsFiles files;
    private final Proxies proxies;
    private final Map<String, X509Certificate> shown = new ConcurrentHashMap<>();

    /** @param files null when TLS is off */
    Peers(@Nullable TlsFiles files, Proxies proxies) {
        this.files = files;
        this.proxies = proxies;
    }

    Peer of(HttpServletRequest request, Directory directory, Instant now) {
        if (!request.isSecure()) {
            return Peer.UNPROVEN;
        }
        if (!(request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain) || chain.length == 0) {
            return stranger(null, "it shows no certificate");
        }
        return of(chain, name -> Collections.list(request.getHeaders(name)), directory, now);
    }

    /**
     * @param chain what the connection showed, its own certificate first
     * @param headers all values of a header
     */
    Peer of(X509Certificate[] chain, Function<String, List<String>> headers, Directory directory, Instant now) {
        if (!proxies.include(chain[0])) {
            return of(chain, directory, now);
        }
        var own = objection(chain, now);
        if (own != null) {
            return stranger(ClientCertificate.of(chain[0]), "a proxy whose certificate is " + own);
        }
        return Proxies.told(headers.apply(proxies.header()))
                .map(told -> of(new X509Certificate[] {told}, directory, now))
                .orElseGet(() -> stranger(ClientCertificate.of(chain[0]), "a proxy that tells of no certificate"));
    }

    private Peer of(X509Certificate[] chain, Directory directory, Instant now) {
        var certificate = ClientCertificate.of(chain[0]);
        var bad = objection(chain, now);
        if (bad != null) {
            return stranger(certificate, "its certificate is " + bad);
        }
        var partner = directory.partnerOf(certificate).orElse(null);
        if (partner == null) {
            return stranger(certificate, "its certificate belongs to no partner");
        }
        shown.put(partner.id(), chain[0]);
        return new Peer(certificate, partner, null);
    }

    private static Peer stranger(@Nullable ClientCertificate certificate, String objection) {
        return new Peer(certificate, null, objection);
    }

    private @Nullable String objection(X509Certificate[] chain, Instant now) {
        return files == null ? null : files.objection(chain, now).orElse(null);
    }

    /** The certificate that each partner showed last, by the partner's id. */
    Map<String, X509Certificate> shown() {
        return Map.copyOf(shown);
    }

    /** The certificate that this partner showed last, null when it has shown none. */
    @Nullable
    X509Certificate shown(Partner partner) {
        return shown.get(partner.id());
    }
}
