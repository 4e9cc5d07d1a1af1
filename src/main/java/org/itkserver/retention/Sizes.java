package org.itkserver.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much room the database takes. Estimates: no table is read through for them.
 *
 * @param at when they were taken
 * @param total bytes of all tables with their indexes; of H2, of its file
 * @param tables one a table, the largest first
 * @param content the stored bytes of messages by age, youngest first; bands without messages are there too
 */
public record Sizes(Instant at, long total, List<Table> tables, List<Band> content) {
    public Sizes {
        tables = List.copyOf(tables);
        content = List.copyOf(content);
    }

    /**
     * A table.
     *
     * @param rows about how many it has, -1 when the database has not counted yet
     * @param bytes with its indexes, freed room that will be used again included; null on H2, which does not tell
     */
    public record Table(String name, long rows, @Nullable Long bytes) {}

    /**
     * Messages that came within an age.
     *
     * @param from youngest age
     * @param to the age before which they are, null for no end
     * @param messages about how many still have bytes
     * @param bytes about how many bytes they take, compressed as they are stored
     */
    public record Band(Duration from, @Nullable Duration to, long messages, long bytes) {}
}
