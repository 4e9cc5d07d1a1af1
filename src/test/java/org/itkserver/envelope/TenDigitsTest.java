package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenDigitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9990000018",
                "999 000 0018",
                "999-000-0018",
                "(9990000018)",
                "9990000018.",
                "9990000018-AB12",
                "x 9990000018"
            })
    void whatMayBeAnNhsNumberIsMasked(String text) {
        assertEquals(-1, TenDigits.masked(text).indexOf("0018"), TenDigits.masked(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1234-5678-9012",
                "12345678901",
                "2026-11-22T10:00:00Z",
                "ab1234567890",
                "127.0.0.1:8080",
                "urn:x:2.16.840.1.113883"
            })
    void otherDigitsStay(String text) {
        assertEquals(text, TenDigits.masked(text));
    }

    @Test
    void noUuidChanges() {
        for (int i = 0; i < 100_000; i++) {
            var digits = UUID.nameUUIDFromBytes(new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16)})
                    .toString()
                    .replaceAll("[a-f]", "7");
            assertEquals(digits, TenDigits.masked(digits));
        }
    }

    /** The same rule as a regular expression, over texts made of what it speaks about. */
    @Test
    void itIsTheRule() {
        var rule = Pattern.compile("(?<![0-9A-Za-z])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9A-Za-z])");
        var pieces = List.of("0", "9", "123", "1234", "456", "9990000018", " ", "-", ".", "A", "z", "\u00e9", "\u0663");
        var dice = new Random(10);
        int masked = 0;
        for (int i = 0; i < 300_000; i++) {
            var text = new StringBuilder();
            for (int n = dice.nextInt(12); n > 0; n--) {
                text.append(pieces.get(dice.nextInt(pieces.size())));
            }
            var expected = rule.matcher(text).replaceAll("##########");
            assertEquals(expected, TenDigits.masked(text.toString()));
            masked += expected.contains("#") ? 1 : 0;
        }
        assertTrue(masked > 10_000, "texts that have a number: " + masked);
    }
}
