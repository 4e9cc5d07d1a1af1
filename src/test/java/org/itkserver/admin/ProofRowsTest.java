package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.junit.jupiter.api.Test;

class ProofRowsTest {
    private static final Instant AT = Instant.parse("2026-11-22T16:05:07.123456Z");

    private final MemoryDesk desk = new MemoryDesk();
    private final ProofRows rows = new ProofRows(desk, id -> id == 8 ? null : "=T" + id);
    private final long[] count = new long[1];

    private static Proof proof(long batch, Instant at, String services) {
        return new Proof(batch, Purge.CONTENT, 2, 10, services, AT, AT, at, "node-1", 5L, new byte[32], AT);
    }

    private String batches(ExportFormat format) throws IOException {
        var out = new ByteArrayOutputStream();
        rows.batches(format, Instant.EPOCH, AT.plusSeconds(60), out, count);
        return out.toString(StandardCharsets.UTF_8);
    }

    private String leaves(ExportFormat format, Proof proof) throws IOException {
        var out = new ByteArrayOutputStream();
        rows.leaves(format, proof, out, count);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aBatchIsALineThatNoSpreadsheetRuns() throws IOException {
        desk.proofs.add(proof(1, AT, "=HYPERLINK(\"http://x\")"));
        desk.proofs.add(proof(2, AT.plusSeconds(1), "A B"));

        var lines = batches(ExportFormat.CSV).split("\r\n");

        assertEquals(3, lines.length);
        assertEquals(12, lines[0].split(",").length);
        assertTrue(lines[1].contains(",\"'=HYPERLINK(\"\"http://x\"\")\","), lines[1]);
        assertTrue(lines[2].contains("," + "0".repeat(64) + ","), lines[2]);
        assertEquals(2, count[0]);
    }

    @Test
    void aBatchIsAnObjectWithItsValuesAsTheyAre() throws IOException {
        desk.proofs.add(new Proof(1, Purge.RECORD, 2, 10, "=A", AT, AT, AT, null, null, null, null));

        var read = new ObjectMapper().readTree(batches(ExportFormat.NDJSON));

        assertEquals("=A", read.get("services").asText());
        assertEquals(2, read.get("messages").asInt());
        assertEquals("record", read.get("kind").asText());
        assertEquals(AT.toString(), read.get("toldAt").asText());
        assertTrue(read.get("root") == null && read.get("eventSeq") == null && read.get("destroyedAt") == null);
    }

    @Test
    void theMessagesOfABatchAreLines() throws IOException {
        var wanted = proof(2, AT, "s");
        desk.leaves.addAll(List.of(new Proof.Leaf(7, new byte[32]), new Proof.Leaf(8, new byte[32])));

        assertEquals(
                "batch,message,trackingId,sha256\r\n2,7,'=T7," + "0".repeat(64) + "\r\n2,8,," + "0".repeat(64) + "\r\n",
                leaves(ExportFormat.CSV, wanted));
        assertEquals(2, leaves(ExportFormat.NDJSON, wanted).split("\n").length);
    }

    @Test
    void aPageEndsTheReading() {
        for (int i = 1; i <= 5; i++) {
            desk.proofs.add(proof(i, AT.plusSeconds(i), "s"));
        }

        assertEquals(3, rows.first(AT, AT.plusSeconds(60), 3).size());
        assertEquals(5, rows.first(AT, AT.plusSeconds(60), 6).size());
        assertEquals(2, rows.one(2, AT.plusSeconds(2)).orElseThrow().batch());
        assertTrue(rows.one(3, AT.plusSeconds(2)).isEmpty());
    }

    @Test
    void anExportGoesOnUntilTheLastPage() throws IOException {
        for (int i = 1; i <= 200; i++) {
            desk.proofs.add(proof(i, AT, "s"));
        }
        assertEquals(200, batches(ExportFormat.NDJSON).split("\n").length);
        desk.proofs.add(proof(201, AT, "s"));
        assertTrue(batches(ExportFormat.NDJSON).contains("{\"batch\":201,"));
    }
}
