package org.itkserver.directory;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.itkserver.envelope.Sha256;

/**
 * The certificate that a partner shows, by its two names in the directory.
 *
 * @param fingerprint SHA-256 of the DER form, 64 hexadecimal digits in lower case
 * @param subject the subject's distinguished name in the JDK's canonical form
 */
public record ClientCertificate(String fingerprint, String subject) {

    public static ClientCertificate of(X509Certificate certificate) {
        try {
            return new ClientCertificate(
                    Sha256.hex(certificate.getEncoded()),
                    certificate.getSubjectX500Principal().getName(X500Principal.CANONICAL));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A name as a person wrote it: a fingerprint, with or without colons, or a distinguished name (RFC 2253).
     *
     * @return the form compared here; empty when it is neither
     */
    public static Optional<String> name(String text) {
        var digits = text.replace(":", "").toLowerCase(Locale.ROOT);
        if (digits.matches("[0-9a-f]{64}")) {
            return Optional.of(digits);
        }
        try {
            var name = new X500Principal(text).getName(X500Principal.CANONICAL);
            return name.isEmpty() ? Optional.empty() : Optional.of(name);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
