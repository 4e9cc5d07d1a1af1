package org.itkserver.store;

import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Message bytes as rows of bounded size: each part is a zstd frame of its own. Thread-safe. */
final class Chunks {
    /** Uncompressed bytes in a part; small enough that even an incompressible one fits a row of 1 MiB. */
    static final int SIZE = 960 * 1024;

    private Chunks() {}

    static byte[] compress(byte[] bytes, int length) {
        var compressor = new ZstdCompressor();
        var out = new byte[compressor.maxCompressedLength(length)];
        int size = compressor.compress(bytes, 0, length, out, 0, out.length);
        return Arrays.copyOf(out, size);
    }

    static byte[] decompress(byte[] frame) {
        var out = new byte[(int) ZstdDecompressor.getDecompressedSize(frame, 0, frame.length)];
        new ZstdDecompressor().decompress(frame, 0, frame.length, out, 0, out.length);
        return out;
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
                    var frame = source.part(number++);
                    if (frame == null) {
                        return -1;
                    }
                    current = new ByteArrayInputStream(decompress(frame));
                    count = current.read(buffer, offset, length);
                }
                return count;
            }
        };
    }
}
