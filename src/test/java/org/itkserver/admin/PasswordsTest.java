package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    @Test
    void onlyTheRightPasswordIsRight() {
        var stored = Passwords.hash("correct horse – battery");

        assertTrue(Passwords.verify("correct horse – battery", stored));
        assertFalse(Passwords.verify("correct horse - battery", stored));
        assertFalse(Passwords.verify("", stored));
    }

    @Test
    void theHashSaysHowItWasMadeAndNothingElse() {
        var stored = Passwords.hash("correct horse");

        assertTrue(stored.startsWith("pbkdf2-sha256$600000$"), stored);
        assertFalse(stored.contains("correct"));
        assertNotEquals(stored, Passwords.hash("correct horse"), "every hash has a salt of its own");
    }

    /** A known answer, so that hashes of today are understood tomorrow: RFC 7914, 11, cut to 32 bytes. */
    @Test
    void anOldHashWithFewerRoundsIsStillUnderstood() {
        var hash = HexFormat.of().parseHex("4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
        var salt = "NaCl".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        var base64 = Base64.getEncoder();
        var stored = "pbkdf2-sha256$80000$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);

        assertTrue(Passwords.verify("Password", stored));
        assertFalse(Passwords.verify("password", stored));
    }

    @Test
    void whatIsNoHashIsRefused() {
        var problem = assertThrows(IllegalArgumentException.class, () -> Passwords.verify("x", "plain"));

        assertEquals("not a pbkdf2-sha256 hash", problem.getMessage());
    }
}
