package org.itkserver.soap.signature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.io.MemoryBudget;
import org.junit.jupiter.api.Test;

class TreeMemoryTest {
    private final MemoryBudget.Share share = MemoryBudget.single("signatures", TreeMemory.COPIES * 100L * 1024);
    private final TreeMemory memory = new TreeMemory(share, Duration.ZERO);

    private void full(long bytes) {
        var refused = assertThrows(EnvelopeRejected.class, () -> memory.book(bytes));
        assertEquals(ErrorCode.RECOVERABLE, refused.error().code());
    }

    @Test
    void theLargestIsAlone() {
        for (int bytes : new int[] {100 * 1024, 100 * 1024 * 1024}) {
            try (var booked = memory.book(bytes)) {
                full(1);
            }
            assertEquals(0, share.used());
        }
    }

    @Test
    void smallOnesAreFew() {
        try (var first = memory.book(1);
                var second = memory.book(1);
                var third = memory.book(1)) {
            full(1);
        }
        assertEquals(0, share.used());
    }
}
