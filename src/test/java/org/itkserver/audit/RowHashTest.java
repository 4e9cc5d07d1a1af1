package org.itkserver.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
        assertEquals(VERSION_1, HexFormat.of().formatHex(RowHash.of(stored(1, null))));
    }

    @Test
    void theCanonicalFormOfVersionTwoNeverChanges() {
        assertEquals(VERSION_2, HexFormat.of().formatHex(RowHash.of(stored(2, null))));
        assertEquals(VERSION_2_DIGEST, HexFormat.of().formatHex(RowHash.of(stored(2, new byte[32]))));
    }

    @Test
    void theCanonicalFormOfVersionThreeNeverChanges() {
        assertEquals(VERSION_3, hash("n", 1, event("t", "p", "d")));
        assertEquals(VERSION_3, HexFormat.of().formatHex(RowHash.of(stored(3, null))));
        assertEquals(VERSION_3_FIELDS, hash("n", 1, event("t", "p", "d").storing(new byte[32], new byte[32])));
    }

    @Test
    void anUnknownVersionIsNotGuessed() {
        assertThrows(IllegalArgumentException.class, () -> RowHash.of(stored(4, null)));
    }

    private static StoredRow stored(int version, byte @Nullable [] digest) {
        var at = event("t", "p", "d").at();
        return new StoredRow(
                "n",
                1,
                version,
                at,
                "accepted",
                7L,
                "t",
                "p",
                "s",
                "a",
                "ip",
                null,
                null,
                "d",
                digest,
                null,
                new byte[0]);
    }

    private static final String VERSION_1 = "fdd7ba1b3a63ee81ca6aee1883522a7594d7d40349a135e2de9f9e833038a9d9";
    private static final String VERSION_2 = "09d802842358430c1d3809f374b60f44f69f612caa85296df55d2820a4485d86";
    private static final String VERSION_2_DIGEST = "0d896a5132b47f7a4c0aed7d539bc47992fda39c25bf1a4c8b8d6662ea317a71";

    private static final String VERSION_3 = "647bc05c6a6d48caded9a98d9aaae7763d29ca4461f104722fe7dc6d13b54941";
    private static final String VERSION_3_FIELDS = "9e36a623b4060bf76fd0286c9b313b7dc5ee5d17b71b952d7b11770d8e3decad";

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
        hashes.add(hash("n", 1, event("t", "p", "d").answering(new byte[32])));
        hashes.add(hash("n", 1, event("t", "p", "d").answering(new byte[0])));
        hashes.add(hash("n", 1, event("t", "p", "d").storing(new byte[32], new byte[32])));
        hashes.add(hash("n", 1, event("t", "p", "d").storing(new byte[32], new byte[0])));
        assertEquals(13, hashes.size());
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
