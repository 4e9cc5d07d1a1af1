package org.itkserver.admin;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditSearch.Filter;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.TrackingId;
import org.jspecify.annotations.Nullable;

/**
 * The filter of the audit page as a person filled it in. Public only for the template.
 *
 * @param values what is in each field, by name; an empty text for an empty one
 * @param filter what it means
 * @param problem what is wrong with it, null when nothing is; the filter then takes what is right
 */
public record AuditForm(Map<String, String> values, Filter filter, @Nullable String problem) {
    /** The fields, in the order of the page. */
    static final List<String> FIELDS =
            List.of("type", "actor", "partner", "trackingId", "message", "errors", "from", "to");

    private static final Duration USUAL = Duration.ofDays(7);
    private static final int LONGEST = 128;

    /** Every type of event, as stored. */
    public static List<String> types() {
        return Arrays.stream(AuditType.values()).map(AuditType::label).sorted().toList();
    }

    /** @param value gives the text of a field, null for one that was not sent */
    static AuditForm of(Function<String, @Nullable String> value, Clock clock) {
        var values = new LinkedHashMap<String, String>();
        for (var field : FIELDS) {
            var text = value.apply(field);
            values.put(
                    field,
                    text == null
                            ? ""
                            : text.strip()
                                    .substring(0, Math.min(LONGEST, text.strip().length())));
        }
        var now = clock.instant();
        var trackingId = values.get("trackingId").toUpperCase(Locale.ROOT);
        var message = values.get("message");
        // who asks about one message wants every event of it
        boolean ofOne = !trackingId.isEmpty() || !message.isEmpty();
        var usual = ofOne ? Instant.EPOCH : now.minus(USUAL).truncatedTo(ChronoUnit.MINUTES);
        var from = time(values.get("from"), usual);
        var to = time(values.get("to"), now.plusSeconds(60));
        boolean isNumber = message.matches("[0-9]{1,18}");
        String problem = null;
        if (from.isEmpty() || to.isEmpty()) {
            problem = "A time is written as in 2026-11-22T16:30, in UTC.";
        } else if (!trackingId.isEmpty() && !TrackingId.isValid(trackingId)) {
            problem = "A tracking id has 32 digits and letters A to F in five groups with hyphens between them.";
        } else if (!message.isEmpty() && !isNumber) {
            problem = "A message is a number.";
        }
        var filter = new Filter(
                given(values.get("type")),
                given(values.get("actor")),
                given(values.get("partner")),
                given(trackingId),
                isNumber ? (Long) Long.parseLong(message) : null,
                !values.get("errors").isEmpty(),
                from.orElse(now.minus(USUAL)),
                to.orElse(now));
        return new AuditForm(values, filter, problem);
    }

    private static @Nullable String given(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Optional<Instant> time(String text, Instant otherwise) {
        if (text.isEmpty()) {
            return Optional.of(otherwise);
        }
        try {
            return Optional.of(LocalDateTime.parse(text.endsWith("Z") ? text.substring(0, text.length() - 1) : text)
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** What a field holds, to be shown in it. */
    public String value(String field) {
        return Show.visible(values.getOrDefault(field, ""));
    }

    /** The fields that are filled in, for the form of an export. */
    public Map<String, String> filled() {
        return values.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }

    /** The filter in one line, for the trail. */
    String words() {
        var words = filled().entrySet().stream()
                .filter(entry -> !List.of("from", "to").contains(entry.getKey()))
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(", "));
        return (words.isEmpty() ? "all events" : words) + ", from "
                + filter.from().truncatedTo(ChronoUnit.SECONDS) + " to "
                + filter.to().truncatedTo(ChronoUnit.SECONDS);
    }
}
