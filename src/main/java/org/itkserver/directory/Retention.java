package org.itkserver.directory;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAmount;

/**
 * How long a message is kept after its end. Both are a {@link Period} or a {@link Duration}, never negative.
 *
 * @param payload its bytes, and those of its response
 * @param metadata its row, by which a copy of it is recognised; never shorter than {@code payload}
 */
public record Retention(TemporalAmount payload, TemporalAmount metadata) {
    /** Any day; months and years are compared by the days they have from there. */
    private static final LocalDateTime BASE = LocalDateTime.of(2001, 1, 1, 0, 0);

    /** A transport is usually not the record of care. */
    public static final Retention DEFAULT = new Retention(Period.ofDays(30), Period.ofYears(8));

    /** @throws IllegalArgumentException when one is negative, or {@code metadata} is shorter than {@code payload} */
    public Retention {
        if (BASE.plus(payload).isBefore(BASE)) {
            throw new IllegalArgumentException("payload must not be negative");
        }
        if (BASE.plus(metadata).isBefore(BASE.plus(payload))) {
            throw new IllegalArgumentException("metadata must not be shorter than payload");
        }
    }

    /** Whose bytes are due at a time: messages that ended then or earlier. */
    public Instant payloadBy(Instant now) {
        return now.atOffset(ZoneOffset.UTC).minus(payload).toInstant();
    }

    /** Whose rows are due at a time: messages that ended then or earlier. */
    public Instant metadataBy(Instant now) {
        return now.atOffset(ZoneOffset.UTC).minus(metadata).toInstant();
    }
}
