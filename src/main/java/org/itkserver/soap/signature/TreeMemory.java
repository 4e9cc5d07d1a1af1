package org.itkserver.soap.signature;

import java.time.Duration;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.io.MemoryBudget;

/** The memory of the trees that signed messages are read into. Thread-safe. */
final class TreeMemory {
    /** A tree takes up to so many times the bytes of its message. */
    static final int COPIES = 8;

    /** Bytes of a message below which its tree does not get smaller. */
    private static final long LEAST = 32 * 1024;

    private final MemoryBudget.Share share;
    private final Duration wait;

    /** @param wait longest wait while others have the memory */
    TreeMemory(MemoryBudget.Share share, Duration wait) {
        this.share = share;
        this.wait = wait;
    }

    /**
     * The memory for the tree of one message; closed when the tree is not needed any more.
     *
     * @param bytes size of the message
     * @throws EnvelopeRejected 2100 when it cannot be had in time
     */
    MemoryBudget.Booking book(long bytes) {
        try {
            return share.book(COPIES * Math.max(LEAST, bytes), wait);
        } catch (MemoryBudget.Exhausted e) {
            throw new EnvelopeRejected(
                    ToolkitError.of(ErrorCode.RECOVERABLE, "Too many signed messages are being processed."));
        }
    }
}
