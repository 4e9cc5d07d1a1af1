package org.itkserver.audit.verify;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.PurgeLeaf;

/**
 * Checks what is reported as destroyed: all that a batch destroyed must give the root in a sealed event {@code purged} that tells
 * of it. Each batch is looked at once. Thread-safe.
 */
final class PurgeCheck {
    static final String CONTENT = "content";
    static final String RECORD = "record";

    private final TrailSource source;
    private final Evidence evidence;
    private final Map<String, Boolean> batches = new ConcurrentHashMap<>();

    PurgeCheck(TrailSource source, Evidence evidence) {
        this.source = source;
        this.evidence = evidence;
    }

    /**
     * Those of the messages whose destruction is proven.
     *
     * @param kind {@link #CONTENT} or {@link #RECORD}
     * @return the digest of the bytes that were destroyed, by message
     */
    Map<Long, byte[]> proven(Collection<Long> ids, String kind) {
        var out = new HashMap<Long, byte[]>();
        if (!ids.isEmpty()) {
            for (var leaf : source.destroyed(ids)) {
                if (leaf.kind().equals(kind)
                        && batches.computeIfAbsent(kind + leaf.batch(), name -> isProven(kind, leaf.batch()))) {
                    out.put(leaf.message(), leaf.digest());
                }
            }
        }
        return out;
    }

    private boolean isProven(String kind, long batch) {
        var leaves = source.batch(batch);
        var tree = new MerkleTree();
        leaves.forEach(leaf -> tree.add(PurgeLeaf.hash(leaf.message(), leaf.digest())));
        return tree.size() > 0
                && leaves.stream().allMatch(leaf -> leaf.kind().equals(kind))
                && evidence.isDestroyed(kind, batch, tree.root());
    }
}
