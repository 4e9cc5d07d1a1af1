package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.itkserver.retention.Hold;
import org.junit.jupiter.api.Test;

class HoldFormTest {
    private static final String ID = "7D6F5A3C-2B1E-4F60-9A8B-0C1D2E3F4A5B";

    private static HoldForm form(Map<String, String> fields) {
        return HoldForm.of(fields::get);
    }

    @Test
    void oneOfThreeWaysSaysWhatIsHeld() {
        assertEquals(
                new Hold.OneMessage(ID),
                form(Map.of("trackingId", " " + ID.toLowerCase() + " ")).what(null));
        assertEquals(
                new Hold.Window("p", null, Instant.parse("2026-11-22T16:05:00Z"), null),
                form(Map.of("partner", "p", "from", "2026-11-22T16:05")).what(null));
        var key = new byte[] {1, 2, 3};
        assertArrayEquals(key, ((Hold.OnePatient) HoldForm.EMPTY.what(key)).key());
    }

    @Test
    void twoWaysAtOnceAreRefused() {
        assertTrue(form(Map.of("trackingId", ID)).problems("").isEmpty());
        assertTrue(form(Map.of()).problems("9990000018").isEmpty());
        for (var form : List.of(form(Map.of("trackingId", ID)), form(Map.of("service", "s")))) {
            assertEquals(
                    "Use one of the three ways only",
                    form.problems("9990000018").get("trackingId"));
        }
    }

    @Test
    void anNhsNumberIsNoFieldOfIt() {
        assertEquals(HoldForm.EMPTY, form(Map.of("nhsNumber", "9990000018")));
        for (var field : List.of("trackingId", "partner", "service")) {
            var misplaced = form(Map.of(field, "999 000 0018", "from", "2026-11-22T16:05"));
            assertEquals("", misplaced.trackingId() + misplaced.partner() + misplaced.service());
            assertEquals(
                    List.of("nhsNumber"), List.copyOf(misplaced.problems("").keySet()));
        }
    }

    @Test
    void aTimeAndAnOrderAreChecked() {
        var form = new HoldForm("", "p", "", "2026-11-22T16:05", "2026-11-21T16:05", false);
        assertEquals("The end must be after the start", form.problems("").get("to"));
        assertEquals(
                List.of("from", "to"),
                List.copyOf(new HoldForm("", "p", "", "now", "+999999999-01-01T00:00:00x", false)
                        .problems("")
                        .keySet()));
        assertEquals(
                List.of("trackingId"), List.copyOf(HoldForm.EMPTY.problems("").keySet()));
        assertEquals(
                List.of("nhsNumber"), List.copyOf(HoldForm.EMPTY.problems("12").keySet()));
        assertTrue(new HoldForm("", "", "s", "", "", false).problems("").isEmpty());
    }
}
