package org.itkserver.audit;

import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree hash of RFC 6962, 2.1, built leaf by leaf. Keeps one hash for each power of two in its size, so it
 * stays small however many leaves it has. Not thread-safe.
 */
public final class MerkleTree {
    private static final byte[] NODE = {1};

    private final List<byte[]> peaks = new ArrayList<>();
    private long size;

    /** A tree of its own with the same leaves. */
    public MerkleTree copy() {
        var out = new MerkleTree();
        out.peaks.addAll(peaks);
        out.size = size;
        return out;
    }

    /** @param leaf the hash of a leaf, as {@link RowHash} makes it */
    public void add(byte[] leaf) {
        var node = leaf;
        for (long full = size; (full & 1) == 1; full >>= 1) {
            node = Canonical.sha256(NODE, peaks.remove(peaks.size() - 1), node);
        }
        peaks.add(node);
        size++;
    }

    /** Number of leaves. */
    public long size() {
        return size;
    }

    /**
     * The hash of the whole tree.
     *
     * @return 32 bytes
     * @throws IllegalStateException when it has no leaf
     */
    public byte[] root() {
        if (peaks.isEmpty()) {
            throw new IllegalStateException("a tree without leaves is not sealed");
        }
        var root = peaks.get(peaks.size() - 1);
        for (int i = peaks.size() - 2; i >= 0; i--) {
            root = Canonical.sha256(NODE, peaks.get(i), root);
        }
        return root;
    }
}
