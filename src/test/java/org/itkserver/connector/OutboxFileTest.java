package org.itkserver.connector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxFileTest {
    @TempDir
    Path folder;

    @Test
    void onlyContentOfTheSizeThatWasSeenIsRead() throws IOException {
        var path = Files.writeString(folder.resolve("a.xml"), "content");
        var file = OutboxFile.of(path);
        assertArrayEquals(
                "content".getBytes(StandardCharsets.UTF_8), file.read().orElseThrow());
        Files.writeString(path, "more", StandardOpenOption.APPEND);
        assertTrue(file.read().isEmpty());
        Files.writeString(path, "less");
        assertTrue(file.read().isEmpty());
    }

    /** It would not fit into the memory of any test. */
    @Test
    void aFileThatBecameVeryLargeIsNotReadWhole() throws IOException {
        var path = Files.writeString(folder.resolve("a.xml"), "content");
        var file = OutboxFile.of(path);
        try (var channel = Files.newByteChannel(path, StandardOpenOption.WRITE)) {
            channel.position(1L << 40);
            channel.write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        assertEquals((1L << 40) + 1, Files.size(path));
        assertTrue(file.read().isEmpty());
    }

    @Test
    void aLinkThatTookItsPlaceIsNotFollowed() throws IOException {
        var path = Files.writeString(folder.resolve("a.xml"), "content");
        var file = OutboxFile.of(path);
        var other = Files.writeString(folder.resolve("b.xml"), "secrets");
        Files.delete(path);
        Files.createSymbolicLink(path, other);
        assertThrows(IOException.class, file::read);
    }
}
