package org.itkserver.store;

import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.itkserver.envelope.PieceStream;
import org.jspecify.annotations.Nullable;

/** Message bytes as rows of bounded size, each compressed by itself (docs/adr/0008). Thread-safe. */
final class Chunks {
    /** Uncompressed bytes in a part; small enough that even an incompressible one fits a row of 1 MiB. */
    static final int SIZE = 960 * 1024;

    /** Name of the compression in the tables: an LZ4 block after its uncompressed length in four bytes, big-endian. */
    static final String CODEC = "lz4";

    private static final int PREFIX = Integer.BYTES;

    /** A compressor is not thread-safe and holds a table that is worth keeping. */
    private static final Queue<Lz4Compressor> COMPRESSORS = new ConcurrentLinkedQueue<>();

    private Chunks() {}

    static byte[] compress(byte[] bytes, int length) {
        var pooled = COMPRESSORS.poll();
        var compressor = pooled == null ? new Lz4Compressor() : pooled;
        try {
            var out = new byte[PREFIX + compressor.maxCompressedLength(length)];
            ByteBuffer.wrap(out).putInt(length);
            int size = compressor.compress(bytes, 0, length, out, PREFIX, out.length - PREFIX);
            return Arrays.copyOf(out, PREFIX + size);
        } finally {
            COMPRESSORS.add(compressor);
        }
    }

    static byte[] decompress(byte[] part) {
        var out = new byte[ByteBuffer.wrap(part).getInt()];
        new Lz4Decompressor().decompress(part, PREFIX, part.length - PREFIX, out, 0, out.length);
        return out;
    }

    /** Where the parts come from, one after the other. */
    @FunctionalInterface
    interface Source {
        /** The bytes of the part with this number, or null after the last. */
        byte @Nullable [] part(int number) throws IOException;
    }

    /** The original bytes; one part at a time is in memory. */
    static InputStream stream(Source source) {
        return new PieceStream() {
            private int number;
            private boolean ended;

            @Override
            protected byte @Nullable [] next() throws IOException {
                var bytes = ended ? null : source.part(number++);
                ended = bytes == null || bytes.length < SIZE;
                return bytes;
            }
        };
    }
}
