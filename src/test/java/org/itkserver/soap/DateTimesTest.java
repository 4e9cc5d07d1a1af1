package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H5: which dates and times count. */
class DateTimesTest {
    @ParameterizedTest
    @CsvSource({
        "2026-11-22T10:00:00Z, 2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.5Z, 2026-11-22T10:00:00.5Z",
        "2026-11-22T10:00:00.123456789Z, 2026-11-22T10:00:00.123456789Z",
        "2026-11-22T10:00:00+01:00, 2026-11-22T09:00:00Z",
        "2026-11-22T10:00:00+0000, 2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00-0530, 2026-11-22T15:30:00Z",
        "2026-11-22T10:00:00, 2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.25, 2026-11-22T10:00:00.25Z",
        "2026-11-22T10:00:00.1234567890Z, 2026-11-22T10:00:00.123456789Z",
        "2026-11-22T10:00:00.00000000000000000000000001+01:00, 2026-11-22T09:00:00Z",
        "2026-11-22T24:00:00Z, 2026-11-23T00:00:00Z",
        "2026-12-31T24:00:00.000+01:00, 2026-12-31T23:00:00Z"
    })
    void isRead(String text, String instant) {
        assertEquals(Instant.parse(instant), DateTimes.instant(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-11-22",
                "2026-11-22T10:00",
                "2026-11-22T24:00:00.1Z",
                "2026-11-22T24:00:01Z",
                "2026-11-22T24:01:00Z",
                "2026-11-22T10:00:00.Z",
                "2026-11-22T10:00:00.",
                "2026-11-22T10:00:60Z",
                "abcd-11-22T10:00:00Z",
                "2026-02-30T10:00:00Z",
                "2026-13-01T10:00:00Z",
                "2026-11-22T10:00:00+25:00",
                "2026-11-22 10:00:00Z",
                "+2026-11-22T10:00:00Z",
                "2026-11-22T10:00:00z"
            })
    void isNoTime(String text) {
        assertNull(DateTimes.instant(text));
    }
}
