package org.itkserver.soap.signature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.junit.jupiter.api.Test;

class RoomTest {
    private final Room room = new Room(100 * 1024, Duration.ZERO);

    private void full(long bytes) {
        var refused = assertThrows(EnvelopeRejected.class, () -> room.enter(bytes));
        assertEquals(ErrorCode.RECOVERABLE, refused.error().code());
    }

    @Test
    void theLargestIsAlone() {
        try (var place = room.enter(100 * 1024)) {
            full(1);
        }
        room.enter(100 * 1024).close();
    }

    @Test
    void smallOnesAreFew() {
        try (var first = room.enter(1);
                var second = room.enter(1);
                var third = room.enter(1)) {
            full(1);
        }
        room.enter(100 * 1024).close();
    }
}
