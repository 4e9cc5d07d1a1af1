package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
            "select hash from audit_event where node = ? and seq > ? and seq <= ? order by seq";

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
     * @return whether rows were found that this node did not write
     */
    boolean add(Connection connection, long first, List<byte[]> hashes, boolean now) throws SQLException {
        var known = done;
        var progress = known == null ? load(connection) : known.copy();
        boolean foreign = known != null && !known.behind && progress.last < first - 1;
        if (foreign) {
            LOG.error(
                    "audit rows {} to {} of node {} were not written by this server: somebody else has its node id, or"
                            + " changes the database",
                    progress.last + 1,
                    first - 1,
                    node);
        }
        if (progress.last < first - 1) {
            catchUp(connection, progress, first - 1);
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
        return foreign;
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
        if (out.seal != null && !out.seal.keyId().equals(key.id())) {
            LOG.warn(
                    "node {} signs its audit seals with key {} from now on; until seal {} it was {}",
                    node,
                    key.id(),
                    out.seal.number(),
                    out.seal.keyId());
        }
        return out;
    }

    /** Reads rows that are not in the tree yet, no more than one seal takes. */
    private void catchUp(Connection connection, Progress progress, long last) throws SQLException {
        long most = Math.min(last, progress.last + MOST - progress.tree.size());
        try (var select = connection.prepareStatement(HASHES)) {
            select.setString(1, node);
            select.setLong(2, progress.last);
            select.setLong(3, most);
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    progress.tree.add(rows.getBytes(1));
                }
            }
        }
        progress.last = most;
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
