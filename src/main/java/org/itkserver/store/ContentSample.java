package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.itkserver.retention.Sizes.Band;
import org.jspecify.annotations.Nullable;

/** How much the bytes of messages take by age, from a sample: a few messages evenly between the oldest and the newest id. */
final class ContentSample {
    private static final int PROBES = 200;
    private static final List<Duration> AGES =
            List.of(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(365));
    private static final String LOWEST =
            "select message_id from message_part order by message_id, kind, number fetch first 1 rows only";
    private static final String HIGHEST =
            """
            select message_id from message_part order by message_id desc, kind desc, number desc
            fetch first 1 rows only""";
    private static final String PROBE =
            """
            select p.message_id, m.received_at, (select sum(octet_length(o.bytes)) from message_part o
                where o.message_id = p.message_id) as size
            from (select message_id from message_part where message_id >= ?
                order by message_id, kind, number fetch first 1 rows only) p
            join message m on m.id = p.message_id""";

    private ContentSample() {}

    private record Probe(Instant at, long bytes) {}

    static List<Band> take(Connection connection, Instant now) throws SQLException {
        var sample = probes(connection);
        var out = new ArrayList<Band>();
        for (int i = 0; i < AGES.size(); i++) {
            var from = AGES.get(i);
            var to = i + 1 < AGES.size() ? AGES.get(i + 1) : null;
            out.add(band(sample, now, from, to));
        }
        return out;
    }

    private record Sample(List<Probe> probes, long step) {}

    private static Band band(Sample sample, Instant now, Duration from, @Nullable Duration to) {
        var in = sample.probes().stream()
                .filter(probe -> from.isZero() || !probe.at().isAfter(now.minus(from)))
                .filter(probe -> to == null || probe.at().isAfter(now.minus(to)))
                .toList();
        long bytes = in.stream().mapToLong(Probe::bytes).sum();
        return new Band(from, to, in.size() * sample.step(), bytes * sample.step());
    }

    private static Sample probes(Connection connection) throws SQLException {
        var lowest = edge(connection, LOWEST);
        var highest = edge(connection, HIGHEST);
        if (lowest == null || highest == null) {
            return new Sample(List.of(), 1);
        }
        long step = Math.max(1, (highest - lowest + 1) / PROBES);
        var found = new HashMap<Long, Probe>();
        try (var select = connection.prepareStatement(PROBE)) {
            for (long id = lowest; id <= highest; id += step) {
                select.setLong(1, id);
                try (var row = select.executeQuery()) {
                    if (row.next()) {
                        found.put(row.getLong(1), new Probe(Sql.time(row, "received_at"), row.getLong(3)));
                    }
                }
            }
        }
        return new Sample(List.copyOf(found.values()), step);
    }

    private static @Nullable Long edge(Connection connection, String sql) throws SQLException {
        return Sql.first(connection, sql, row -> row.getLong(1)).orElse(null);
    }
}
