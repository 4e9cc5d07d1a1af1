package org.itkserver.soap.signature;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
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
        try {
            var bytes = Base64.getDecoder().decode(text.replaceAll("[ \t\r\n]", ""));
            if (bytes.length <= LONGEST && Der.isWhole(bytes)) {
                var factory = CertificateFactory.getInstance("X.509");
                return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes));
            }
        } catch (IllegalArgumentException | CertificateException e) {
            // refused below
        }
        throw refused();
    }

    private static EnvelopeRejected refused() {
        return EnvelopeRejected.invalid(
                "The BinarySecurityToken is not an X.509 certificate of at most 8 KB in base64.");
    }
}
