package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShowTest {
    @Test
    void timesAreShortAndUtc() {
        assertEquals("22 Nov 2026 16:05:07", Show.time(Instant.parse("2026-11-22T16:05:07.999Z")));
        assertEquals("1 Sep 2026 00:00:00", Show.time(Instant.parse("2026-09-01T00:00:00Z")));
        assertEquals("2026-11-22T16:05:07Z", Show.iso(Instant.parse("2026-11-22T16:05:07.999Z")));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "1023, 1023 bytes",
        "1024, 1.0 KB",
        "11776, 11.5 KB",
        "1048575, 1.0 MB",
        "52428800, 50.0 MB",
        "1099511627776, 1024.0 GB"
    })
    void sizesAreReadable(long bytes, String shown) {
        assertEquals(shown, Show.size(bytes));
    }

    @Test
    void whatIsMissingIsADash() {
        assertEquals("–", Show.text(null));
        assertEquals("–", Show.text(""));
    }

    @Test
    void charactersThatHideOrReorderAreReplaced() {
        assertEquals("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe", Show.text("a\u0000b\u202Ec\u2028d\uD800e"));
        assertEquals("a\tb\nc £ 𝄞", Show.text("a\tb\nc £ 𝄞"));
    }
}
