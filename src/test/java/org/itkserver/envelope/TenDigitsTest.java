package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
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
}
