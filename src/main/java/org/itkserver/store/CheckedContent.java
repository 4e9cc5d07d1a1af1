package org.itkserver.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.itkserver.envelope.PieceStream;
import org.itkserver.envelope.Sha256;
import org.itkserver.store.keys.NotAuthentic;
import org.jspecify.annotations.Nullable;

/** The parts of one message, hashed as they are read. Used by one thread at a time. */
final class CheckedContent {
    /** A message up to this size is hashed before its first byte is given to the caller. */
    static final int AT_ONCE = 1 << 20;

    private final byte[] expected;
    private final long size;
    private final Chunks.Source parts;
    private final Runnable altered;
    private final MessageDigest digest = Sha256.digest();
    private long read;
    private int number = 1;

    /**
     * @param expected SHA-256 of all bytes
     * @param size how many bytes there are
     * @param parts the parts after the first
     * @param altered is run when a large message turns out not to be the one that was stored
     */
    CheckedContent(byte[] expected, long size, Chunks.Source parts, Runnable altered) {
        this.expected = expected.clone();
        this.size = size;
        this.parts = parts;
        this.altered = altered;
    }

    /** Most bytes of the part that follows so many bytes of a message of this size. */
    static long most(long size, long read) {
        return Math.max(0, Math.min(AT_ONCE, size - read));
    }

    /**
     * The bytes.
     *
     * @param first the first part
     * @throws IOException when the key of a part is gone
     * @throws NotAuthentic when they are not those that were stored, as far as they are looked at before the first byte
     */
    InputStream open(byte[] first) throws IOException {
        take(first);
        return size > AT_ONCE ? new Rest(first) : whole(first);
    }

    private InputStream whole(byte[] first) throws IOException {
        var pieces = new ArrayList<InputStream>();
        pieces.add(new ByteArrayInputStream(first));
        while (read < size) {
            pieces.add(new ByteArrayInputStream(next()));
        }
        return pieces.size() == 1
                ? pieces.get(0)
                : new SequenceInputStream(Collections.enumeration(List.copyOf(pieces)));
    }

    private byte[] next() throws IOException {
        var part = parts.part(number++, most(size, read));
        if (part == null || part.length == 0) {
            throw new NotAuthentic();
        }
        take(part);
        return part;
    }

    /**
     * The last part is compared before anything of it is given to the caller. Of a large message each part has the length that it
     * was written with, so that the last one cannot pass for another.
     */
    private void take(byte[] part) {
        if (size > AT_ONCE && part.length != Math.min(Chunks.SIZE, size - read)) {
            throw new NotAuthentic();
        }
        digest.update(part);
        read += part.length;
        if (read > size || read == size && !MessageDigest.isEqual(digest.digest(), expected)) {
            throw new NotAuthentic();
        }
    }

    /** A large message; when it breaks off, the reader must not take what it has for the whole. */
    private final class Rest extends PieceStream {
        private byte @Nullable [] first;

        Rest(byte[] first) {
            this.first = first;
        }

        @Override
        protected byte @Nullable [] next() throws IOException {
            var piece = first;
            first = null;
            if (piece != null) {
                return piece;
            }
            if (read == size) {
                return null;
            }
            try {
                return CheckedContent.this.next();
            } catch (NotAuthentic e) {
                altered.run();
                throw new IOException("the stored bytes are not those that were received");
            }
        }
    }
}
