package org.itkserver.soap.signature;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    private Signer() {}

    /** The certificates that a signature may name without bringing them: the connection's, the entry's files and the truststore's. */
    static List<X509Certificate> known(@Nullable X509Certificate shown, List<X509Certificate> files, TlsFiles trust) {
        var out = new ArrayList<X509Certificate>(files);
        if (shown != null) {
            out.add(shown);
        }
        out.addAll(trust.authorities());
        return out;
    }

    /** @param key {@code wsse:Reference}, {@code wsse:KeyIdentifier} or {@code ds:X509Data} */
    static X509Certificate certificate(Element key, Parts parts, TreeReader.Tree tree, List<X509Certificate> known) {
        if (!Xml.is(key, Namespaces.WSSE, "Reference")) {
            var all = new ArrayList<>(known);
            Xml.children(parts.security(), Namespaces.WSSE, "BinarySecurityToken")
                    .forEach(token -> all.add(Tokens.certificate(token)));
            return Xml.is(key, Namespaces.DS, "X509Data") ? KeyNames.data(key, all) : KeyNames.identifier(key, all);
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
