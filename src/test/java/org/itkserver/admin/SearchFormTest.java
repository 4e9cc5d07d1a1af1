package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.MessageFilter.Kinds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchFormTest {
    private static SearchForm form(Map<String, String> fields) {
        return SearchForm.of(fields::get);
    }

    @Test
    void nothingAskedForIsEveryDocument() {
        var form = form(Map.of("trackingId", " "));
        assertTrue(form.isEmpty());
        assertEquals("", form.query());
        assertEquals(Kinds.DOCUMENTS, form.filter(null).kinds());
    }

    @Test
    void whoNamesOneMessageMeansItWhateverItIs() {
        var form = form(Map.of("trackingId", " 9c1e52c0-7b1d-4d5a-9a31-0d5c2c7f1a01 "));
        assertEquals("9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01", form.filter(null).trackingId());
        assertEquals(Kinds.ALL, form.filter(null).kinds());
    }

    @Test
    void theAddressHoldsWhatWasAskedFor() {
        var form = form(Map.of("partner", "a&b=c d", "from", "2026-11-22T16:05", "troubled", "yes"));
        assertEquals("partner=a%26b%3Dc+d&troubled=yes&from=2026-11-22T16%3A05", form.query());
        assertEquals(Instant.parse("2026-11-22T16:05:00Z"), form.filter(null).from());
    }

    @ParameterizedTest
    @CsvSource({
        "trackingId, x",
        "trackingId, ' OR 1=1 --",
        "state, nix",
        "state, HANDLED",
        "what, nix",
        "direction, up",
        "from, yesterday",
        "to, 2026-13-01T00:00",
        "from, -999999999-01-01T00:00"
    })
    void aWrongFieldIsNamed(String field, String value) {
        assertEquals(Set.of(field), form(Map.of(field, value)).problems().keySet());
    }

    @Test
    void anEndBeforeTheStartIsNamed() {
        var form = form(Map.of("from", "2026-11-22T16:05", "to", "2026-11-22T16:05"));
        assertEquals(Set.of("to"), form.problems().keySet());
    }

    @Test
    void aLongValueIsCut() {
        assertEquals(256, form(Map.of("partner", "x".repeat(10_000))).partner().length());
    }
}
