package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;

/** Stops a source that gives more than it may: a decompression bomb, a document without end. Not thread-safe. */
final class CappedStream extends BlockStream {
    private final InputStream in;
    private final String problem;
    private long left;

    /**
     * @param limit most bytes
     * @param problem text of the exception when there are more
     */
    CappedStream(InputStream in, long limit, String problem) {
        this.in = in;
        this.left = limit;
        this.problem = problem;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        left -= Math.max(count, 0);
        if (left < 0) {
            throw new Exceeded(problem);
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** There was more than the limit. */
    static final class Exceeded extends UndecodablePayload {
        private static final long serialVersionUID = 1L;

        Exceeded(String problem) {
            super(problem);
        }
    }
}
