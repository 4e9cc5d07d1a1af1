package org.itkserver.store;

import static org.itkserver.store.PurgeRuns.update;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.PurgeLeaf;
import org.itkserver.retention.Candidate;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.Terms;

/**
 * Chooses and destroys on JDBC, in transactions of its own: the committer never waits for a deletion. The one row of
 * {@code retention_run} is locked by every step, and by whoever sets a hold.
 */
public final class JdbcPurge implements PurgeStore {
    /** One call looks at so many windows at most. */
    private static final int WINDOWS = 20;

    private static final BulkInsert LEAVES = new BulkInsert(
            "destroyed_message", "message_id bigint", "kind varchar", "batch bigint", "raw_sha256 bytea");
    private static final String BATCH =
            """
            select id, kind, messages, bytes, services, received_from, received_to, root, chosen_at
            from purge_batch where id = ?""";
    private static final String LOCK = "select id from message where id = any(?) order by id for update skip locked";
    private static final String CHOSEN =
            """
            insert into purge_batch (id, run, kind, messages, bytes, services, received_from, received_to, root, chosen_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String OPEN = "update retention_run set batch = ?, last_batch = ? where slot = 1";
    private static final String CLOSED = "update retention_run set batch = null where slot = 1";
    private static final String MARK = "update message set purge_batch = ? where id = any(?)";
    private static final String TOLD =
            "select e.seq from purge_batch b" + PurgeNotes.EVENT + " where b.id = ? and e.digest = b.root";
    private static final String LEFT = "select message_id from destroyed_message where batch = ?";
    private static final String UNMARK =
            """
            update message set purge_batch = (select d.batch from destroyed_message d
                where d.message_id = message.id and d.kind = 'content' and d.batch <> ?)
            where id = any(?)""";
    private static final String NO_LEAVES = "delete from destroyed_message where batch = ?";
    private static final String NO_BATCH = "delete from purge_batch where id = ?";
    private static final String NO_PARTS = "delete from message_part where message_id = any(?)";
    private static final String PURGED = "update message set purged_at = ? where id = any(?)";
    private static final String FORWARDS =
            "update message set purged_at = ? where origin = any(?) and kind = 'forward'";
    private static final String NO_DEAD_WORK = "delete from dead_work where message_id = any(?)";
    private static final String NO_MARKS = "delete from overdue_mark where message_id = any(?)";
    private static final String NO_MESSAGES = "delete from message where id = any(?)";
    private static final String DESTROYED = "update purge_batch set destroyed_at = ? where id = ?";
    private static final String COUNT =
            """
            update purge_run set contents = contents + ?, records = records + ?, bytes = bytes + ? where id = ?""";

    private final Database database;
    private final PurgeRuns runs;

    /** @param node id of this node */
    public JdbcPurge(Database database, String node) {
        this.database = database;
        this.runs = new PurgeRuns(database, node);
    }

    @Override
    public Optional<Claim> claim(Instant now, Duration interval, Duration lease) {
        return runs.claim(now, interval, lease);
    }

    @Override
    public boolean ask(String by) {
        return runs.ask(by);
    }

    @Override
    public Optional<Instant> lastBegan() {
        return runs.lastBegan();
    }

    @Override
    public void keep(Claim claim, Instant now, Duration lease) {
        runs.keep(claim, now, lease);
    }

    @Override
    public Optional<Batch> open(Claim claim) {
        return database.inTransaction(connection -> {
            var open = runs.mine(connection, claim).batch();
            return open == null
                    ? Optional.empty()
                    : Optional.of(
                            Sql.first(connection, BATCH, JdbcPurge::batch, open).orElseThrow());
        });
    }

    private static Batch batch(ResultSet row) throws SQLException {
        return new Batch(
                row.getLong("id"),
                Purge.ofLabel(row.getString("kind")),
                row.getInt("messages"),
                row.getLong("bytes"),
                row.getString("services"),
                Sql.time(row, "received_from"),
                Sql.time(row, "received_to"),
                row.getBytes("root"),
                Sql.time(row, "chosen_at"));
    }

    /** Looks first without any lock, and at what it found once more when nobody can change it. */
    @Override
    public Choice choose(Claim claim, Purge kind, Terms terms, Place from, Limits limits) {
        var found = database.read(connection -> new PurgeWalk(connection, kind, terms).find(from, limits, WINDOWS));
        if (found.due().isEmpty()) {
            return new Choice(null, found.next(), found.end());
        }
        var batch = database.<Optional<Batch>>inTransaction(connection -> {
            var state = runs.mine(connection, claim);
            if (state.batch() != null) {
                throw new Lost();
            }
            var problem = HoldGuard.problem(connection);
            if (problem.isPresent()) {
                throw new IllegalStateException("nothing is destroyed: " + problem.get());
            }
            var locked =
                    lock(connection, found.due().stream().map(Candidate::id).toList());
            var due = new PurgeWalk(connection, kind, terms).due(locked);
            return due.isEmpty()
                    ? Optional.empty()
                    : Optional.of(chosen(connection, claim, batch(state.lastBatch() + 1, kind, due, terms.now()), due));
        });
        return new Choice(batch.orElse(null), found.next(), found.end());
    }

    private static List<Long> lock(Connection connection, List<Long> ids) throws SQLException {
        try (var select = connection.prepareStatement(LOCK)) {
            select.setQueryTimeout(PurgeRuns.SECONDS);
            return Sql.list(select, row -> row.getLong(1), ids);
        }
    }

    private static Batch batch(long id, Purge kind, List<Candidate> due, Instant now) {
        var tree = new MerkleTree();
        due.forEach(message -> tree.add(PurgeLeaf.hash(message.id(), message.sha256())));
        var services = new TreeSet<String>();
        due.forEach(message -> services.add(message.service()));
        var came = due.stream().map(Candidate::receivedAt).sorted().toList();
        return new Batch(
                id,
                kind,
                due.size(),
                due.stream().mapToLong(Candidate::bytes).sum(),
                String.join(" ", services),
                came.get(0),
                came.get(came.size() - 1),
                tree.root(),
                now.truncatedTo(ChronoUnit.MICROS));
    }

    private static Batch chosen(Connection connection, Claim claim, Batch batch, List<Candidate> due)
            throws SQLException {
        var rows = LEAVES.rows();
        due.forEach(message -> rows.add(message.id(), batch.kind().label(), batch.id(), message.sha256()));
        BulkInsert.insert(connection, false, List.of(rows));
        update(
                connection,
                CHOSEN,
                batch.id(),
                claim.run(),
                batch.kind().label(),
                batch.messages(),
                batch.bytes(),
                batch.services(),
                batch.receivedFrom(),
                batch.receivedTo(),
                batch.root(),
                batch.chosenAt());
        update(connection, OPEN, batch.id(), batch.id());
        update(connection, MARK, batch.id(), due.stream().map(Candidate::id).toList());
        return batch;
    }

    @Override
    public boolean isTold(Batch batch) {
        return database.read(connection -> Sql.first(connection, TOLD, row -> row.getLong(1), batch.id()))
                .isPresent();
    }

    @Override
    public void release(Claim claim, Batch batch) {
        database.inTransaction(connection -> {
            ours(connection, claim, batch);
            update(connection, UNMARK, batch.id(), left(connection, batch));
            update(connection, NO_LEAVES, batch.id());
            update(connection, NO_BATCH, batch.id());
            return update(connection, CLOSED);
        });
    }

    @Override
    public void destroy(Claim claim, Batch batch, Instant at) {
        database.inTransaction(connection -> {
            ours(connection, claim, batch);
            var ids = left(connection, batch);
            boolean content = batch.kind() == Purge.CONTENT;
            update(connection, NO_PARTS, ids);
            if (content) {
                update(connection, PURGED, at, ids);
                update(connection, FORWARDS, at, ids);
            } else {
                update(connection, NO_DEAD_WORK, ids);
                update(connection, NO_MARKS, ids);
                update(connection, NO_MESSAGES, ids);
            }
            update(connection, DESTROYED, at, batch.id());
            long contents = content ? batch.messages() : 0;
            update(connection, COUNT, contents, batch.messages() - contents, batch.bytes(), claim.run());
            return update(connection, CLOSED);
        });
    }

    private void ours(Connection connection, Claim claim, Batch batch) throws SQLException {
        var open = runs.mine(connection, claim).batch();
        if (open == null || open != batch.id()) {
            throw new Lost();
        }
    }

    private static List<Long> left(Connection connection, Batch batch) throws SQLException {
        return Sql.list(connection, LEFT, row -> row.getLong(1), batch.id());
    }

    @Override
    public void end(Claim claim, Instant at) {
        runs.end(claim, at);
    }
}
