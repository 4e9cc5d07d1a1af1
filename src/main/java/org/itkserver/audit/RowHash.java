package org.itkserver.audit;

/**
 * The hash of an audit row: SHA-256 over a zero byte (the leaf prefix of RFC 6962, 2.1) and the row's canonical form.
 * Thread-safe.
 *
 * <p>Canonical form, version 1: the version byte; node, number, time, type, message id (as text), tracking id, partner,
 * service, actor, source, error code, ErrorID, detail; numbers as 8 bytes, times as microseconds since the epoch in 8
 * bytes, texts as their length in UTF-8 bytes in 4 bytes (-1 for null) and the bytes, all big-endian. Version 2: the
 * same, then the digest of the stored message as a length in 4 bytes (-1 for null) and the bytes. Version 3: the same,
 * then the hash of the stored message's fields ({@link MessageFields#hash}) in the same form.
 */
public final class RowHash {
    /** Version of the canonical form that new rows use. */
    public static final int VERSION = 3;

    private RowHash() {}

    /** Whether rows of this version can be hashed. */
    public static boolean isKnown(int version) {
        return version >= 1 && version <= VERSION;
    }

    /**
     * @param node id of the node that wrote the row
     * @param seq number of the row on that node
     * @return 32 bytes
     */
    public static byte[] of(String node, long seq, AuditEvent event) {
        return of(StoredRow.of(node, seq, event));
    }

    /**
     * What the hash of a stored row must be.
     *
     * @return 32 bytes
     * @throws IllegalArgumentException when its version is not known
     */
    public static byte[] of(StoredRow row) {
        if (!isKnown(row.version())) {
            throw new IllegalArgumentException("no such version of a row: " + row.version());
        }
        var message = row.message();
        var form = new Canonical()
                .octet(0)
                .octet(row.version())
                .text(row.node())
                .number(row.seq())
                .time(row.at())
                .text(row.type())
                .text(message == null ? null : message.toString())
                .text(row.trackingId())
                .text(row.partner())
                .text(row.service())
                .text(row.actor())
                .text(row.source())
                .text(row.errorCode())
                .text(row.errorId())
                .text(row.detail());
        if (row.version() >= 2) {
            form.bytes(row.digest());
        }
        if (row.version() >= 3) {
            form.bytes(row.fields());
        }
        return Canonical.sha256(form.toBytes());
    }
}
