package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.ForeignRows;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals this node's rows in the transactions that write them, at most once a second. The tree over the rows since the last
 * seal is kept in memory; after a restart, or a commit whose end is unknown, it is read back from the table. Used by the
 * committer's thread alone, but for {@link #newest}.
 */
final class Sealer {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final int MOST = 10_000;
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final String HASHES =
            "select hash, type, version from audit_event where node = ? and seq > ? and seq <= ? order by seq";

    private static final String VERSION = "select version from audit_event where node = ? and seq = ?";
    private static final String KEY =
            """
            insert into seal_key (key_id, node, public_key, added_at) values (?, ?, ?, ?) on conflict do nothing""";
    /** Version of the rows since which certain types are sealed in their own commit. */
    private static final int SEALED_AT_ONCE_SINCE = 3;

    private final String node;
    private final Clock clock;
    private final SealKey key;
    private @Nullable Progress done;
    private @Nullable Progress begun;
    private boolean lost;
    private volatile @Nullable Seal newest;

    Sealer(String node, Clock clock, SealKey key) {
        this.node = node;
        this.clock = clock;
        this.key = key;
    }

    /** How far the rows are in the tree, and the tree. */
    private static final class Progress {
        @Nullable
        Seal seal;

        MerkleTree tree = new MerkleTree();
        long last;
        boolean behind;
        boolean sealed;
        boolean foreignSeal;
        int version;

        Progress copy() {
            var out = new Progress();
            out.seal = seal;
            out.tree = tree.copy();
            out.last = last;
            return out;
        }

        long sealedTo() {
            return seal == null ? 0 : seal.lastSeq();
        }
    }

    /**
     * Takes the rows of the open transaction into the tree, and adds a seal when it is time.
     *
     * @param first number of the first row
     * @param hashes the rows' hashes
     * @param now whether to seal even when it is not time yet
     * @return what to note when rows or a seal were found that this node did not write, else null
     */
    @Nullable
    String add(Connection connection, long first, List<byte[]> hashes, boolean now) throws SQLException {
        var known = done;
        var progress = known == null ? load(connection) : known.copy();
        boolean foreign = known != null && !known.behind && progress.last < first - 1;
        if (foreign) {
            logForeign(progress.last + 1, first - 1);
        }
        if (progress.last < first - 1) {
            foreign |= catchUp(connection, progress, first - 1) && known == null;
        }
        if (progress.last == first - 1) {
            hashes.forEach(progress.tree::add);
            progress.last += hashes.size();
        } else {
            progress.behind = true;
        }
        begun = progress;
        if (progress.tree.size() > 0 && (now || isTime(progress))) {
            seal(connection, progress);
        }
        return progress.foreignSeal ? ForeignRows.seal() : foreign ? ForeignRows.rows() : null;
    }

    private void logForeign(long from, long to) {
        LOG.error(
                "audit rows {} to {} of node {} were not written by this server: another process uses its node id, or"
                        + " the database was changed",
                from,
                to,
                node);
    }

    /** The transaction of the last {@link #add} was committed. */
    void committed() {
        done = begun;
        begun = null;
        lost = false;
        if (done != null && done.seal != null) {
            newest = done.seal;
        }
    }

    /**
     * The transaction failed.
     *
     * @param maybeCommitted whether its COMMIT was sent
     */
    void failed(boolean maybeCommitted) {
        // in the second case somebody may have taken the seal's number
        if (maybeCommitted || begun != null && begun.sealed) {
            done = null;
            lost = true;
        }
        begun = null;
    }

    /** Whether rows wait that nobody seals unless a transaction is made for it. */
    boolean isDue() {
        var progress = done;
        return lost || progress != null && (progress.behind || progress.tree.size() > 0 && isTime(progress));
    }

    /** Whether rows wait. */
    boolean isWaiting() {
        var progress = done;
        return lost || progress != null && (progress.behind || progress.tree.size() > 0);
    }

    /** This node's newest seal that is durable, null before the first. Any thread may ask. */
    @Nullable
    Seal newest() {
        return newest;
    }

    private boolean isTime(Progress progress) {
        var seal = progress.seal;
        if (progress.tree.size() >= MOST || seal == null) {
            return true;
        }
        // a clock that was set back must not stop the seals
        return Duration.between(seal.at(), clock.instant()).abs().compareTo(PACE) >= 0;
    }

    private Progress load(Connection connection) throws SQLException {
        var out = new Progress();
        out.seal = Seals.last(connection, node);
        out.last = out.sealedTo();
        out.version = Sql.first(connection, VERSION, row -> row.getInt(1), node, out.last)
                .orElse(0);
        if (out.seal != null && !out.seal.keyId().equals(key.id())) {
            LOG.warn(
                    "node {} signs its audit seals with key {} from now on; until seal {} it was {}",
                    node,
                    key.id(),
                    out.seal.number(),
                    out.seal.keyId());
        } else if (out.seal != null && !SealKey.isSigned(out.seal, key.publicKey())) {
            LOG.error("seal {} of node {} was not made with this server's key", out.seal.number(), node);
            out.foreignSeal = true;
        }
        Sql.update(connection, KEY, key.id(), node, key.toPublicPem(), clock.instant());
        return out;
    }

    /**
     * Reads rows that are not in the tree yet, no more than one seal takes.
     *
     * @return whether one of them should have been sealed in its own commit; then this server did not write it
     */
    private boolean catchUp(Connection connection, Progress progress, long last) throws SQLException {
        boolean foreign = false;
        // with more rows than one seal takes, an event cannot be sealed in its own commit
        boolean whole = last - progress.last <= MOST;
        long most = Math.min(last, progress.last + MOST - progress.tree.size());
        try (var select = connection.prepareStatement(HASHES)) {
            select.setString(1, node);
            select.setLong(2, progress.last);
            select.setLong(3, most);
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    progress.tree.add(rows.getBytes(1));
                    foreign |= whole && isForeign(rows, progress);
                }
            }
        }
        if (foreign) {
            logForeign(progress.last + 1, most);
        }
        progress.last = most;
        return foreign;
    }

    /** Rows of earlier releases were sealed later. */
    private static boolean isForeign(ResultSet row, Progress progress) throws SQLException {
        return Math.max(row.getInt(3), progress.version) >= SEALED_AT_ONCE_SINCE
                && AuditType.sealedAtOnce().contains(row.getString(2));
    }

    private void seal(Connection connection, Progress progress) throws SQLException {
        var before = progress.seal;
        var seal = new Seal(
                        node,
                        before == null ? 1 : before.number() + 1,
                        Seal.VERSION,
                        progress.sealedTo() + 1,
                        progress.last,
                        progress.tree.root(),
                        before == null ? Seal.none() : before.hash(),
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        key.id(),
                        new byte[0])
                .signed(key);
        progress.sealed = true;
        Seals.insert(connection, seal);
        progress.seal = seal;
        progress.tree = new MerkleTree();
    }
}
