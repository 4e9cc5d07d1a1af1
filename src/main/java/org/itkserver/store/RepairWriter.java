package org.itkserver.store;

import static org.itkserver.store.Database.utc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.TreeSet;
import org.itkserver.exchange.OutboundMessage;
import org.itkserver.exchange.Repair;
import org.jspecify.annotations.Nullable;

/**
 * What people do with messages. Each row is locked first and looked at then, so that of two who do the same at once one is
 * told that it is done already. Used by the committer's thread alone.
 */
final class RepairWriter {
    private static final String LOCK = "select id from message where id = any(?) order by id for update";

    private static final String CAN_BE_SENT =
            """
            select count(*) from message where id = ? and direction = 'out' and purge_batch is null
            and not exists (select 1 from message o
                where o.id = message.origin and message.kind = 'forward' and o.purge_batch is not null)
            and not exists (select 1 from delivery d where d.message_id = message.id and d.number = 0)""";
    private static final String TAKE_ITEM =
            """
            update bulk_resend_item set outcome = 'resent' where job_id = ? and position = ? and message_id = ?
            and outcome is null
            and exists (select 1 from bulk_resend b where b.id = bulk_resend_item.job_id and b.state = 'running')""";
    /** Before the forward itself is touched: its own state tells whether the origin ended because of it. */
    private static final String REOPEN_ORIGIN =
            """
            update message set state = 'accepted', settled_at = ?, reason = null, error_id = null
            where id = ? and direction = 'in' and state in ('dead-letter', 'rejected')
            and exists (select 1 from message f where f.id = ? and f.state in ('dead-letter', 'rejected'))
            and not exists (select 1 from dead_work w where w.message_id = message.id)""";
    /** A forward that its end point refused was sent well; one that could not be sent left its work. */
    private static final String NO_OTHER_FORWARD_FAILED =
            """
            not exists (select 1 from message f where f.origin = message.id and f.kind = 'forward' and f.id <> ?
                and (f.state = 'dead-letter'
                    or f.state = 'rejected' and exists (select 1 from dead_work w where w.message_id = f.id)))""";

    private static final String ACCEPTED_AGAIN =
            """
            update message set settled_at = ?, reason = null,
                state = case when state in ('infrastructure-acked', 'business-acked') then state else 'accepted' end
            where id = ?""";
    private static final String ATTEMPTS =
            "select coalesce(max(attempt), 0) from dead_work where message_id = ? and number = 0";
    private static final String SEND =
            """
            insert into delivery (message_id, number, kind, handler, due, waits_from, attempt, earlier)
            values (?, 0, ?, ?, ?, ?, ?, ?)""";
    private static final String NO_DEADLINES = "delete from delivery where message_id = ? and kind = 'expire'";
    private static final String DEADLINE =
            """
            insert into delivery (message_id, number, kind, handler, due, waits_from, attempt)
            values (?, ?, 'expire', 'acknowledgements', ?, ?, 0)""";
    private static final String FORGET = "delete from dead_work where message_id = ?";

    private static final String CAN_BE_RETRIED =
            """
            select count(*) from message where id = ? and direction = 'in' and state in ('dead-letter', 'rejected')
            and purge_batch is null and exists (select 1 from dead_work w where w.message_id = message.id)""";
    private static final String RETRY =
            """
            insert into delivery (message_id, number, kind, handler, due, waits_from, attempt, earlier)
            select message_id, number, kind, handler, cast(? as timestamp with time zone),
                cast(? as timestamp with time zone), attempt, attempt
            from dead_work where message_id = ?""";
    private static final String REOPEN =
            "update message set state = 'accepted', settled_at = ?, reason = null, error_id = null where id = ? and "
                    + NO_OTHER_FORWARD_FAILED;

    private static final String GIVE_UP =
            """
            update message set state = 'rejected', settled_at = ?, reason = ?
            where id = ? and state in ('dead-letter', 'overdue')
            and not exists (select 1 from delivery d where d.message_id = message.id and d.kind <> 'expire'
                and d.lease_until >= ?)""";
    private static final String KEEP_WORK =
            """
            insert into dead_work (message_id, number, kind, handler, attempt)
            select message_id, number, kind, handler, attempt from delivery d
            where d.message_id = ? and d.kind in ('handle', 'send')
            and not exists (select 1 from dead_work w where w.message_id = d.message_id and w.number = d.number)""";
    private static final String NO_WORK = "delete from delivery where message_id = ?";

