package org.itkserver.soap;

import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.itkserver.directory.ClientCertificate;

/**
 * Proxies that end TLS in front of this server and tell in a header which certificate a partner showed them. They are believed
 * only when they show a certificate of their own; from anybody else the header is nothing (S-18).
 *
 * @param certificates names of the proxies' certificates, as {@link ClientCertificate#name} writes them; empty for no proxy
 * @param header its name; it holds a certificate as PEM, percent-encoded (nginx: {@code $ssl_client_escaped_cert})
 */
public record Proxies(Set<String> certificates, String header) {
    public static final Proxies NONE = new Proxies(Set.of(), "X-SSL-Client-Cert");
    private static final int LONGEST = 8 * 1024;

    public Proxies {
        certificates = Set.copyOf(certificates);
    }

    /** Whether this is a proxy's own certificate. */
    boolean include(X509Certificate certificate) {
        if (certificates.isEmpty()) {
            return false;
        }
        var names = ClientCertificate.of(certificate);
        return certificates.contains(names.fingerprint()) || certificates.contains(names.subject());
    }

    /**
     * The certificate in the header's values; empty when there is not exactly one that can be read.
     *
     * @param values all values of the header
     */
    static Optional<X509Certificate> told(List<String> values) {
        if (values.size() != 1 || values.get(0).length() > LONGEST) {
            return Optional.empty();
        }
        try {
            // a plus is part of base64, not a blank
            var pem = URLDecoder.decode(values.get(0).replace("+", "%2B"), StandardCharsets.US_ASCII);
            var bytes = pem.getBytes(StandardCharsets.US_ASCII);
            var read = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
            return read.size() == 1 && read.iterator().next() instanceof X509Certificate one
                    ? Optional.of(one)
                    : Optional.empty();
        } catch (CertificateException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
