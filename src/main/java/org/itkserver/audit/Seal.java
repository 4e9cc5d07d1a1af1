package org.itkserver.audit;

import java.time.Instant;
import java.util.HexFormat;

/**
 * A signed statement about a stretch of one node's trail.
 *
 * <p>What is signed, version 1: the text {@code itk-audit-seal}, the version as a byte, node, number, first and last row,
 * root, prev, time, key id; texts and bytes as their length in 4 bytes and the bytes (texts in UTF-8), numbers as 8
 * bytes, the time as microseconds since the epoch in 8 bytes, all big-endian. The signature is Ed25519 (RFC 8032). The
 * hash of a seal is SHA-256 over what is signed and the signature as a length in 4 bytes and the bytes; it is the
 * {@code prev} of the next seal, so one signature vouches for every seal before it.
 *
 * @param node whose trail
 * @param number its number on that node, from 1, without gaps
 * @param version version of the form that is signed
 * @param firstSeq number of the first row
 * @param lastSeq number of the last row
 * @param root root of the {@link MerkleTree} over the hashes of the rows as stored
 * @param prev hash of the seal before it; 32 zero bytes for the first
 * @param at when, UTC, microseconds
 * @param keyId which key signed, see {@link SealKey#id()}
 * @param signature 64 bytes
 */
public record Seal(
        String node,
        long number,
        int version,
        long firstSeq,
        long lastSeq,
        byte[] root,
        byte[] prev,
        Instant at,
        String keyId,
        byte[] signature) {
    /** Version of the form that new seals use. */
    public static final int VERSION = 1;

    /** The {@code prev} of a node's first seal. */
    public static byte[] none() {
        return new byte[32];
    }

    /** What the signature is over. */
    public byte[] signed() {
        return form().toBytes();
    }

    private Canonical form() {
        return new Canonical()
                .text("itk-audit-seal")
                .octet(version)
                .text(node)
                .number(number)
                .number(firstSeq)
                .number(lastSeq)
                .bytes(root)
                .bytes(prev)
                .time(at)
                .text(keyId);
    }

    /** 32 bytes that name this seal and all before it. */
    public byte[] hash() {
        return Canonical.sha256(form().bytes(signature).toBytes());
    }

    /** {@link #hash()} as people compare it. */
    public String hashText() {
        return HexFormat.of().formatHex(hash());
    }

    /** The same seal with a signature. */
    public Seal signed(SealKey key) {
        return new Seal(node, number, version, firstSeq, lastSeq, root, prev, at, keyId, key.sign(signed()));
    }
}
