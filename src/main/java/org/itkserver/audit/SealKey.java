package org.itkserver.audit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** The Ed25519 key that signs seals. Thread-safe. Its text form never holds the key. */
public final class SealKey {
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey secret;
    private final PublicKey open;
    private final String id;

    private SealKey(KeyPair pair) {
        secret = pair.getPrivate();
        open = pair.getPublic();
        id = id(open);
    }

    /** A new key that nobody else has. */
    public static SealKey generate() {
        return new SealKey(pair(new SecureRandom()));
    }

    /**
     * The key in a PEM text.
     *
     * @param pem PKCS#8, {@code BEGIN PRIVATE KEY}
     * @throws IllegalArgumentException when it holds no Ed25519 key; the message says nothing of the content
     */
    public static SealKey read(String pem) {
        try {
            var spec = new PKCS8EncodedKeySpec(decode(pem, "PRIVATE KEY"));
            var key = (EdECPrivateKey) KeyFactory.getInstance(ALGORITHM).generatePrivate(spec);
            var seed = key.getBytes().orElseThrow(() -> new IllegalArgumentException("holds no usable key"));
            // the JDK derives a public key only when it makes a pair, from 32 random bytes: give it these
            return new SealKey(pair(new Fixed(seed)));
        } catch (GeneralSecurityException | ClassCastException e) {
            throw new IllegalArgumentException("holds no Ed25519 key in PKCS#8 PEM form", e);
        }
    }

    /**
     * A public key in a PEM text.
     *
     * @param pem X.509 SubjectPublicKeyInfo, {@code BEGIN PUBLIC KEY}
     * @throws IllegalArgumentException when it holds no Ed25519 key
     */
    public static PublicKey readPublic(String pem) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(decode(pem, "PUBLIC KEY")));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("holds no Ed25519 public key in PEM form", e);
        }
    }

    private static byte[] decode(String pem, String what) {
        var begin = "-----BEGIN " + what + "-----";
        int start = pem.indexOf(begin);
        int end = pem.indexOf("-----END " + what + "-----");
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("holds no PEM block " + what);
        }
        return Base64.getMimeDecoder().decode(pem.substring(start + begin.length(), end));
    }

    private static String encode(byte[] der, String what) {
        var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    private static KeyPair pair(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /** Which key: the first 32 hexadecimal digits of SHA-256 over the public key's DER form. */
    public static String id(PublicKey key) {
        return HexFormat.of().formatHex(Canonical.sha256(key.getEncoded())).substring(0, 32);
    }

    public String id() {
        return id;
    }

    public PublicKey publicKey() {
        return open;
    }

    /** The secret part, PKCS#8 PEM. */
    public String toPem() {
        return encode(secret.getEncoded(), "PRIVATE KEY");
    }

    /** The public part, PEM. */
    public String toPublicPem() {
        return encode(open.getEncoded(), "PUBLIC KEY");
    }

    byte[] sign(byte[] data) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(secret);
            signature.update(data);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key signs", e);
        }
    }

    /** Whether a seal's signature is right by a key. */
    public static boolean isSigned(Seal seal, PublicKey key) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(seal.signed());
            return signature.verify(seal.signature());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "seal key " + id;
    }

    /** Gives fixed bytes. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Fixed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] out) {
            System.arraycopy(seed, 0, out, 0, Math.min(seed.length, out.length));
            if (out.length > seed.length) {
                Arrays.fill(out, seed.length, out.length, (byte) 0);
            }
        }
    }
}
