package org.itkserver.soap.signature;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.function.Supplier;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.w3c.dom.Element;

/** Binary security tokens: X.509 certificates, base64. */
final class Tokens {
    private static final int LONGEST = 8192;
    private static final int LONGEST_TEXT = 12_288;

    private Tokens() {}

    /** @throws EnvelopeRejected 1000 when it is anything else or larger than 8 KB */
    static X509Certificate certificate(Element token) {
        var encoding = token.getAttributeNS(null, "EncodingType");
        var text = token.getTextContent();
        if (!token.getAttributeNS(null, "ValueType").equals(Namespaces.X509_V3)
                || !encoding.isEmpty() && !encoding.equals(Namespaces.BASE64_BINARY)
                || Xml.firstElement(token) != null
                || text.length() > LONGEST_TEXT) {
            throw refused();
        }
        return certificate(text, Tokens::refused);
    }

    /** @throws EnvelopeRejected what {@code refused} makes, when the text is no certificate of at most 8 KB in base64 */
    static X509Certificate certificate(String text, Supplier<EnvelopeRejected> refused) {
        try {
            var bytes = text.length() > LONGEST_TEXT ? new byte[0] : decoded(text);
            if (bytes.length <= LONGEST && Der.isWhole(bytes)) {
                var factory = CertificateFactory.getInstance("X.509");
                return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes));
            }
        } catch (IllegalArgumentException | CertificateException e) {
            // refused below
        }
        throw refused.get();
    }

    /**
     * Base64 with white space in it.
     *
     * @throws IllegalArgumentException when it is none
     */
    static byte[] decoded(String text) {
        return Base64.getDecoder().decode(text.replaceAll("[ \\t\\r\\n]", ""));
    }

    private static EnvelopeRejected refused() {
        return EnvelopeRejected.invalid(
                "The BinarySecurityToken is not an X.509 certificate of at most 8 KB in base64.");
    }
}
