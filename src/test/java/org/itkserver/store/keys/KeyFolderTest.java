package org.itkserver.store.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.StoreUnavailable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFolderTest {
    private static final LocalDate DAY = LocalDate.parse("2026-11-23");
    private static final byte[] PLACE = "part 1 q 0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PLAIN = "a letter about somebody".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path home;

    private final SecureRandom random = new SecureRandom();
    private Path keyFile;
    private long nanos;

    @BeforeEach
    void keyFile() throws IOException {
        keyFile = home.resolve("content.key");
        write(master());
    }

    private String master() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void write(String... lines) throws IOException {
        Files.writeString(keyFile, String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    }

    private KeyFolder folder() {
        var folder = new KeyFolder(keyFile, home.resolve("keys"), random, () -> nanos);
        if (folder.identity().isEmpty()) {
            folder.found("this one");
        }
        return folder;
    }

    private Path file(DayKey key) {
        return home.resolve("keys").resolve(key.id() + ".key");
    }

    @Test
    void allKeysAreThoseThatCanBeOpened() throws IOException {
        var folder = folder();
        var first = folder.make(DAY);
        var second = folder.make(DAY.plusDays(1));
        assertEquals(Set.of(first.id(), second.id()), folder.all().keySet());
        Files.writeString(file(second), "not a key");
        var keys = folder().all();
        assertEquals(Set.of(first.id()), keys.keySet());
        assertArrayEquals(PLAIN, keys.get(first.id()).decrypt(PLACE, first.encrypt(PLACE, PLAIN)));
    }

    @Test
    void aKeyIsFoundAgainByAnotherRun() {
        var key = folder().make(DAY);
        var sealed = key.encrypt(PLACE, PLAIN);
        assertEquals(DAY, DayKey.day(key.id()));
        assertArrayEquals(PLAIN, folder().find(key.id()).orElseThrow().decrypt(PLACE, sealed));
        assertNotEquals(key.id(), folder().make(DAY).id());
    }

    @Test
    void bytesAreReadOnlyAsTheyWereWrittenAndWhereTheyBelong() {
        var folder = folder();
        var key = folder.make(DAY);
        var sealed = key.encrypt(PLACE, PLAIN);
        for (int i = 0; i < sealed.length; i++) {
            var altered = sealed.clone();
            altered[i] ^= 1;
            assertThrows(NotAuthentic.class, () -> key.decrypt(PLACE, altered), "byte " + i);
        }
        assertThrows(NotAuthentic.class, () -> key.decrypt(new byte[0], sealed));
        assertThrows(NotAuthentic.class, () -> key.decrypt(PLACE, new byte[27]));
        var other = folder.make(DAY);
        assertThrows(NotAuthentic.class, () -> other.decrypt(PLACE, sealed));
    }

    @Test
    void aKeyThatIsDeletedByHandIsUsedForASecondMore() throws IOException {
        var folder = folder();
        var key = folder.make(DAY);
        Files.delete(file(key));
        assertTrue(folder.find(key.id()).isPresent());
        nanos += Duration.ofSeconds(1).toNanos();
        assertTrue(folder.find(key.id()).isEmpty());
        assertFalse(folder.holds(key.id()));
    }

    @Test
    void aDestroyedKeyIsGoneAtOnce() {
        var folder = folder();
        var key = folder.make(DAY);
        folder.destroy(key.id());
        assertTrue(folder.find(key.id()).isEmpty());
        assertFalse(Files.exists(file(key)));
    }

    @Test
    void theMasterKeyIsChangedByALineOnTop() throws IOException {
        var first = Files.readString(keyFile).trim();
        var key = folder().make(DAY);
        var sealed = key.encrypt(PLACE, PLAIN);
        var second = master();
        write(second, "", first);
        assertEquals(List.of(), folder().wrapAnew());
        write(second);
        assertArrayEquals(PLAIN, folder().find(key.id()).orElseThrow().decrypt(PLACE, sealed));
    }

    @Test
    void withoutItsMasterKeyAKeyIsNotGoneButCannotBeHad() throws IOException {
        var key = folder().make(DAY);
        write(master());
        var message = assertThrows(StoreUnavailable.class, () -> folder().find(key.id()))
                .getMessage();
        assertTrue(message.contains(key.id()) && message.contains("ITK_CONTENT_KEY_FILE"), message);
    }

    @Test
    void aKeyUnderAnothersNameIsNotTaken() throws IOException {
        var folder = folder();
        var key = folder.make(DAY);
        var other = folder.make(DAY);
        Files.copy(file(key), file(other), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThrows(StoreUnavailable.class, () -> folder().find(other.id()));
        for (var text : new String[] {"", "itk-content-key-1\nx\n", "itk-content-key-1\nx\ny\n", "a\nb\nc\n"}) {
            Files.writeString(file(other), text);
            assertThrows(StoreUnavailable.class, () -> folder().find(other.id()), text);
        }
    }

    @Test
    void namesThatAreNoKeysLeadNowhere() throws IOException {
        Files.writeString(home.resolve("2026-11-23-00000000.key"), "x");
        assertTrue(folder().find("../2026-11-23-00000000").isEmpty());
        assertTrue(folder().find("").isEmpty());
    }

    @Test
    void aKeyThatCannotBeOpenedHoldsUpNoOther() throws IOException {
        var key = folder().make(DAY);
        var sealed = key.encrypt(PLACE, PLAIN);
        var first = Files.readString(keyFile).trim();
        write(master());
        var stranger = folder().make(DAY);
        var third = master();
        write(third, first);
        assertEquals(List.of(stranger.id()), folder().wrapAnew());
        write(third);
        assertArrayEquals(PLAIN, folder().find(key.id()).orElseThrow().decrypt(PLACE, sealed));
    }

    @Test
    void aDamagedKeyDoesNotHoldUpTheOthers() throws IOException {
        var damaged = folder().make(DAY);
        var good = folder().make(DAY);
        Files.write(home.resolve("keys").resolve(damaged.id() + ".key"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertEquals(List.of(damaged.id()), folder().wrapAnew());
        assertTrue(folder().find(good.id()).isPresent());
    }

    @Test
    void aFolderIsKnownAgainAndToldFromAnother() throws IOException {
        assertEquals("this one", folder().identity().orElseThrow());
        assertTrue(folder().isFolder("this one"));
        assertFalse(folder().isFolder("another"));
        var folder = folder();
        Files.delete(home.resolve("keys").resolve("folder-id"));
        assertFalse(folder.isFolder("this one"));
        assertTrue(folder.identity().isEmpty());
    }

    @Test
    void whatCannotBeToldIsNotGone() throws IOException {
        var folder = folder();
        var key = folder.make(DAY);
        nanos += Duration.ofSeconds(2).toNanos();
        // a folder that became a file stands for one that cannot be read
        Files.move(home.resolve("keys"), home.resolve("away"));
        Files.writeString(home.resolve("keys"), "");
        assertThrows(StoreUnavailable.class, () -> folder.holds(key.id()));
        assertThrows(StoreUnavailable.class, () -> folder.find(key.id()));
        assertThrows(StoreUnavailable.class, () -> folder.make(DAY));
        assertFalse(folder.isFolder("this one"));
    }

    @Test
    void nothingIsLeftBesideTheKeys() throws IOException {
        var folder = folder();
        folder.make(DAY);
        folder.make(DAY);
        try (var files = Files.list(home.resolve("keys"))) {
            assertEquals(3, files.count());
        }
    }

    @Test
    void theFilesAreTheirOwnersAlone() throws IOException {
        var key = folder().make(DAY);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file(key))));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("keys"))));
        assertFalse(Files.readString(file(key)).contains(Base64.getEncoder().encodeToString(key.bytes())));
    }

    @Test
    void aKeyFileThatCannotBeUsedIsRefusedWithoutShowingIt() throws IOException {
        refused("line 1 is not a key of 32 bytes", "c2hvcnQ=");
        refused("line 2 is not a key of 32 bytes", master(), "not base64!");
        refused("holds no key", "");
        write(master());
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-r--r--"));
        var open = assertThrows(IllegalArgumentException.class, this::folder).getMessage();
        assertTrue(open.contains("0600"), open);
        Files.delete(keyFile);
        var missing = assertThrows(IllegalArgumentException.class, this::folder).getMessage();
        assertEquals("ITK_CONTENT_KEY_FILE=" + keyFile + " cannot be read", missing);
    }

    private void refused(String why, String... lines) throws IOException {
        write(lines);
        var message = assertThrows(IllegalArgumentException.class, this::folder).getMessage();
        assertEquals("ITK_CONTENT_KEY_FILE=" + keyFile + " " + why, message.replace(" in base64", ""));
    }
}
