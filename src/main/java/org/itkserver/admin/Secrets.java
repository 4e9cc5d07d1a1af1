package org.itkserver.admin;

import java.util.Base64;
import java.util.Random;

/** Makes the secrets that are shown once. Thread-safe as its source is. */
final class Secrets {
    /** Without what people confuse: 0 and o, 1 and l and i. */
    private static final String LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

    private static final int GROUPS = 5;
    private static final int GROUP = 4;
    private static final int TOKEN_BYTES = 32;

    private final Random random;

    /** @param random a source that nobody can foresee */
    Secrets(Random random) {
        this.random = random;
    }

    /** A one-time password that can be told over the phone: some 99 bits in five groups. */
    String password() {
        var out = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP; i++) {
            if (i > 0 && i % GROUP == 0) {
                out.append('-');
            }
            out.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return out.toString();
    }

    /** A token for an application: 256 bits. */
    String token() {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
