package org.itkserver.store.keys;

import java.security.SecureRandom;
import java.time.LocalDate;
import javax.crypto.spec.SecretKeySpec;

/** A key that contents of one day are encrypted with, by one run of a node. Thread-safe. */
public final class DayKey {
    private static final int DATE = "2026-11-23".length();

    private final String id;
    private final SecretKeySpec key;
    private final SecureRandom random;

    DayKey(String id, byte[] bytes, SecureRandom random) {
        this.id = id;
        this.key = new SecretKeySpec(bytes, "AES");
        this.random = random;
    }

    /** Its name, which begins with its day in UTC: such as {@code 2026-11-23-9f3a1c2b}. */
    public String id() {
        return id;
    }

    /** The day in UTC that a key of this name was made for. */
    public static LocalDate day(String id) {
        return LocalDate.parse(id.substring(0, DATE));
    }

    byte[] bytes() {
        return key.getEncoded();
    }

    /** @param place what the bytes belong to; they cannot be decrypted for another place */
    public byte[] encrypt(byte[] place, byte[] plain) {
        return AesGcm.encrypt(key, place, plain, random);
    }

    /**
     * The bytes as they were.
     *
     * @throws NotAuthentic when they were not encrypted with this key for this place
     */
    public byte[] decrypt(byte[] place, byte[] sealed) {
        return AesGcm.decrypt(key, place, sealed);
    }

    @Override
    public String toString() {
        return "key " + id;
    }
}
