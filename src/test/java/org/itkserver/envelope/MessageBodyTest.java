package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageBodyTest {
    private static final String SECRET = "Mrs Smith, 943 476 5919. ";

    @TempDir
    private Path folder;

    @Test
    void aSpoolFileSaysNothingAndReadsTheSameFromAnyPlace() throws IOException {
        var bytes = SECRET.repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        var random = new Random(7);
        try (var body = new MessageBody(folder, Long.MAX_VALUE, -1)) {
            body.fill(new ByteArrayInputStream(bytes));
            try (var files = Files.newDirectoryStream(folder)) {
                var stored = Files.readString(files.iterator().next(), StandardCharsets.ISO_8859_1);
                assertEquals(bytes.length, stored.length());
                assertFalse(stored.contains("Smith"));
            }
            try (var in = body.open()) {
                assertArrayEquals(bytes, in.readAllBytes());
            }
            for (int i = 0; i < 200; i++) {
                int start = random.nextInt(bytes.length);
                int end = start + random.nextInt(Math.min(70_000, bytes.length - start));
                assertArrayEquals(Arrays.copyOfRange(bytes, start, end), body.bytes(start, end), start + " to " + end);
            }
        }
        try (var files = Files.newDirectoryStream(folder)) {
            assertFalse(files.iterator().hasNext(), "the file outlived its message");
        }
    }
}
