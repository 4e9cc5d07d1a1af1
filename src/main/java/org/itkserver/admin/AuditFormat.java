package org.itkserver.admin;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.itkserver.audit.TrailQuery.TrailEvent;
import org.jspecify.annotations.Nullable;

/** How exported events, and other rows, are written. */
enum AuditFormat {
    /** RFC 4180, UTF-8; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
    CSV("text/csv;charset=UTF-8;header=present", "audit.csv") {
        @Override
        String header(List<String> columns) {
            return String.join(",", columns) + "\r\n";
        }

        @Override
        String line(List<String> columns, Collection<String> numbers, List<@Nullable String> cells) {
            var out = new StringBuilder();
            for (var value : cells) {
                out.append(out.isEmpty() ? "" : ",").append(cell(value));
            }
            return out.append("\r\n").toString();
        }
    },
    /** One JSON object a line, values as they are. */
    NDJSON("application/x-ndjson", "audit.ndjson") {
        @Override
        String header(List<String> columns) {
            return "";
        }

        @Override
        String line(List<String> columns, Collection<String> numbers, List<@Nullable String> cells) {
            var out = new StringBuilder("{");
            for (int i = 0; i < cells.size(); i++) {
                var value = cells.get(i);
                if (value != null) {
                    out.append(out.length() == 1 ? "" : ",")
                            .append('"')
                            .append(columns.get(i))
                            .append("\":");
                    out.append(numbers.contains(columns.get(i)) ? value : quoted(value));
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

    /** What comes before the first line. */
    abstract String header(List<String> columns);

    /**
     * A line with its end.
     *
     * @param numbers the columns whose values are numbers
     * @param cells one a column, null for none; a first cell is never an empty text
     */
    abstract String line(List<String> columns, Collection<String> numbers, List<@Nullable String> cells);

    /** What comes before the first event. */
    String header() {
        return header(COLUMNS);
    }

    /** An event with its line end. */
    String line(TrailEvent event) {
        return line(COLUMNS, NUMBERS, cells(event));
    }

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
