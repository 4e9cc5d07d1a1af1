package org.itkserver.admin;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Password hashes: PBKDF2 with HMAC-SHA-256, written as {@code pbkdf2-sha256$ROUNDS$SALT$HASH} (salt and hash in base64),
 * so that the number of rounds can rise without making old hashes useless. Thread-safe. A hash takes a tenth of a second
 * or more of one core, on purpose.
 */
public final class Passwords {
    static final int ROUNDS = 600_000;

    private static final String SCHEME = "pbkdf2-sha256";
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Passwords() {}

    /** A new hash of this password with a fresh salt. */
    public static String hash(String password) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        var base64 = Base64.getEncoder();
        return String.join(
                "$",
                SCHEME,
                Integer.toString(ROUNDS),
                base64.encodeToString(salt),
                base64.encodeToString(derive(password, salt, ROUNDS)));
    }

    /**
     * Whether this is the password of that hash; takes the same time whatever the password is.
     *
     * @throws IllegalArgumentException when {@code stored} is no hash of this class
     */
    public static boolean verify(String password, String stored) {
        var parts = stored.split("\\$");
        if (parts.length != 4 || !parts[0].equals(SCHEME)) {
            throw new IllegalArgumentException("not a " + SCHEME + " hash");
        }
        var base64 = Base64.getDecoder();
        var derived = derive(password, base64.decode(parts[2]), Integer.parseInt(parts[1]));
        return MessageDigest.isEqual(derived, base64.decode(parts[3]));
    }

    /** Works as long as {@link #verify} does, so that the time does not tell whether a name is known; always false. */
    static boolean verifyUnknown(String password) {
        derive(password, new byte[SALT_BYTES], ROUNDS);
        return false;
    }

    private static byte[] derive(String password, byte[] salt, int rounds) {
        var spec = new PBEKeySpec(password.toCharArray(), salt, rounds, HASH_BYTES * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2 with HMAC-SHA-256", e);
        } finally {
            spec.clearPassword();
        }
    }
}
