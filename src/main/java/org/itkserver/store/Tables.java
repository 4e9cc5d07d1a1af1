package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.delivery.Lane;

/** The rows that one group inserts. */
final class Tables {
    private static final BulkInsert PARTS = new BulkInsert(
            "message_part",
            "message_id bigint",
            "kind varchar",
            "number integer",
            "codec varchar",
            "key_id varchar",
            "bytes bytea");
    private static final BulkInsert WORK = new BulkInsert(
            "delivery",
            "message_id bigint",
            "number integer",
            "kind varchar",
            "handler varchar",
            "due timestamp with time zone",
            "attempt integer",
            "claimed_by varchar",
            "lease_until timestamp with time zone",
            "waits_from timestamp with time zone");

    private final BulkInsert.Rows parts = PARTS.rows();
    private final BulkInsert.Rows work = WORK.rows();
    private final List<BulkInsert.Rows> others = new ArrayList<>();

    /** Adds rows of another table. */
    void add(BulkInsert.Rows rows) {
        others.add(rows);
    }

    /** Bytes of a message in one piece. */
    void part(long message, String kind, Frame frame) {
        parts.add(message, kind, 0, Chunks.CODEC, frame.key(), frame.bytes());
    }

    /** Work that anybody may claim at once. */
    void work(long message, int number, Lane lane, Instant due) {
        work(message, number, lane, due, due);
    }

    /** Work that anybody may claim when its wait is over. */
    void work(long message, int number, Lane lane, Instant waitsFrom, Instant due) {
        work.add(message, number, lane.kind().label(), lane.name(), due, 0, null, null, waitsFrom);
    }

    /** A synchronous request's work, which its own thread does. */
    void claimedWork(long message, int number, String node, Instant due, Instant leaseUntil) {
        work.add(message, number, Lane.Kind.SYNC.label(), "", due, 1, node, leaseUntil, due);
    }

    /** @param atOnce whether the database takes many statements in one round trip */
    void insert(Connection connection, boolean atOnce) throws SQLException {
        var all = new ArrayList<>(others);
        all.add(parts);
        all.add(work);
        BulkInsert.insert(connection, atOnce, all);
    }
}
