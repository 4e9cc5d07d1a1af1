package org.itkserver.envelope;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** Collects a peer's answer up to a limit, piece by piece as an HTTP client brings it. For one answer and one thread at a time. */
public final class BoundedAnswer {
    private final int most;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** @param most bytes */
    public BoundedAnswer(int most) {
        this.most = most;
    }

    /**
     * Takes the next piece; empty at the end.
     *
     * @throws TooLong when there are more bytes than the limit
     */
    public void add(Optional<byte[]> piece) {
        if (piece.isPresent()) {
            if (out.size() + piece.get().length > most) {
                throw new TooLong();
            }
            out.writeBytes(piece.get());
        }
    }

    /** What has come. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    /** The answer is longer than the limit. */
    public static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("the answer is too long", null, false, false);
        }
    }
}
