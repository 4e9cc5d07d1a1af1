package org.itkserver.boot;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 250ms}, {@code 2s}, {@code 5m}, {@code 1h}, {@code 30d}, or ISO 8601 ({@code PT2S}). */
final class Durations {
    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private Durations() {}

    /** A positive duration; empty when the text is not one. */
    static Optional<Duration> positive(String text) {
        var match = SHORT.matcher(text);
        try {
            var duration = match.matches()
                    ? UNITS.get(match.group(2)).multipliedBy(Long.parseLong(match.group(1)))
                    : Duration.parse(text);
            return duration.isNegative() || duration.isZero() ? Optional.empty() : Optional.of(duration);
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
