package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PacedStreamTest {
    private static final int MEGABYTE = 1 << 20;

    private long nanos;

    private PacedStream stream(int size) {
        return new PacedStream(new ByteArrayInputStream(new byte[size]), () -> nanos);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void aTrickleEndsAfterAMinute() throws IOException {
        var in = stream(100);
        for (int second = 0; second < 60; second++) {
            pass(Duration.ofSeconds(1));
            assertEquals(0, in.read());
        }
        pass(Duration.ofSeconds(1));
        assertEquals(
                "the body comes too slowly",
                assertThrows(IOException.class, in::read).getMessage());
    }

    @Test
    void aSlowLineMayBringALargeMessage() throws IOException {
        var in = stream(4 * MEGABYTE);
        var buffer = new byte[MEGABYTE];
        for (int i = 0; i < 4; i++) {
            pass(Duration.ofSeconds(60));
            assertEquals(MEGABYTE, in.read(buffer, 0, MEGABYTE));
        }
        assertEquals(-1, in.read(buffer, 0, MEGABYTE));
    }
}
