package org.itkserver.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** Message bytes as rows of bounded size, each compressed by itself (docs/adr/0008). Thread-safe. */
final class Chunks {
    /** Uncompressed bytes in a part; small enough that even an incompressible one fits a row of 1 MiB. */
    static final int SIZE = 960 * 1024;

    /** Name of the compression in the tables: raw deflate (RFC 1951). */
    static final String CODEC = "deflate";

    /** Deflaters hold native memory and are dear to make. */
    private static final Queue<Deflater> DEFLATERS = new ConcurrentLinkedQueue<>();

    private Chunks() {}

    static byte[] compress(byte[] bytes, int length) {
        var pooled = DEFLATERS.poll();
        var deflater = pooled == null ? new Deflater(Deflater.BEST_SPEED, true) : pooled;
        try {
            deflater.setInput(bytes, 0, length);
            deflater.finish();
            var out = new byte[Math.max(64, length / 2)];
            int size = deflater.deflate(out);
            while (!deflater.finished()) {
                out = Arrays.copyOf(out, out.length * 2);
                size += deflater.deflate(out, size, out.length - size);
            }
            return Arrays.copyOf(out, size);
        } finally {
            deflater.reset();
            DEFLATERS.add(deflater);
        }
    }

    static byte[] decompress(byte[] part) {
        try (var in = open(part)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("a stored part cannot be read", e);
        }
    }

    private static InputStream open(byte[] part) {
        return new InflaterInputStream(new ByteArrayInputStream(part), new Inflater(true)) {
            @Override
            public void close() throws IOException {
                super.close();
                inf.end();
            }
        };
    }

    /** Where the parts come from, one after the other. */
    @FunctionalInterface
    interface Source {
        /** The part with this number, or null after the last. */
        byte @Nullable [] part(int number) throws IOException;
    }

    /** The original bytes; one part at a time is in memory. */
    static InputStream stream(Source source) {
        return new InputStream() {
            private InputStream current = new ByteArrayInputStream(new byte[0]);
            private int number;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = current.read(buffer, offset, length);
                while (count < 0) {
                    current.close();
                    var part = source.part(number++);
                    if (part == null) {
                        return -1;
                    }
                    current = open(part);
                    count = current.read(buffer, offset, length);
                }
                return count;
            }

            @Override
            public void close() throws IOException {
                current.close();
            }
        };
    }
}
