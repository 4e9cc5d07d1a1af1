package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealFilesTest {
    private final SettableClock clock = new SettableClock();

    @TempDir
    Path folder;

    private static Seal seal(long number) {
        var key = SealKey.generate();
        return new Seal("n", number, 1, number, number, new byte[32], Seal.none(), Instant.EPOCH, key.id(), new byte[0])
                .signed(key);
    }

    @Test
    void theKeyIsMadeOnceForItsOwnerOnly() throws IOException {
        var file = folder.resolve("seal-key.pem");
        var made = SealKeyFile.load(file);

        assertEquals(made.id(), SealKeyFile.load(file).id());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        var open = SealKey.readPublic(Files.readString(folder.resolve("seal-key.pub.pem")));
        assertEquals(made.publicKey(), open);
    }

    @Test
    void aBadKeyFileIsRefusedByTheNameOfItsSetting() throws IOException {
        var file = folder.resolve("key");
        Files.writeString(file, "no key");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        refused(file, "holds no PEM block");
        Files.writeString(file, SealKey.generate().toPem());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        refused(file, "can be read by everybody");
        refused(folder.resolve("nowhere").resolve("key"), "cannot be read or made");
        refused(folder, "");
    }

    private static void refused(Path file, String why) {
        var refused = assertThrows(IllegalArgumentException.class, () -> SealKeyFile.load(file));
        var message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("ITK_SEAL_KEY=" + file + " ") && message.contains(why), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void anchorsAreOnlyEverAdded() throws IOException {
        var file = folder.resolve("anchors");
        var first = seal(1);
        new AnchorFile(file, System::nanoTime).note(first);
        var again = new AnchorFile(file, System::nanoTime);
        again.note(seal(2));
        var last = seal(3);
        again.note(last);
        again.note(last);

        var lines = Files.readAllLines(file);
        assertEquals(3, lines.size());
        assertEquals(Anchor.of(first), Anchor.parse(lines.get(0)).orElseThrow());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertThrows(IllegalArgumentException.class, () -> new AnchorFile(folder, System::nanoTime));
    }

    @Test
    void anchorsAreNotWrittenToAPipe() throws Exception {
        var pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        var refused = assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThrows(IllegalArgumentException.class, () -> new AnchorFile(pipe, System::nanoTime)));
        assertEquals("ITK_SEAL_ANCHORS=" + pipe + " is not a regular file.", refused.getMessage());
    }
}
