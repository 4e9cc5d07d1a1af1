package org.itkserver.soap.signature;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.security.auth.x500.X500Principal;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * The ways in which a SecurityTokenReference names a certificate besides a reference to a token (X.509 Token Profile 1.1, 3.2; SOAP
 * Message Security 1.1, 7.3). The certificate that it names must still be the partner's.
 */
final class KeyNames {
    private static final String PROFILE =
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";
    private static final String MESSAGE_SECURITY =
            "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#";
    private static final String KEY_IDENTIFIER = "2.5.29.14";
    private static final int LONGEST_SERIAL = 64;
    private static final int LONGEST_IDENTIFIER = 256;
    private static final int LONGEST_SHORT_LENGTH = 0x7f;

    /** As .NET writes them, which RFC 2253 does not have. */
    private static final Map<String, String> KEYWORDS =
            Map.of("E", "1.2.840.113549.1.9.1", "S", "2.5.4.8", "T", "2.5.4.12", "SN", "2.5.4.4", "G", "2.5.4.42");

    private KeyNames() {}

    /** Issuer and serial number, subject key identifier or certificate; several must name one certificate, a subject with them. */
    static X509Certificate data(Element data, List<X509Certificate> known) {
        X509Certificate certificate = null;
        Predicate<X509Certificate> named = c -> true;
        var seen = new HashSet<String>();
        for (var part : Xml.children(data)) {
            var name = Namespaces.DS.equals(part.getNamespaceURI()) ? part.getLocalName() : "";
            if (!seen.add(name)) {
                throw refusedData();
            }
            switch (name) {
                case "X509IssuerSerial" -> named = named.and(issuerAndSerial(part));
                case "X509SKI" -> named = named.and(is(value(part), KeyNames::subjectKey));
                case "X509SubjectName" -> named = named.and(subject(part));
                case "X509Certificate" -> certificate = embedded(part);
                default -> throw refusedData();
            }
        }
        // certificates that follow each other have one subject
        seen.remove("X509SubjectName");
        if (seen.isEmpty()) {
            throw refusedData();
        }
        if (certificate == null) {
            return find(known, named, "its X509Data is that");
        }
        if (!named.test(certificate)) {
            throw EnvelopeRejected.invalid("What X509Data names is not the X509Certificate beside it.");
        }
        return certificate;
    }

    private static Predicate<X509Certificate> issuerAndSerial(Element pair) {
        var serial = text(pair, "X509SerialNumber");
        try {
            if (serial.length() > LONGEST_SERIAL) {
                throw new IllegalArgumentException();
            }
            var name = new X500Principal(text(pair, "X509IssuerName"), KEYWORDS);
            var number = new BigInteger(serial);
            return c -> c.getSerialNumber().equals(number)
                    && c.getIssuerX500Principal().equals(name);
        } catch (IllegalArgumentException e) {
            throw EnvelopeRejected.invalid("X509IssuerSerial is not a name and a number.");
        }
    }

    private static Predicate<X509Certificate> subject(Element element) {
        try {
            var name = new X500Principal(element.getTextContent().trim(), KEYWORDS);
            return c -> c.getSubjectX500Principal().equals(name);
        } catch (IllegalArgumentException e) {
            throw EnvelopeRejected.invalid("X509SubjectName is not a name.");
        }
    }

    private static EnvelopeRejected refusedData() {
        return EnvelopeRejected.invalid(
                "X509Data holds one each, at most, of X509IssuerSerial, X509SKI, X509Certificate"
                        + " and X509SubjectName, and not the last alone.");
    }

    private static String text(Element parent, String name) {
        var found = Xml.children(parent, Namespaces.DS, name);
        return found.size() == 1 ? found.get(0).getTextContent().trim() : "";
    }

    /** A subject key identifier, a thumbprint, or the certificate itself. */
    static X509Certificate identifier(Element key, List<X509Certificate> known) {
        var type = key.getAttributeNS(null, "ValueType");
        var encoding = key.getAttributeNS(null, "EncodingType");
        if (!encoding.isEmpty() && !encoding.equals(Namespaces.BASE64_BINARY) || Xml.firstElement(key) != null) {
            throw refused();
        }
        return switch (type) {
            case PROFILE + "X509v3" -> embedded(key);
            case PROFILE + "X509SubjectKeyIdentifier" ->
                find(known, is(value(key), KeyNames::subjectKey), "its subject key identifier is");
            case MESSAGE_SECURITY + "ThumbprintSHA1" ->
                find(known, is(value(key), c -> digest("SHA-1", c)), "its thumbprint is");
            case MESSAGE_SECURITY + "ThumbprintSHA256" ->
                find(known, is(value(key), c -> digest("SHA-256", c)), "its thumbprint is");
            default -> throw refused();
        };
    }

    private static Predicate<X509Certificate> is(
            byte[] value, java.util.function.Function<X509Certificate, byte @Nullable []> of) {
        return c -> Arrays.equals(value, of.apply(c));
    }

    private static X509Certificate find(List<X509Certificate> known, Predicate<X509Certificate> named, String what) {
        return known.stream()
                .filter(named)
                .findFirst()
                .orElseThrow(() -> new Bad(what + " of no certificate that is known here"));
    }

    private static X509Certificate embedded(Element element) {
        if (Xml.firstElement(element) != null) {
            throw refusedCertificate();
        }
        return Tokens.certificate(element.getTextContent(), KeyNames::refusedCertificate);
    }

    private static byte[] value(Element key) {
        var text = key.getTextContent();
        try {
            if (text.length() <= LONGEST_IDENTIFIER && !text.isBlank()) {
                return Tokens.decoded(text);
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw refused();
    }

    /** The octets of the extension, null when there is none: an OCTET STRING in an OCTET STRING, both short. */
    private static byte @Nullable [] subjectKey(X509Certificate certificate) {
        var outer = certificate.getExtensionValue(KEY_IDENTIFIER);
        boolean whole = outer != null
                && outer.length > 4
                && outer.length - 2 == outer[1]
                && outer.length - 4 == outer[3]
                && outer.length <= LONGEST_SHORT_LENGTH;
        return whole ? Arrays.copyOfRange(outer, 4, outer.length) : null;
    }

    private static byte[] digest(String algorithm, X509Certificate certificate) {
        try {
            return MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EnvelopeRejected refusedCertificate() {
        return EnvelopeRejected.invalid(
                "The certificate in the SecurityTokenReference is not an X.509 certificate of at most 8 KB in base64.");
    }

    private static EnvelopeRejected refused() {
        return EnvelopeRejected.invalid(
                "The KeyIdentifier or X509SKI is not an X.509 certificate, subject key identifier or"
                        + " thumbprint (SHA-1 or SHA-256) in base64.");
    }
}
