package org.itkserver.boot;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import org.itkserver.directory.Retention;

/** Reads {@code retention: { payload: P30D, metadata: P8Y }} of the directory file. */
final class RetentionEntry {
    static final String KEY = "retention";

    private static final int YEARS = 100;

    private RetentionEntry() {}

    /** @param usual what holds for a period that is not there */
    static Retention of(YamlMap parent, Retention usual) {
        var entry = parent.map(KEY).orElse(null);
        if (entry == null) {
            return usual;
        }
        var payload = amount(entry, "payload", usual.payload());
        var metadata = amount(entry, "metadata", usual.metadata());
        entry.end();
        try {
            return new Retention(payload, metadata);
        } catch (IllegalArgumentException e) {
            throw entry.wrong("metadata", "must not be shorter than payload: " + metadata + " is less than " + payload);
        }
    }

    private static TemporalAmount amount(YamlMap map, String key, TemporalAmount otherwise) {
        var text = map.optional(key).orElse(null);
        if (text == null) {
            return otherwise;
        }
        try {
            var amount = text.contains("T") ? Duration.parse(text) : Period.parse(text);
            // refuses what is negative; a century is as long as a calendar is good for
            new Retention(amount, Period.ofYears(YEARS));
            return amount;
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
            throw map.wrong(key, "must be a period such as P30D, P8Y or PT12H, at most " + YEARS + " years");
        }
    }
}
