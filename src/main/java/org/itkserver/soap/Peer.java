package org.itkserver.soap;

import org.itkserver.directory.ClientCertificate;
import org.itkserver.directory.Partner;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as far as the connection proves it.
 *
 * @param certificate what it showed, null on plain HTTP
 * @param partner the partner that the certificate belongs to, null when it belongs to nobody
 * @param objection why nothing may be read from it, null when it may
 */
record Peer(@Nullable ClientCertificate certificate, @Nullable Partner partner, @Nullable String objection) {

    /** Plain HTTP: nothing is proven. */
    static final Peer UNPROVEN = new Peer(null, null, null);

    /** The certificate's fingerprint, null on plain HTTP. */
    @Nullable
    String fingerprint() {
        return certificate == null ? null : certificate.fingerprint();
    }
}
