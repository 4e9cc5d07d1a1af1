package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.junit.jupiter.api.Test;

class ExportFormatTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00Z");

    private static TrailEvent event(String detail) {
        return new TrailEvent("n", 7, AT, "refused", null, null, "p", null, "a", "ip", "1000", null, detail);
    }

    @Test
    void aCellThatASpreadsheetWouldRunIsText() {
        for (var begin : List.of("=", "+", "-", "@", "\t", "\r")) {
            var line = AuditExports.line(ExportFormat.CSV, event(begin + "HYPERLINK(\"http://x\")"));
            var cell = line.substring(line.indexOf("1000,,") + 6);
            assertTrue(cell.startsWith("\"'" + begin + "HYPERLINK(\"\"http"), cell);
        }
        assertTrue(AuditExports.line(ExportFormat.CSV, event("-1")).endsWith(",'-1\r\n"));
    }

    @Test
    void linesAreThoseOfTheStandard() {
        assertEquals("a,b\r\n", ExportFormat.CSV.header(List.of("a", "b")));
        assertEquals("audit.csv", ExportFormat.CSV.fileName("audit"));
        assertEquals(
                "n,7,2026-11-22T10:00:00Z,refused,,,p,,a,ip,1000,,\"x, \"\"y\"\"\"\r\n",
                AuditExports.line(ExportFormat.CSV, event("x, \"y\"")));
    }

    @Test
    void anObjectHoldsTheValuesAsTheyAre() throws Exception {
        var hostile = "=\"\\\n\u2028\ud83d\ude00\ud800 é";
        var read = new ObjectMapper().readTree(AuditExports.line(ExportFormat.NDJSON, event(hostile)));
        assertEquals(hostile, read.get("detail").asText());
        assertEquals(7, read.get("seq").asLong());
        assertTrue(!read.has("message") && !read.has("service"));
    }
}
