package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.itkserver.delivery.Lane;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.Settlement;

/** The ends of work of one group. Used by the committer's thread alone. */
final class SettleWriter {
    private static final String DONE =
            "delete from delivery where message_id = ? and number = ? and attempt = ? and claimed_by = ?";
    /** Whoever confirms has the message, even when its time had run out. */
    private static final String CONFIRMED =
            "delete from delivery where message_id = ? and number = ? and kind = 'queue' and handler = ?";

    private static final String AGAIN =
            """
            update delivery set due = ?, waits_from = ?, claimed_by = null, lease_until = null, deaths = 0
            where message_id = ? and number = ? and attempt = ? and claimed_by = ?""";
    /** Two nodes that end the last pieces of a message at once: the second waits, and then sees the first one's end. */
    private static final String LOCK = "select id from message where id = any(?) order by id for update";

    private static final String NOTHING_LEFT =
            """
            (? <> 'handled' or (not exists (select 1 from delivery d where d.message_id = message.id)
            and not exists (select 1 from message f
                where f.origin = message.id and f.kind = 'forward' and f.state = 'accepted')))""";
    /** A message is handled when its last work and forward are; a bad end of any is final at once. */
    private static final String RECEIVED =
            """
            update message set state = ?, settled_at = ?, answer = coalesce(?, answer), error_id = ?,
                reason = coalesce(?, reason)
            where id = ? and state in ('accepted', 'handled') and """
                    + " " + NOTHING_LEFT;

    private static final String SENT =
            """
            update message set state = case when state = 'accepted' then ? else state end, settled_at = ?,
                reason = coalesce(?, reason)
            where id = ?""";
    private static final String OVERDUE =
            """
            update message set state = ?, settled_at = ?, reason = coalesce(?, reason)
            where id = ? and state in ('accepted', 'sent', 'infrastructure-acked')""";
    private static final String FORGET_MARK = "delete from overdue_mark where message_id = ? and number = ?";
    private static final String MARK =
            """
            insert into overdue_mark (message_id, number, state, due, waits_from)
            select d.message_id, d.number, m.state, d.due, d.waits_from
            from delivery d join message m on m.id = d.message_id
            where d.message_id = ? and d.number = ? and d.attempt = ? and d.claimed_by = ?
            and m.state in ('accepted', 'sent', 'infrastructure-acked')""";
    private static final String NO_DEADLINES = "delete from delivery where message_id = ? and kind = 'expire'";

    private final String node;
    private final Clock clock;
    private final DeadWork deadWork = new DeadWork();

    SettleWriter(String node, Clock clock) {
        this.node = node;
        this.clock = clock;
    }

    /** Ends or hands back the work of each entry, and marks whether it was still its own. */
    void fence(Connection connection, List<Entry.Settle> entries) throws SQLException {
        var done = new ArrayList<Entry.Settle>();
        for (var entry : entries) {
            var settlement = entry.settlement;
            if (settlement.state() == null) {
                entry.ours = again(connection, settlement);
            } else if (settlement.work().lane().kind() == Lane.Kind.QUEUE) {
                entry.ours = confirmed(connection, settlement);
            } else {
                done.add(entry);
            }
        }
        if (!done.isEmpty()) {
            done(connection, done);
        }
    }

    /** A deadline that makes a message overdue is kept, in case the clock was wrong. */
    private void mark(Connection connection, List<Entry.Settle> entries) throws SQLException {
        for (var entry : entries) {
            if (entry.settlement.state() == MessageState.OVERDUE) {
                try (var forget = connection.prepareStatement(FORGET_MARK);
                        var mark = connection.prepareStatement(MARK)) {
                    forget.setLong(1, entry.settlement.work().message());
                    forget.setInt(2, entry.settlement.work().number());
                    forget.executeUpdate();
                    fence(mark, entry.settlement, 1);
                    mark.executeUpdate();
                }
            }
        }
    }

