package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.itkserver.audit.AuditEvent;

/** The SQL of one group, in order. Used by the committer's thread alone. */
class GroupWriter {
    private final boolean manyStatements;
    private final AcceptWriter accepting;
    private final SettleWriter settling;
    private final ChangeWriter changing;
    private final RepairWriter repairing;
    private final EventWriter events;
    private final String node;
    private final Consumer<AuditEvent> committed;

    /**
     * @param manyStatements whether the database takes several statements in one round trip
     * @param committed is told of each event that is durable; quick, and never fails
     */
    GroupWriter(String node, Clock clock, boolean manyStatements, Consumer<AuditEvent> committed) {
        this.node = node;
        this.committed = committed;
        this.manyStatements = manyStatements;
        this.accepting = new AcceptWriter(node);
        this.settling = new SettleWriter(node, clock);
        this.changing = new ChangeWriter(clock);
        this.repairing = new RepairWriter(clock);
        this.events = new EventWriter(node);
    }

    /**
     * Writes a group into the open transaction: first what people repair, as if it had come before the rest; then what decides
     * which entries take effect, then all new rows, then the states that depend on them.
     *
     * @param first number of the group's first audit row
     * @return number after the group's last audit row
     */
    long write(Connection connection, List<Entry> group, long first) throws SQLException {
        var accepts = new ArrayList<Entry.Accept>();
        var settles = new ArrayList<Entry.Settle>();
        for (var entry : group) {
            if (entry instanceof Entry.Accept accept) {
                accepts.add(accept);
            } else if (entry instanceof Entry.Settle settle) {
                settles.add(settle);
            }
        }
        repairing.repair(connection, group);
        act(connection, group);
        var tables = new Tables();
        if (!accepts.isEmpty()) {
            accepting.add(connection, accepting.fresh(connection, accepts), tables);
        }
        settling.fence(connection, settles);
        decide(connection, group);
        for (var settle : settles) {
            if (settle.ours && settle.response != null) {
                respond(connection, tables, settle.settlement.work().message(), settle.response);
            }
        }
        var effective = group.stream().filter(Entry::takesEffect).toList();
        changing.add(connection, effective, tables);
        long next = events.add(effective, first, tables);
        tables.insert(connection, manyStatements);
        changing.update(connection, effective);
        settling.update(connection, settles);
        // last, because every node waits here for who raises the same alert
        AlertWriter.write(connection, node, events.written());
        return next;
    }

    private static void act(Connection connection, List<Entry> group) throws SQLException {
        for (var entry : group) {
            if (entry instanceof Entry.Acting acting) {
                var before = connection.setSavepoint();
                acting.failure = null;
                try {
                    acting.made = acting.act.run(connection);
                } catch (RuntimeException e) {
                    acting.made = false;
                    acting.failure = e;
                }
                if (!acting.made) {
                    connection.rollback(before);
                }
            }
        }
    }

    private static void respond(Connection connection, Tables tables, long request, Entry.Response response)
            throws SQLException {
        if (response.frame() == null) {
            Uploads.adopt(connection, response.upload(), request);
        } else {
            tables.part(request, "a", response.frame());
        }
    }

    /** What was written last is durable. */
    void committed() {
        events.written().forEach(committed);
    }

    /** Whether an event written last is of a type that is sealed at once. */
    boolean isSealedAtOnce() {
        return events.written().stream().anyMatch(event -> event.type().isSealedAtOnce());
    }

    /** The hashes of the audit rows written last, in order. */
    List<byte[]> hashes() {
        return events.hashes();
    }

    private void decide(Connection connection, List<Entry> group) throws SQLException {
        for (var entry : group) {
            if (entry instanceof Entry.Apply apply) {
                apply.applied = changing.decide(connection, apply.change);
            } else if (entry instanceof Entry.Settle settle && settle.ours) {
                settle.decided = changing.decide(connection, settle.settlement.change());
            }
        }
    }
}
