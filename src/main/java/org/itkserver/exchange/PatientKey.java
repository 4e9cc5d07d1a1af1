package org.itkserver.exchange;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns an NHS number into the key it can be searched by: a truncated HMAC-SHA-256. A plain hash of ten digits could be
 * undone by trying them all. Thread-safe.
 */
public final class PatientKey {
    /** Bytes of the key. */
    public static final int LENGTH = 16;

    /** Not an NHS number. */
    private static final String FINGERPRINT = "fingerprint of patient-search.key";

    private static final int FINGERPRINT_BYTES = 8;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    /** @param secret at least 32 random bytes, kept outside the database */
    public PatientKey(byte[] secret) {
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Tells this secret from others without giving it away: 16 hexadecimal digits. */
    public String fingerprint() {
        return HexFormat.of().formatHex(of(FINGERPRINT), 0, FINGERPRINT_BYTES);
    }

    /** The key of ten digits, {@value #LENGTH} bytes. */
    public byte[] of(String nhsNumber) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return Arrays.copyOf(mac.doFinal(nhsNumber.getBytes(StandardCharsets.US_ASCII)), LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