    private void done(Connection connection, List<Entry.Settle> entries) throws SQLException {
        mark(connection, entries);
        try (var done = connection.prepareStatement(DONE)) {
            for (var entry : entries) {
                fence(done, entry.settlement, 1);
                done.addBatch();
            }
            var counts = done.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                entries.get(i).ours = counts[i] == 1;
            }
        }
    }

    private static boolean confirmed(Connection connection, Settlement settlement) throws SQLException {
        try (var confirmed = connection.prepareStatement(CONFIRMED)) {
            confirmed.setLong(1, settlement.work().message());
            confirmed.setInt(2, settlement.work().number());
            confirmed.setString(3, settlement.work().lane().name());
            return confirmed.executeUpdate() == 1;
        }
    }

    private boolean again(Connection connection, Settlement settlement) throws SQLException {
        try (var again = connection.prepareStatement(AGAIN)) {
            var wait = settlement.pause();
            var now = clock.instant();
            again.setObject(1, utc(wait == null ? now : wait.due()));
            again.setObject(2, utc(wait == null ? now : wait.from()));
            fence(again, settlement, 3);
            return again.executeUpdate() == 1;
        }
    }

    private void fence(PreparedStatement out, Settlement settlement, int from) throws SQLException {
        var work = settlement.work();
        out.setLong(from, work.message());
        out.setInt(from + 1, work.number());
        out.setInt(from + 2, work.attempt());
        out.setString(from + 3, node);
    }

    /** Moves the messages whose work has ended. Runs after the group's rows are in. */
    void update(Connection connection, List<Entry.Settle> entries) throws SQLException {
        var ended = entries.stream()
                .filter(entry -> entry.ours && entry.settlement.state() != null)
                .map(entry -> entry.settlement)
                .toList();
        lock(connection, ended);
        deadWork.keep(connection, ended);
        simple(connection, SENT, of(ended, Lane.Kind.SEND, Lane.Kind.QUEUE));
        simple(
                connection,
                OVERDUE,
                of(ended, Lane.Kind.EXPIRE, Lane.Kind.EXPIRE).stream()
                        .filter(settlement -> settlement.state() == MessageState.OVERDUE)
                        .toList());
        for (var settlement : ended) {
            move(connection, settlement);
        }
    }

    private static void lock(Connection connection, List<Settlement> ended) throws SQLException {
        var received = new TreeSet<Long>();
        for (var settlement : ended) {
            var origin = settlement.origin();
            if (origin != null) {
                received.add(origin);
            } else if (settlement.work().lane().kind() == Lane.Kind.HANDLE) {
                received.add(settlement.work().message());
            }
        }
        if (!received.isEmpty()) {
            try (var select = connection.prepareStatement(LOCK)) {
                select.setArray(1, connection.createArrayOf("bigint", received.toArray()));
                select.execute();
            }
        }
    }

    private static List<Settlement> of(List<Settlement> all, Lane.Kind one, Lane.Kind other) {
        return all.stream()
                .filter(s -> s.work().lane().kind() == one || s.work().lane().kind() == other)
                .toList();
    }

    /** What depends on more than the message's own state. */
    private void move(Connection connection, Settlement settlement) throws SQLException {
        var state = java.util.Objects.requireNonNull(settlement.state());
        long message = settlement.work().message();
        switch (settlement.work().lane().kind()) {
            case HANDLE, SYNC -> received(connection, settlement, message, state);
            case SEND, QUEUE -> {
                if (state != MessageState.SENT) {
                    noDeadlines(connection, message);
                }
                if (settlement.origin() != null) {
                    var ofOrigin = state == MessageState.SENT ? MessageState.HANDLED : state;
                    received(connection, settlement, settlement.origin(), ofOrigin);
                }
            }
            case EXPIRE -> {
                // its own state is all there is
            }
        }
    }

    private void received(Connection connection, Settlement settlement, long message, MessageState state)
            throws SQLException {
        try (var update = connection.prepareStatement(RECEIVED)) {
            var answer = settlement.answer();
            update.setString(1, state.label());
            update.setObject(2, utc(clock.instant()));
            update.setString(3, answer == null ? null : answer.name());
            update.setString(4, settlement.errorId());
            update.setString(5, settlement.reason());
            update.setLong(6, message);
            update.setString(7, state.label());
            update.executeUpdate();
        }
    }

    private void simple(Connection connection, String sql, List<Settlement> settlements) throws SQLException {
        if (settlements.isEmpty()) {
            return;
        }
        try (var update = connection.prepareStatement(sql)) {
            for (var settlement : settlements) {
                update.setString(
                        1, java.util.Objects.requireNonNull(settlement.state()).label());
                update.setObject(2, utc(clock.instant()));
                update.setString(3, settlement.reason());
                update.setLong(4, settlement.work().message());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private static void noDeadlines(Connection connection, long message) throws SQLException {
        try (var delete = connection.prepareStatement(NO_DEADLINES)) {
            delete.setLong(1, message);
            delete.executeUpdate();
        }
    }
}