    private static final String TAKE_BACK =
            """
            update message set settled_at = ?, reason = null, state = case
                when exists (select 1 from delivery d where d.message_id = message.id and d.number = 0) then 'accepted'
                else (select case when max(k.state) = 'accepted' then 'sent' else max(k.state) end from overdue_mark k
                    where k.message_id = message.id and k.number = (select min(f.number) from overdue_mark f
                        where f.message_id = message.id)) end
            where id = ? and state = 'overdue'
            and exists (select 1 from overdue_mark k where k.message_id = message.id)""";
    private static final String DEADLINES_AGAIN =
            """
            insert into delivery (message_id, number, kind, handler, due, waits_from, attempt)
            select message_id, number, 'expire', 'acknowledgements', due, waits_from, 0 from overdue_mark k
            where message_id = ?
            and not exists (select 1 from delivery d where d.message_id = k.message_id and d.number = k.number)""";
    private static final String FORGET_MARKS = "delete from overdue_mark where message_id = ?";

    private static final String SEEN =
            """
            update message set seen_at = ? where id = ? and direction = 'in' and kind in ('inf-ack', 'bus-ack')
            and origin is null and seen_at is null""";

    private final Clock clock;

    RepairWriter(Clock clock) {
        this.clock = clock;
    }

    /** Does the repairs of a group, and marks those that could be done. Runs before the rest of the group. */
    void repair(Connection connection, List<Entry> group) throws SQLException {
        for (var entry : group) {
            if (entry instanceof Entry.Repairing repairing) {
                repairing.repaired = repair(connection, repairing.repair);
            }
        }
    }

    private boolean repair(Connection connection, Repair repair) throws SQLException {
        var now = utc(clock.instant());
        lock(connection, repair);
        if (repair instanceof Repair.Resend resend) {
            return resend(connection, resend, now);
        }
        if (repair instanceof Repair.Retry retry) {
            return retry(connection, retry.message(), now);
        }
        if (repair instanceof Repair.GiveUp giveUp) {
            return giveUp(connection, giveUp, now);
        }
        if (repair instanceof Repair.TakeBack) {
            return takeBack(connection, repair.message(), now);
        }
        return update(connection, SEEN, now, repair.message()) == 1;
    }

    /** By rising ids, as whoever settles does. */
    private static void lock(Connection connection, Repair repair) throws SQLException {
        var ids = new TreeSet<Long>();
        ids.add(repair.message());
        if (repair instanceof Repair.Resend resend && resend.origin() != null) {
            ids.add(resend.origin());
        }
        try (var select = connection.prepareStatement(LOCK)) {
            select.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            select.execute();
        }
    }

    private static boolean resend(Connection connection, Repair.Resend resend, OffsetDateTime now) throws SQLException {
        long id = resend.message();
        var item = resend.item();
        if (number(connection, CAN_BE_SENT, id) == 0
                || item != null && update(connection, TAKE_ITEM, item.job(), item.position(), id) == 0) {
            return false;
        }
        var origin = resend.origin();
        if (origin != null) {
            update(connection, REOPEN_ORIGIN + " and " + NO_OTHER_FORWARD_FAILED, now, origin, id, id);
        }
        update(connection, ACCEPTED_AGAIN, now, id);
        int attempts = number(connection, ATTEMPTS, id);
        var lane = resend.lane();
        update(connection, SEND, id, lane.kind().label(), lane.name(), now, now, attempts, attempts);
        update(connection, FORGET, id);
        update(connection, NO_DEADLINES, id);
        deadline(connection, id, OutboundMessage.INF_ACK_DUE, resend.infAckDue(), now);
        deadline(connection, id, OutboundMessage.ACK_DUE, resend.ackDue(), now);
        return true;
    }

    private static void deadline(Connection connection, long id, int number, @Nullable Instant due, OffsetDateTime now)
            throws SQLException {
        if (due != null) {
            update(connection, DEADLINE, id, number, utc(due), now);
        }
    }

    private static boolean retry(Connection connection, long id, OffsetDateTime now) throws SQLException {
        if (number(connection, CAN_BE_RETRIED, id) == 0) {
            return false;
        }
        update(connection, RETRY, now, now, id);
        update(connection, FORGET, id);
        // a message has no forward that is itself
        update(connection, REOPEN, now, id, id);
        return true;
    }

    private static boolean giveUp(Connection connection, Repair.GiveUp giveUp, OffsetDateTime now) throws SQLException {
        long id = giveUp.message();
        if (update(connection, GIVE_UP, now, giveUp.reason(), id, now) == 0) {
            return false;
        }
        update(connection, KEEP_WORK, id);
        update(connection, NO_WORK, id);
        return true;
    }

    private static boolean takeBack(Connection connection, long id, OffsetDateTime now) throws SQLException {
        if (update(connection, TAKE_BACK, now, id) == 0) {
            return false;
        }
        update(connection, DEADLINES_AGAIN, id);
        update(connection, FORGET_MARKS, id);
        return true;
    }

    private static int number(Connection connection, String sql, long id) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            select.setLong(1, id);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                update.setObject(i + 1, values[i]);
            }
            return update.executeUpdate();
        }
    }
}
