package org.itkserver.admin;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.MessageSearch.Waiting;
import org.itkserver.delivery.Lane;
import org.itkserver.envelope.ManifestItem;
import org.itkserver.exchange.MessageState;
import org.jspecify.annotations.Nullable;

/** Values as people read them. Public only for the templates, which do the escaping. */
public final class Show {
    /** The states a search may name, in the order of a message's way. */
    public static final List<MessageState> STATES = List.of(MessageState.values());

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
    private static final int REPLACEMENT = 0xFFFD;

    private Show() {}

    /** Such as {@code 22 Nov 2026 16:05:07}, UTC. */
    public static String time(Instant at) {
        return TIME.format(at);
    }

    /** Such as {@code 3 min}, one unit, cut; for the time since something. */
    public static String age(Instant at, Instant now) {
        return duration(Duration.between(at, now).truncatedTo(ChronoUnit.SECONDS));
    }

    /** Such as {@code 20 ms}, {@code 3 min} or {@code 2 days}: the largest unit, cut. */
    public static String duration(Duration time) {
        if (time.toSeconds() < 1) {
            return time.isNegative() ? "0 s" : time.toMillis() == 0 ? "0 s" : time.toMillis() + " ms";
        }
        if (time.toMinutes() < 1) {
            return time.toSeconds() + " s";
        }
        if (time.toHours() < 1) {
            return time.toMinutes() + " min";
        }
        if (time.toDays() < 1) {
            return time.toHours() + " h";
        }
        return time.toDays() == 1 ? "1 day" : time.toDays() + " days";
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

    /** Text with its line ends, and single blanks between words; in one pass, because senders choose how long it is. */
    static String lines(CharSequence text) {
        var shown = visible(text);
        var out = new StringBuilder(shown.length());
        boolean gap = false;
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            if (c == ' ' || c == '\t') {
                gap = true;
            } else if (c == '\n' || c == '\r') {
                boolean pair = c == '\n' && i > 0 && shown.charAt(i - 1) == '\r';
                out.append(pair ? "" : "\n");
                gap = false;
            } else {
                boolean lineStart = !out.isEmpty() && out.charAt(out.length() - 1) == '\n';
                out.append(gap && !lineStart ? " " : "").append(c);
                gap = false;
            }
        }
        return gap && (out.isEmpty() || out.charAt(out.length() - 1) != '\n')
                ? out.append(' ').toString()
                : out.toString();
    }

    /** Text on one line, single blanks. */
    static String oneLine(CharSequence text) {
        return visible(text).replaceAll("\\s+", " ").strip();
    }

    /** A name of XML in words: {@code informationRecipient} is "Information recipient". */
    static String words(String name) {
        var words = name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** A number that was counted up to a bound. */
    public static String upTo(long count, int most) {
        return count > most ? String.format(Locale.ENGLISH, "more than %,d", most) : number(count);
    }

    /** Such as {@code 10,000}. */
    public static String number(long count) {
        return String.format(Locale.ENGLISH, "%,d", count);
    }

    /** A time that may be missing, as how long ago it was. */
    public static String ago(@Nullable Instant at, Instant now) {
        return at == null ? "never" : age(at, now) + " ago";
    }

    /** A duration that may be missing. */
    public static String orNone(@Nullable Duration time) {
        return time == null ? "–" : duration(time);
    }

    /** Values in their natural order, with commas. */
    public static String list(Collection<String> values) {
        return text(values.stream().sorted().collect(Collectors.joining(", ")));
    }

    /** An address of ours that ends with a value of somebody else. */
    public static String link(String start, String value) {
        return start + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** A manifest item on one line. */
    public static String item(ManifestItem item) {
        var out = new StringBuilder(item.id()).append(", ").append(item.mimeType());
        if (item.profileId() != null) {
            out.append(", ").append(item.profileId());
        }
        return out.append(item.base64() ? ", base64" : "")
                .append(item.compressed() ? ", compressed" : "")
                .append(item.encrypted() ? ", encrypted" : "")
                .toString();
    }

    /** A piece of work, in words. */
    public static String work(Waiting work) {
        var what =
                switch (work.kind()) {
                    case "send" -> "send to " + text(work.lane());
                    case "handle" -> "give to handler " + text(work.lane());
                    case "sync" -> "answer when the sender asks again";
                    case "queue" -> "wait to be collected from queue " + text(work.lane());
                    default -> "look whether the acknowledgement has come";
                };
        var attempts = work.attempt() == 0 ? "" : ", attempt " + work.attempt() + " made";
        return what + (work.running() ? ", now" : ", due " + time(work.due()) + " UTC") + attempts;
    }

    /** What a lane leads to, in words. */
    public static String lane(Lane lane) {
        return switch (lane.kind()) {
            case SEND -> "endpoint " + text(lane.name());
            case HANDLE -> "handler " + text(lane.name());
            case QUEUE -> "queue " + text(lane.name());
            case SYNC, EXPIRE -> lane.kind().label();
        };
    }

    /** What a message is, in words. */
    public static String what(AuditQuery.MessageRow row) {
        var kind = WORDS.getOrDefault(row.kind(), text(row.kind()));
        boolean unmatched = row.inbound() && row.kind().endsWith("-ack") && row.origin() == null;
        return (row.inbound() ? "received " : "sent ") + kind + (unmatched ? ", unmatched" : "");
    }

    /** What a person calls a state. */
    public static String state(MessageState state) {
        return Progress.name(state);
    }
}
