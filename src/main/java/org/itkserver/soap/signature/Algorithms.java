package org.itkserver.soap.signature;

import static org.itkserver.envelope.ToolkitError.quoted;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import org.itkserver.envelope.EnvelopeRejected;

/** The algorithms that are good enough, by their URIs, and the keys. */
final class Algorithms {
    static final String EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE;
    static final String SHA1 = DigestMethod.SHA1;
    static final String RSA_SHA1 = SignatureMethod.RSA_SHA1;

    private static final Set<String> DIGESTS = Set.of(DigestMethod.SHA256, DigestMethod.SHA384, DigestMethod.SHA512);
    private static final Set<String> RSA =
            Set.of(SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512);
    private static final Set<String> ECDSA =
            Set.of(SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512);
    private static final int LEAST_RSA = 2048;
    // a longer one costs more to use than a stranger may make us pay
    private static final int MOST_RSA = 8192;
    private static final BigInteger MOST_EXPONENT = BigInteger.ONE.shiftLeft(64);
    private static final int LEAST_EC = 256;

    private Algorithms() {}

    /** @throws EnvelopeRejected 1000 for an algorithm that this server does not allow; {@link Bad} for one that this partner may not */
    static void digest(String algorithm, boolean sha1) {
        if (algorithm.equals(SHA1)) {
            if (!sha1) {
                throw new Bad("it digests with SHA-1");
            }
        } else if (!DIGESTS.contains(algorithm)) {
            throw EnvelopeRejected.invalid(
                    "The signature's digest " + quoted(algorithm) + " is not SHA-256, 384 or 512.");
        }
    }

    /** @throws EnvelopeRejected 1000 for an algorithm that this server does not allow; {@link Bad} for one that this partner may not */
    static void signature(String algorithm, boolean sha1) {
        if (algorithm.equals(RSA_SHA1)) {
            if (!sha1) {
                throw new Bad("it signs with SHA-1");
            }
        } else if (!RSA.contains(algorithm) && !ECDSA.contains(algorithm)) {
            throw EnvelopeRejected.invalid(
                    "The signature's method " + quoted(algorithm) + " is neither RSA nor ECDSA with SHA-2.");
        }
    }

    /** Whether a key is of the kind that the algorithm needs, and strong enough. */
    static void key(PublicKey key, String algorithm) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits < LEAST_RSA || bits > MOST_RSA || rsa.getPublicExponent().compareTo(MOST_EXPONENT) > 0) {
                throw new Bad("its RSA key has " + bits + " bits or an odd exponent");
            }
            if (!RSA.contains(algorithm) && !algorithm.equals(RSA_SHA1)) {
                throw new Bad("its key is RSA, its algorithm is not");
            }
        } else if (key instanceof ECPublicKey ec) {
            if (ec.getParams().getOrder().bitLength() < LEAST_EC) {
                throw new Bad("its elliptic curve is too small");
            }
            if (!ECDSA.contains(algorithm)) {
                throw new Bad("its key is on an elliptic curve, its algorithm is not");
            }
        } else {
            throw new Bad("its key is neither RSA nor on an elliptic curve");
        }
    }

    /** What we sign with. */
    static String ours(PublicKey key) {
        return key instanceof RSAPublicKey ? SignatureMethod.RSA_SHA256 : SignatureMethod.ECDSA_SHA256;
    }
}
