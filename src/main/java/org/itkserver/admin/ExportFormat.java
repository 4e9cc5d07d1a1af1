package org.itkserver.admin;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How exported rows are written. */
enum ExportFormat {
    /** RFC 4180, UTF-8; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
    CSV("text/csv;charset=UTF-8;header=present") {
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
    NDJSON("application/x-ndjson") {
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

    private static final String FORMULA = "=+-@\t\r";

    private final String mediaType;

    ExportFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    /** Of a file of this name. */
    String fileName(String name) {
        return name + "." + name().toLowerCase(Locale.ROOT);
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
