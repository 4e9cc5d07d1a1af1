package org.itkserver.soap;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** A body that must come at some pace: a sender that trickles would hold its worker thread for days. One thread. */
final class PacedStream extends FilterInputStream {
    private static final long GRACE = Duration.ofSeconds(60).toNanos();
    /** 16 KiB a second, on the whole. */
    private static final long NANOS_A_BYTE = Duration.ofSeconds(1).toNanos() / (16 << 10);

    private final LongSupplier nanos;
    private final long start;
    private long bytes;

    /** @param nanos a clock that only goes forward, in nanoseconds */
    PacedStream(InputStream in, LongSupplier nanos) {
        super(in);
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        count(Math.max(0, count));
        return count;
    }

    private void count(int more) throws IOException {
        bytes += more;
        if (nanos.getAsLong() - start > GRACE + bytes * NANOS_A_BYTE) {
            throw new IOException("the body comes too slowly");
        }
    }
}
