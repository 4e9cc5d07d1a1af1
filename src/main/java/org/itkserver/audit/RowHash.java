package org.itkserver.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The hash of an audit row: SHA-256 over a zero byte (the leaf prefix of RFC 6962, 2.1) and the row's canonical form.
 * Thread-safe.
 *
 * <p>Canonical form, version 1: the version byte; then each field in the order of {@link #of}, numbers as 8 bytes,
 * times as microseconds since the epoch in 8 bytes, texts as their length in UTF-8 bytes in 4 bytes (-1 for null) and
 * the bytes, all big-endian.
 */
public final class RowHash {
    /** Version of the canonical form that new rows use. */
    public static final int VERSION = 1;

    private RowHash() {}

    /**
     * @param node id of the node that wrote the row
     * @param seq number of the row on that node
     * @return 32 bytes
     */
    public static byte[] of(String node, long seq, AuditEvent event) {
        var bytes = new ByteArrayOutputStream(256);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(0);
            out.writeByte(VERSION);
            text(out, node);
            out.writeLong(seq);
            out.writeLong(micros(event.at()));
            text(out, event.type().label());
            var message = event.message();
            text(out, message == null ? null : message.toString());
            text(out, event.trackingId());
            text(out, event.partner());
            text(out, event.service());
            text(out, event.actor());
            text(out, event.source());
            text(out, event.errorCode());
            text(out, event.errorId());
            text(out, event.detail());
            return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static long micros(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1000);
    }

    private static void text(DataOutputStream out, @Nullable String value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
        } else {
            var bytes = value.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }
}
