package org.itkserver.admin;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.AuditQuery;
import org.jspecify.annotations.Nullable;

/** Values as people read them. Public only for the templates, which do the escaping. */
public final class Show {
    private static final Map<String, String> WORDS = Map.of(
            "business", "message",
            "forward", "forward",
            "inf-ack", "infrastructure acknowledgement",
            "bus-ack", "business acknowledgement",
            "response", "response",
            "body", "fault or simple response");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMM uuuu HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final String[] UNITS = {"KB", "MB", "GB"};
    private static final Set<String> BAD = Set.of("rejected", "overdue", "dead-letter");
    private static final int REPLACEMENT = 0xFFFD;

    private Show() {}

    /** Such as {@code 22 Nov 2026 16:05:07}, UTC. */
    public static String time(Instant at) {
        return TIME.format(at);
    }

    /** For machines: ISO 8601. */
    public static String iso(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Such as {@code 11.5 KB}; a KB is 1024 bytes. */
    public static String size(long bytes) {
        if (bytes < 1024) {
            return bytes == 1 ? "1 byte" : bytes + " bytes";
        }
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1023.95 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** A value that may be missing, without characters that would hide or reorder what stands near them. */
    public static String text(@Nullable String value) {
        return value == null || value.isEmpty() ? "–" : visible(value);
    }

    /** The text with every character that is not shown as itself, but for line ends and tabs, replaced by U+FFFD. */
    static String visible(CharSequence text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isVisible(c) ? c : REPLACEMENT));
        return out.toString();
    }

    private static boolean isVisible(int c) {
        if (c == '\n' || c == '\r' || c == '\t') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** What a message is, in words. */
    public static String what(AuditQuery.MessageRow row) {
        var kind = WORDS.getOrDefault(row.kind(), text(row.kind()));
        boolean unmatched = row.direction().equals("in") && row.kind().endsWith("-ack") && row.origin() == null;
        return (row.direction().equals("out") ? "sent: " : "received: ") + kind + (unmatched ? ", unmatched" : "");
    }

    /** The style of a state's label. */
    public static String tag(String state) {
        return BAD.contains(state) ? "tag tag-bad" : state.equals("accepted") ? "tag tag-open" : "tag";
    }
}
