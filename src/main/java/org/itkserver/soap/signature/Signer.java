package org.itkserver.soap.signature;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Whose key a signature says it is of, and whether that is the partner's. */
final class Signer {
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;
    private static final int LONGEST_SERIAL = 64;

    private Signer() {}

    /** The certificates that an issuer and a serial number may name. */
    static List<X509Certificate> known(@Nullable X509Certificate shown, TlsFiles trust) {
        var out = new ArrayList<X509Certificate>();
        if (shown != null) {
            out.add(shown);
        }
        out.addAll(trust.authorities());
        return out;
    }

    /** @param key {@code wsse:Reference} or {@code ds:X509Data} */
    static X509Certificate certificate(Element key, Parts parts, TreeReader.Tree tree, List<X509Certificate> known) {
        if (Xml.is(key, Namespaces.DS, "X509Data")) {
            return named(key, known);
        }
        var uri = key.getAttributeNS(null, "URI");
        var type = key.getAttributeNS(null, "ValueType");
        var id = uri.startsWith("#") ? uri.substring(1) : "";
        var token = parts.signable().get(id);
        if (!Xml.is(token, Namespaces.WSSE, "BinarySecurityToken")
                || token == null
                || !tree.isUnique(id)
                || !type.isEmpty() && !type.equals(Namespaces.X509_V3)) {
            throw EnvelopeRejected.invalid("The signature's key is no X.509 BinarySecurityToken of the message.");
        }
        return Tokens.certificate(token);
    }

    private static X509Certificate named(Element data, List<X509Certificate> known) {
        var inside = Xml.children(data);
        if (inside.size() != 1 || !Xml.is(inside.get(0), Namespaces.DS, "X509IssuerSerial")) {
            throw EnvelopeRejected.invalid("X509Data holds one X509IssuerSerial.");
        }
        var issuer = text(inside.get(0), "X509IssuerName");
        var serial = text(inside.get(0), "X509SerialNumber");
        try {
            if (serial.length() > LONGEST_SERIAL) {
                throw new IllegalArgumentException();
            }
            var name = new X500Principal(issuer);
            var number = new BigInteger(serial);
            return known.stream()
                    .filter(c -> c.getSerialNumber().equals(number)
                            && c.getIssuerX500Principal().equals(name))
                    .findFirst()
                    .orElseThrow(
                            () -> new Bad("its issuer and serial number are of no certificate that is known here"));
        } catch (IllegalArgumentException e) {
            throw EnvelopeRejected.invalid("X509IssuerSerial is not a name and a number.");
        }
    }

    private static String text(Element parent, String name) {
        var found = Xml.children(parent, Namespaces.DS, name);
        return found.size() == 1 ? found.get(0).getTextContent().trim() : "";
    }

    /** The certificate is the partner's, and good today. */
    static void judge(X509Certificate certificate, Partner partner, TlsFiles trust, Instant now) {
        var names = ClientCertificate.of(certificate);
        var own = partner.signing().certificates().isEmpty()
                ? partner.certificates()
                : partner.signing().certificates();
        if (!own.contains(names.fingerprint()) && !own.contains(names.subject())) {
            throw new Bad("certificate " + names.fingerprint() + " is not one that the partner signs with");
        }
        var bad = trust.objection(new X509Certificate[] {certificate}, now);
        if (bad.isPresent()) {
            throw new Bad("certificate " + names.fingerprint() + " is " + bad.get());
        }
        var usage = certificate.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
            throw new Bad("certificate " + names.fingerprint() + " is not for signatures");
        }
    }
}
