package org.itkserver.envelope;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stream whose bytes are made piece by piece, one piece in memory at a time. Not thread-safe. */
public abstract class PieceStream extends BlockStream {
    private byte[] piece = {};
    private int position;

    /**
     * The next piece, which may be empty, or null at the end; not called again after that.
     *
     * @throws IOException when there should be one and it cannot be had
     */
    protected abstract byte @Nullable [] next() throws IOException;

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (position == piece.length) {
            var more = next();
            if (more == null) {
                return -1;
            }
            piece = more;
            position = 0;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, buffer, offset, count);
        position += count;
        return count;
    }
}
