package org.itkserver.admin;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.itkserver.audit.MessageFilter;
import org.itkserver.audit.MessageFilter.Kinds;
import org.itkserver.envelope.TrackingId;
import org.itkserver.exchange.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the search for messages as somebody filled them in; empty where nothing is. An NHS number is none of them:
 * it is in no address and on no page. Public only for the template.
 */
public record SearchForm(
        String trackingId,
        String messageId,
        String partner,
        String service,
        String interaction,
        String state,
        String direction,
        String what,
        String troubled,
        String from,
        String to) {
    static final SearchForm EMPTY = new SearchForm("", "", "", "", "", "", "", "", "", "", "");

    private static final int LONGEST = 256;
    private static final List<String> DIRECTIONS = List.of("in", "out");
    private static final Map<String, Kinds> WHAT = Map.of(
            "", Kinds.DOCUMENTS,
            "acknowledgements", Kinds.ACKNOWLEDGEMENTS,
            "unmatched", Kinds.UNMATCHED,
            "all", Kinds.ALL);

    /** @param parameters gives the value of a field, null when it was not sent */
    static SearchForm of(Function<String, @Nullable String> parameters) {
        Function<String, String> field = name -> {
            var value = parameters.apply(name);
            var text = value == null ? "" : value.strip();
            return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        };
        return new SearchForm(
                field.apply("trackingId").toUpperCase(Locale.ROOT),
                field.apply("messageId"),
                field.apply("partner"),
                field.apply("service"),
                field.apply("interaction"),
                field.apply("state"),
                field.apply("direction"),
                field.apply("what"),
                field.apply("troubled"),
                field.apply("from"),
                field.apply("to"));
    }

    /** What is wrong, by field, in the order of the page; empty when nothing is. */
    Map<String, String> problems() {
        var out = new LinkedHashMap<String, String>();
        if (!trackingId.isEmpty() && !TrackingId.isValid(trackingId)) {
            out.put(
                    "trackingId",
                    "A tracking id has 32 digits and letters A to F in five groups with hyphens between them");
        }
        if (!state.isEmpty() && !isState(state)) {
            out.put("state", "There is no such state");
        }
        if (!WHAT.containsKey(what)) {
            out.put("what", "There is no such kind of message");
        }
        if (!direction.isEmpty() && !DIRECTIONS.contains(direction)) {
            out.put("direction", "A direction is in or out");
        }
        if (!isTime(from)) {
            out.put("from", "A time looks like 2026-11-22T16:05");
        }
        if (!isTime(to)) {
            out.put("to", "A time looks like 2026-11-22T16:05");
        }
        if (out.isEmpty() && !from.isEmpty() && !to.isEmpty() && !time(from).isBefore(time(to))) {
            out.put("to", "The end must be after the start");
        }
        return out;
    }

    private static boolean isState(String label) {
        try {
            return MessageState.ofLabel(label).label().equals(label);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isTime(String text) {
        try {
            return text.isEmpty() || time(text).isAfter(Instant.EPOCH);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static Instant time(String text) {
        return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }

    /**
     * What to look for; the form has no problems.
     *
     * @param patient key of an NHS number, null for none
     */
    MessageFilter filter(byte @Nullable [] patient) {
        boolean one = !trackingId.isEmpty() || !messageId.isEmpty();
        return new MessageFilter(
                one && what.isEmpty() ? Kinds.ALL : WHAT.getOrDefault(what, Kinds.ALL),
                value(trackingId),
                value(messageId),
                patient,
                value(partner),
                value(service),
                value(interaction),
                value(state),
                value(direction),
                !troubled.isEmpty(),
                from.isEmpty() ? null : time(from),
                to.isEmpty() ? null : time(to));
    }

    private static @Nullable String value(String text) {
        return text.isEmpty() ? null : text;
    }

    /** Whether one of the less common fields is filled in. */
    public boolean more() {
        return !(messageId + interaction + direction + what + troubled + from + to).isEmpty();
    }

    /** Whether nothing is filled in. */
    boolean isEmpty() {
        return equals(EMPTY);
    }

    /** The fields that are filled in as the query of an address, without a question mark. */
    String query() {
        var out = new StringBuilder();
        fields().forEach((name, value) -> {
            if (!value.isEmpty()) {
                out.append(out.isEmpty() ? "" : "&")
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return out.toString();
    }

    /** Every field by its name. */
    public Map<String, String> fields() {
        var out = new LinkedHashMap<String, String>();
        out.put("trackingId", trackingId);
        out.put("messageId", messageId);
        out.put("partner", partner);
        out.put("service", service);
        out.put("interaction", interaction);
        out.put("state", state);
        out.put("direction", direction);
        out.put("what", what);
        out.put("troubled", troubled);
        out.put("from", from);
        out.put("to", to);
        return out;
    }
}
