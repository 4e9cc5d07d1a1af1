package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
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
            update delivery set due = ?, claimed_by = null, lease_until = null
            where message_id = ? and number = ? and attempt = ? and claimed_by = ?""";
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
    private static final String NO_DEADLINES = "delete from delivery where message_id = ? and kind = 'expire'";

    private final String node;
    private final Clock clock;

    SettleWriter(String node, Clock clock) {
        this.node = node;
        this.clock = clock;
    }

    /** Ends or hands back the work of each entry, and marks whether it was still its own. */
    void fence(Connection connection, List<Entry.Settle> entries) throws SQLException {
        for (var entry : entries) {
            var settlement = entry.settlement;
            if (settlement.state() == null) {
                entry.ours = again(connection, settlement);
            } else if (settlement.work().lane().kind() == Lane.Kind.QUEUE) {
                entry.ours = confirmed(connection, settlement);
            } else {
                entry.ours = done(connection, settlement);
            }
        }
    }

    private boolean done(Connection connection, Settlement settlement) throws SQLException {
        try (var done = connection.prepareStatement(DONE)) {
            fence(done, settlement, 1);
            return done.executeUpdate() == 1;
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
            var due = settlement.due();
            again.setObject(1, utc(due == null ? clock.instant() : due));
            fence(again, settlement, 2);
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
        for (var entry : entries) {
            var state = entry.settlement.state();
            if (entry.ours && state != null) {
                move(connection, entry.settlement, state);
            }
        }
    }

    private void move(Connection connection, Settlement settlement, MessageState state) throws SQLException {
        long message = settlement.work().message();
        switch (settlement.work().lane().kind()) {
            case HANDLE, SYNC -> received(connection, settlement, message, state);
            case SEND, QUEUE -> {
                simple(connection, SENT, settlement, state);
                if (state != MessageState.SENT) {
                    noDeadlines(connection, message);
                }
                if (settlement.origin() != null) {
                    var ofOrigin = state == MessageState.SENT ? MessageState.HANDLED : state;
                    received(connection, settlement, settlement.origin(), ofOrigin);
                }
            }
            case EXPIRE -> {
                if (state == MessageState.OVERDUE) {
                    simple(connection, OVERDUE, settlement, state);
                }
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

    private void simple(Connection connection, String sql, Settlement settlement, MessageState state)
            throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            update.setString(1, state.label());
            update.setObject(2, utc(clock.instant()));
            update.setString(3, settlement.reason());
            update.setLong(4, settlement.work().message());
            update.executeUpdate();
        }
    }

    private static void noDeadlines(Connection connection, long message) throws SQLException {
        try (var delete = connection.prepareStatement(NO_DEADLINES)) {
            delete.setLong(1, message);
            delete.executeUpdate();
        }
    }
}
