package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.Base64;
import org.itkserver.store.keys.KeyFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingKeysTest {
    @TempDir
    Path home;

    /** A running server deletes a key when no content needs it; contents in the snapshot of the check may need it. */
    @Test
    void aKeyThatIsDestroyedDuringACheckStillCounts() throws IOException {
        var file = home.resolve("content.key");
        Files.writeString(file, Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        var folder = new KeyFolder(file, home.resolve("keys"), new SecureRandom(), () -> 0);
        folder.found("this one");
        var old = folder.make(LocalDate.parse("2026-11-23"));
        var keys = ContentKeys.reading(folder, folder.all());
        var later = folder.make(LocalDate.parse("2026-11-24"));
        folder.destroy(old.id());

        assertEquals(old.id(), keys.find(old.id()).orElseThrow().id());
        assertEquals(later.id(), keys.find(later.id()).orElseThrow().id());
        assertTrue(ContentKeys.reading(folder).find(old.id()).isEmpty());
    }
}
