package org.itkserver.soap;

import org.itkserver.directory.Signing;
import org.itkserver.soap.signature.SignatureVerifier;

/**
 * A signature must be there where the partner's entry says so, and good wherever there is one. Comes after the sender is known,
 * because whose signature it must be depends on that; the fault is the same. Thread-safe.
 */
final class SignatureCheck {
    private final SignatureVerifier verifier;
    private final Peers peers;

    SignatureCheck(SignatureVerifier verifier, Peers peers) {
        this.verifier = verifier;
        this.peers = peers;
    }

    void verify(Arrival in) {
        var partner = in.requiredPartner();
        if (!in.security().signed()) {
            if (partner.signing().require() != Signing.Require.NONE) {
                throw in.denied("it is not signed");
            }
            return;
        }
        if (in.body.size() > verifier.mostBytes()) {
            throw new HttpRefused(413, "The signed message is larger than " + verifier.mostBytes() + " bytes.");
        }
        var shown = peers.shown(partner);
        var signed = new SignatureVerifier.Signed(in.body, in.message, partner, shown, in.now);
        verifier.objection(signed).ifPresent(reason -> {
            throw in.denied("signature: " + reason);
        });
    }
}
