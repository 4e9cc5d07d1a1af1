package org.itkserver.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Values in the one form that is hashed and signed: numbers and times as 8 bytes, times as microseconds since the epoch,
 * texts and bytes as their length in 4 bytes (-1 for null) and the bytes, texts in UTF-8, all big-endian.
 */
public final class Canonical {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(384);
    private final DataOutputStream out = new DataOutputStream(bytes);

    public Canonical octet(int value) {
        return write(() -> out.writeByte(value));
    }

    public Canonical number(long value) {
        return write(() -> out.writeLong(value));
    }

    public Canonical time(Instant at) {
        return number(Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1000));
    }

    public Canonical text(@Nullable String value) {
        return bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    public Canonical bytes(byte @Nullable [] value) {
        return write(() -> {
            if (value == null) {
                out.writeInt(-1);
            } else {
                out.writeInt(value.length);
                out.write(value);
            }
        });
    }

    public byte[] toBytes() {
        return bytes.toByteArray();
    }

    /** SHA-256 over several pieces. */
    public static byte[] sha256(byte[]... pieces) {
        var digest = Sha256.digest();
        for (var piece : pieces) {
            digest.update(piece);
        }
        return digest.digest();
    }

    private Canonical write(Step step) {
        try {
            step.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }
}
