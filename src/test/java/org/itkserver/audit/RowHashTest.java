package org.itkserver.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowHashTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00.123456789Z");

    private static AuditEvent event(String tracking, String partner, String detail) {
        return new AuditEvent(AT, AuditType.ACCEPTED, 7L, tracking, partner, "s", "a", "ip", null, null, detail);
    }

    private static String hash(String node, long seq, AuditEvent event) {
        return HexFormat.of().formatHex(RowHash.of(node, seq, event));
    }

    /** The canonical form is a promise: a change of this value needs a new version. */
    @Test
    void theCanonicalFormOfVersionOneNeverChanges() {
        assertEquals(EXPECTED, hash("n", 1, event("t", "p", "d")));
    }

    private static final String EXPECTED = "fdd7ba1b3a63ee81ca6aee1883522a7594d7d40349a135e2de9f9e833038a9d9";

    @Test
    void everyFieldCounts() {
        Set<String> hashes = new HashSet<>();
        hashes.add(hash("n", 1, event("t", "p", "d")));
        hashes.add(hash("m", 1, event("t", "p", "d")));
        hashes.add(hash("n", 2, event("t", "p", "d")));
        hashes.add(hash("n", 1, event("u", "p", "d")));
        hashes.add(hash("n", 1, event(null, "p", "d")));
        hashes.add(hash("n", 1, event("", "p", "d")));
        hashes.add(hash("n", 1, event("t", "q", "d")));
        hashes.add(hash("n", 1, event("tp", "", "d")));
        hashes.add(hash("n", 1, event("t", "p", "e")));
        assertEquals(9, hashes.size());
    }

    @Test
    void timesCountToTheMicrosecondThatTheDatabaseKeeps() {
        assertEquals(
                Instant.parse("2026-11-22T10:00:00.123456Z"),
                event("t", "p", "d").at());
    }

    @Test
    void aFieldIsOneCappedPrintableLine() {
        var hostile = event("t", "p", "a\r\nb\u001b[2J\u202e" + "x".repeat(1000));
        assertEquals(AuditEvent.DETAIL, hostile.detail().length());
        assertEquals("a??b?[2J?x", hostile.detail().substring(0, 10));
        assertNotEquals(0, hostile.actor().length());
    }
}
