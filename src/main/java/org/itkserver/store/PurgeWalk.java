package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.itkserver.retention.Candidate;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.PurgeStore.Place;
import org.itkserver.retention.Terms;

/**
 * Finds what is due. Bytes by the key of their table, in which only what is left lies, and never further than the newest message
 * that can be old enough; rows by the time they came. One walk, one object.
 */
final class PurgeWalk {
    /** How many messages are looked at in one statement. */
    static final int WINDOW = 1000;

    /** Enough to see past the blocks of ids that several nodes take; what is missed is found by the next run. */
    private static final int NEWEST = 1000;

    private static final String LAST =
            """
            select max(id) from (select id from message where received_at <= ?
                order by received_at desc fetch first ? rows only) as newest""";
    private static final String PARTS =
            """
            select message_id, 0 from message_part where message_id > ? and message_id <= ?
            and kind = 'q' and number = 0 order by message_id fetch first ? rows only""";
    private static final String ROWS =
            """
            select id, received_at from message where received_at >= ? and received_at <= ?
            and (received_at > ? or id > ?) order by received_at, id fetch first ? rows only""";
    /** Work in the table of work includes deadlines: an acknowledgement that is still awaited. */
    private static final String ENDED =
            """
            select m.id, m.raw_sha256, m.service, m.received_at, coalesce(m.settled_at, m.received_at) as ended_at,
                (m.direction = 'in' and m.kind = 'business' and m.ack_requested and m.outcome is null) as undecided,
                (select max(coalesce(f.settled_at, f.received_at)) from message f
                    where f.origin = m.id and f.kind = 'forward') as forwarded_at,
                (select coalesce(sum(octet_length(p.bytes)), 0) from message_part p where p.message_id = m.id) as size
            from unnest(cast(? as bigint array)) as wanted(k) join message m on m.id = k
            where m.state <> 'accepted' and %s
            and not exists (select 1 from delivery d where d.message_id = m.id)
            and not exists (select 1 from message c where c.origin = m.id and c.state = 'accepted')
            and not exists (select 1 from message c join delivery d on d.message_id = c.id where c.origin = m.id)
            order by m.id""";

    private static final String OF_CONTENT = ENDED.formatted("m.purge_batch is null");
    /** A dead letter that nobody gave up is still somebody's business. */
    private static final String OF_RECORD =
            ENDED.formatted("(m.purge_batch is null or m.purged_at is not null) and m.state <> 'dead-letter'");

    private final Connection connection;
    private final Purge kind;
    private final Terms terms;

    PurgeWalk(Connection connection, Purge kind, Terms terms) {
        this.connection = connection;
        this.kind = kind;
        this.terms = terms;
    }

    /**
     * What a walk came to.
     *
     * @param due what is due
     * @param next where to go on
     * @param end whether everything was looked at
     */
    record Found(List<Candidate> due, Place next, boolean end) {}

    /**
     * Looks at windows until a batch is full, or enough was looked at.
     *
     * @param windows most windows
     */
    Found find(Place from, Limits limits, int windows) throws SQLException {
        var due = new ArrayList<Candidate>();
        long bytes = 0;
        long last = kind == Purge.CONTENT ? last() : 0;
        var place = from;
        for (int i = 0; i < windows; i++) {
            var window = kind == Purge.CONTENT ? parts(place, last) : rows(place);
            if (window.isEmpty()) {
                return new Found(due, place, true);
            }
            var found = due(window.stream().map(Place::id).toList()).stream()
                    .collect(Collectors.toMap(Candidate::id, Function.identity()));
            for (var at : window) {
                var message = found.get(at.id());
                if (message != null) {
                    bytes += message.bytes();
                    if (!due.isEmpty() && (due.size() >= limits.messages() || bytes > limits.bytes())) {
                        return new Found(due, place, false);
                    }
                    due.add(message);
                }
                place = at;
            }
        }
        return new Found(due, place, false);
    }

    private long last() throws SQLException {
        return Sql.first(connection, LAST, row -> row.getObject(1, Long.class), terms.latest(kind), NEWEST)
                .orElse(Long.MIN_VALUE);
    }

    private List<Place> parts(Place after, long last) throws SQLException {
        return Sql.list(connection, PARTS, row -> new Place(null, row.getLong(1)), after.id(), last, WINDOW);
    }

    private List<Place> rows(Place after) throws SQLException {
        var from = after.after() == null ? Instant.EPOCH : after.after();
        return Sql.list(
                connection,
                ROWS,
                row -> new Place(Sql.time(row, "received_at"), row.getLong(1)),
                from,
                terms.latest(kind),
                from,
                after.id(),
                WINDOW);
    }

    /** Those that are due and not held, by id. */
    List<Candidate> due(Collection<Long> ids) throws SQLException {
        var out = Sql.list(connection, kind == Purge.CONTENT ? OF_CONTENT : OF_RECORD, PurgeWalk::ended, ids);
        out.removeIf(message -> !terms.isDue(kind, message));
        var held = HoldRows.held(connection, out.stream().map(Candidate::id).toList());
        out.removeIf(message -> held.contains(message.id()));
        return out;
    }

    private static Candidate ended(ResultSet row) throws SQLException {
        var ended = Sql.time(row, "ended_at");
        var forwarded = Sql.timeOrNull(row, "forwarded_at");
        return new Candidate(
                row.getLong("id"),
                row.getBytes("raw_sha256"),
                row.getString("service"),
                Sql.time(row, "received_at"),
                forwarded != null && forwarded.isAfter(ended) ? forwarded : ended,
                row.getBoolean("undecided"),
                row.getLong("size"));
    }
}
