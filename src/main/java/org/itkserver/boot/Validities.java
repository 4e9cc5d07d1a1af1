package org.itkserver.boot;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.directory.ClientCertificate;
import org.itkserver.watch.Validity;

/** Certificates and revocation lists in use, and until when. */
final class Validities {
    private Validities() {}

    /** The ones that end first come first; empty when TLS is off. */
    static List<Validity> of(Server server) {
        var files = server.tls;
        if (files == null) {
            return List.of();
        }
        var out = new ArrayList<Validity>();
        files.certificates().forEach(own -> out.add(of(Validity.Kind.OURS, subject(own), own)));
        files.authorities().forEach(ca -> out.add(of(Validity.Kind.AUTHORITY, subject(ca), ca)));
        for (var crl : files.revocationLists()) {
            if (crl.getNextUpdate() != null) {
                out.add(new Validity(
                        Validity.Kind.REVOCATION_LIST,
                        crl.getIssuerX500Principal().getName(),
                        "",
                        crl.getNextUpdate().toInstant()));
            }
        }
        var shown = server.chain.certificates();
        shown.forEach((id, certificate) -> out.add(of(Validity.Kind.PARTNER, id, certificate)));
        server.signatures.signers().forEach((id, certificate) -> {
            boolean known = server.directory.get().partners().stream()
                    .anyMatch(partner -> partner.id().equals(id));
            if (known && !certificate.equals(shown.get(id))) {
                out.add(of(Validity.Kind.SIGNER, id, certificate));
            }
        });
        out.sort(java.util.Comparator.comparing(Validity::until));
        return List.copyOf(out);
    }

    private static Validity of(Validity.Kind kind, String name, X509Certificate certificate) {
        return new Validity(
                kind,
                name,
                ClientCertificate.of(certificate).fingerprint(),
                certificate.getNotAfter().toInstant());
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }
}
