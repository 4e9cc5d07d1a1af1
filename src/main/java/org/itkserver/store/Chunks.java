package org.itkserver.store;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.itkserver.store.keys.NotAuthentic;
import org.jspecify.annotations.Nullable;

/** Message bytes as rows of bounded size, each compressed by itself (docs/adr/0008). Thread-safe. */
final class Chunks {
    /** Uncompressed bytes in a part; small enough that even an incompressible one fits a row of 1 MiB. */
    static final int SIZE = 960 * 1024;

    /** Name of the compression in the tables: an LZ4 block after its uncompressed length in four bytes, big-endian. */
    static final String CODEC = "lz4";

    private static final int PREFIX = Integer.BYTES;
    private static final long LARGEST_RATIO = 256;

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

    /** @throws NotAuthentic when they are not what {@link #compress} made */
    static byte[] decompress(byte[] part) {
        long length = part.length < PREFIX ? -1 : ByteBuffer.wrap(part).getInt();
        // a length from the table is not believed beyond what LZ4 can make of the bytes that are there
        if (length < 0 || length > LARGEST_RATIO * part.length) {
            throw new NotAuthentic();
        }
        var out = new byte[(int) length];
        try {
            int size = new Lz4Decompressor().decompress(part, PREFIX, part.length - PREFIX, out, 0, out.length);
            if (size != out.length) {
                throw new NotAuthentic();
            }
        } catch (MalformedInputException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new NotAuthentic();
        }
        return out;
    }

    /** Where the parts come from, one after the other. */
    @FunctionalInterface
    interface Source {
        /** The bytes of the part with this number, or null after the last. */
        byte @Nullable [] part(int number) throws IOException;
    }
}
