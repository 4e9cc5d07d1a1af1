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
    /** In a token of an LZ4 block, a length that goes on in the next bytes. */
    private static final int LONG = 15;

    private static final int LEAST_MATCH = 4;
    private static final int OFFSET = 2;

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

    /**
     * Allocates nothing before the length in the row is known to be right.
     *
     * @param most most uncompressed bytes that there can be
     * @throws NotAuthentic when they are not what {@link #compress} made, or more than that
     */
    static byte[] decompress(byte[] part, long most) {
        long length = part.length < PREFIX ? -1 : ByteBuffer.wrap(part).getInt();
        if (length < 0 || length > most || length != decompressedLength(part)) {
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

    /** How many bytes the block makes, from the lengths in its tokens alone; -1 when it ends within one. */
    private static long decompressedLength(byte[] part) {
        long out = 0;
        int at = PREFIX;
        while (at < part.length) {
            int token = part[at++] & 0xff;
            long literals = token >>> 4;
            if (literals == LONG) {
                int end = endOfLength(part, at);
                literals += rest(part, at, end);
                at = end;
            }
            out += literals;
            if (literals >= part.length - at) {
                return literals == part.length - at ? out : -1;
            }
            at += (int) literals + OFFSET;
            long match = token & LONG;
            if (match == LONG) {
                int end = endOfLength(part, at);
                match += rest(part, at, end);
                at = end;
            }
            out += match + LEAST_MATCH;
        }
        return part.length == PREFIX ? 0 : -1;
    }

    /** The index after the first byte that is not 255, or one past the end when every byte is 255. */
    private static int endOfLength(byte[] part, int from) {
        int at = from;
        while (at < part.length && part[at] == -1) {
            at++;
        }
        return at + 1;
    }

    private static long rest(byte[] part, int from, int end) {
        return end > part.length ? 0 : 255L * (end - 1 - from) + (part[end - 1] & 0xff);
    }

    /** Where the parts come from, one after the other. */
    @FunctionalInterface
    interface Source {
        /**
         * The bytes of the part with this number, or null after the last.
         *
         * @param most most bytes that it can have
         */
        byte @Nullable [] part(int number, long most) throws IOException;
    }
}
