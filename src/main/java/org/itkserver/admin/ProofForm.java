package org.itkserver.admin;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The period of a proof as somebody filled it in. Public only for the template.
 *
 * @param from as typed, or when the usual period begins
 * @param to as typed, empty for now
 * @param begin earliest time
 * @param end the time before which
 * @param problem what is wrong with it, null when nothing is
 */
public record ProofForm(String from, String to, Instant begin, Instant end, @Nullable String problem) {
    private static final Duration USUAL = Duration.ofDays(30);
    private static final int LONGEST = 40;

    static ProofForm of(@Nullable String from, @Nullable String to, Clock clock) {
        var now = clock.instant();
        var begin = now.minus(USUAL).truncatedTo(ChronoUnit.MINUTES);
        var first = text(from);
        var last = text(to);
        var typedBegin = first.isEmpty() ? Optional.of(begin) : time(first);
        var typedEnd = last.isEmpty() ? Optional.of(now.plusSeconds(60)) : time(last);
        String problem = null;
        if (typedBegin.isEmpty() || typedEnd.isEmpty()) {
            problem = "A time is written as in 2026-11-22T16:30, in UTC";
        } else if (!typedBegin.get().isBefore(typedEnd.get())) {
            problem = "The end must be after the start";
        }
        return new ProofForm(first, last, typedBegin.orElse(begin), typedEnd.orElse(now), problem);
    }

    private static String text(@Nullable String typed) {
        var text = typed == null ? "" : typed.strip();
        return text.substring(0, Math.min(LONGEST, text.length()));
    }

    /** A time as a person or an address writes it, UTC; empty when it is none. */
    static Optional<Instant> time(String text) {
        try {
            var time = LocalDateTime.parse(text.endsWith("Z") ? text.substring(0, text.length() - 1) : text)
                    .toInstant(ZoneOffset.UTC);
            // years that no database takes are none
            return time.isAfter(Instant.EPOCH) && time.isBefore(Instant.EPOCH.plus(Duration.ofDays(100_000)))
                    ? Optional.of(time)
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** In one line, for the trail. */
    String words() {
        return "from " + begin.truncatedTo(ChronoUnit.SECONDS) + " to " + end.truncatedTo(ChronoUnit.SECONDS);
    }
}
