package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningTest {
    private static final String REASON = Opening.REASONS.get(0);

    @Test
    void aReasonIsOneOfTheList() {
        assertTrue(Opening.of(null, null).isEmpty());
        assertTrue(Opening.of("", "").isEmpty());
        assertTrue(Opening.of("curious", "").isEmpty());
        assertEquals(REASON, Opening.of(REASON, null).orElseThrow().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"INC-7", "2026/118", "T_1", "123456789", "12345678901"})
    void aReferenceStandsBesideIt(String reference) {
        assertEquals(
                REASON + ", " + reference,
                Opening.of(REASON, " " + reference).orElseThrow().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"9990000018", "999-000-0018", "999 000 0018", "John Smith", "a,b", "-1", "NHS/9990000018"})
    void whatMayNameAPatientIsNoReference(String reference) {
        assertTrue(Opening.of(REASON, reference).isEmpty());
    }
}
