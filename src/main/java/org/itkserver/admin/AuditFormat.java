package org.itkserver.admin;

import java.util.Arrays;
import java.util.List;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/** How exported events are written. */
enum AuditFormat {
    /** RFC 4180, UTF-8; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
    CSV("text/csv;charset=UTF-8;header=present", "audit.csv") {
        @Override
        String header() {
            return String.join(",", COLUMNS) + "\r\n";
        }

        @Override
        String line(TrailEvent event) {
            var out = new StringBuilder();
            for (var value : cells(event)) {
                out.append(out.isEmpty() ? "" : ",").append(cell(value));
            }
            return out.append("\r\n").toString();
        }
    },
    /** One JSON object a line, values as they are. */
    NDJSON("application/x-ndjson", "audit.ndjson") {
        @Override
        String header() {
            return "";
        }

        @Override
        String line(TrailEvent event) {
            var out = new StringBuilder("{");
            var cells = cells(event);
            for (int i = 0; i < cells.size(); i++) {
                var value = cells.get(i);
                if (value != null) {
                    out.append(out.length() == 1 ? "" : ",")
                            .append('"')
                            .append(COLUMNS.get(i))
                            .append("\":");
                    out.append(NUMBERS.contains(COLUMNS.get(i)) ? value : quoted(value));
                }
            }
            return out.append("}\n").toString();
        }
    };

    private static final List<String> COLUMNS = List.of(
            "node",
            "seq",
            "at",
            "type",
            "message",
            "trackingId",
            "partner",
            "service",
            "actor",
            "source",
            "errorCode",
            "errorId",
            "detail");
    private static final List<String> NUMBERS = List.of("seq", "message");
    private static final String FORMULA = "=+-@\t\r";

    private final String mediaType;
    private final String fileName;

    AuditFormat(String mediaType, String fileName) {
        this.mediaType = mediaType;
        this.fileName = fileName;
    }

    String mediaType() {
        return mediaType;
    }

    String fileName() {
        return fileName;
    }

    /** What comes before the first event. */
    abstract String header();

    /** An event with its line end. */
    abstract String line(TrailEvent event);

    private static List<@Nullable String> cells(TrailEvent event) {
        var message = event.message();
        return Arrays.asList(
                event.node(),
                Long.toString(event.seq()),
                event.at().toString(),
                event.type(),
                message == null ? null : message.toString(),
                event.trackingId(),
                event.partner(),
                event.service(),
                event.actor(),
                event.source(),
                event.errorCode(),
                event.errorId(),
                event.detail());
    }

    private static String cell(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return "";
        }
        var safe = FORMULA.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        boolean quote = safe.chars().anyMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n' || c == '\t');
        return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    private static String quoted(String value) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
