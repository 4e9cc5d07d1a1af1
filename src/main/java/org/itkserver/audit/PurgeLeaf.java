package org.itkserver.audit;

/**
 * A destroyed message as a leaf of its batch's Merkle tree: SHA-256 over a zero byte (the leaf prefix of RFC 6962, 2.1), the
 * message's id in 8 bytes, the length 32 in 4 bytes, both big-endian, and the SHA-256 of its bytes. The leaves of a batch are
 * ordered by id.
 */
public final class PurgeLeaf {
    private PurgeLeaf() {}

    /**
     * @param message id of its row
     * @param sha256 of its bytes as received or made
     * @return 32 bytes
     */
    public static byte[] hash(long message, byte[] sha256) {
        return Canonical.sha256(
                new Canonical().octet(0).number(message).bytes(sha256).toBytes());
    }
}
