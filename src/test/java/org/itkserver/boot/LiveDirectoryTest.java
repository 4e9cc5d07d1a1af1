package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed directory takes effect when it is complete, valid and recorded. */
class LiveDirectoryTest {
    private static final String HEAD =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: a }
            """;

    private static final long SECOND = 1_000_000_000L;
    private static final Instant BEFORE = Instant.parse("2020-01-01T00:00:00Z");
    /** A time of the last write that shows nothing, like one within the tick of the file system's clock in which the file moves. */
    private static final Instant UNKNOWN = Instant.parse("2100-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private final List<AuditEvent> events = new ArrayList<>();
    private final AuditTrail trail = events::add;
    private String current = "";
    private Path file;
    private LiveDirectory directory;
    private long nanos;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(folder.resolve("directory.yaml"), HEAD);
        directory = new LiveDirectory(file, true, uri -> false, Clock.systemUTC(), () -> nanos);
    }

    private static String with(String... partners) {
        var out = new StringBuilder(HEAD).append("partners:\n");
        for (var partner : partners) {
            out.append("  - { id: ").append(partner).append(" }\n");
        }
        return out.toString();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    /** A file that was written before it is moved, as the times of the file system show. */
    private void moved(byte[] bytes) throws IOException {
        Files.move(writtenAt(BEFORE, bytes), file, StandardCopyOption.REPLACE_EXISTING);
        directory.refresh(trail, this::record);
    }

    private Path writtenAt(Instant time, byte[] bytes) throws IOException {
        var written = Files.write(folder.resolve("new"), bytes);
        return Files.setLastModifiedTime(written, FileTime.from(time));
    }

    /** Looks again and again until it holds, for events come from a thread of the JDK. */
    private void await(BooleanSupplier condition, long step) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            while (!condition.getAsBoolean()) {
                nanos += step;
                directory.refresh(trail, this::record);
                Thread.onSpinWait();
            }
        });
    }

    private boolean isPending() {
        return String.valueOf(directory.status().mistake()).contains("is pending");
    }

    private void record(String sha256, Instant since, String by) {
        current = sha256;
    }

    private int partners() {
        return directory.get().partners().size();
    }

    @Test
    void aFileThatIsMovedIntoPlaceTakesEffect() throws IOException {
        moved(with("a", "b").getBytes(StandardCharsets.UTF_8));
        assertEquals(2, partners());
        assertNull(directory.status().mistake());
        assertTrue(events.get(0).detail().contains(directory.status().version()));
    }

    /** However long its writer pauses, and whatever part of it is valid by itself. */
    @Test
    void aFileThatIsBeingWrittenIsPending() throws IOException {
        var whole = with("a", "b", "c");
        for (int end = HEAD.length(); end <= whole.length(); end++) {
            Files.writeString(file, whole.substring(0, end));
            directory.refresh(trail, this::record);
            directory.refresh(trail, this::record);
            assertEquals(0, partners(), whole.substring(0, end));
        }
        assertNotNull(directory.status().mistake());
        Files.writeString(file, whole + "...\n");
        directory.refresh(trail, this::record);
        assertEquals(3, partners());
        assertNull(directory.status().mistake());
    }

    private void written(String text) throws IOException {
        Files.writeString(file, text);
        directory.refresh(trail, this::record);
    }

    private Optional<String> putInForce(String sha256) {
        return directory.putInForce(sha256, "ann", "127.0.0.1", trail, this::record);
    }

    @Test
    void aPendingFileIsParsedAtOnceAndItsMistakesAreShownWithTheirLine() throws IOException {
        written(HEAD + "partners:\n  - { id: a, wrong: b }\n");
        assertTrue(String.valueOf(directory.status().mistake()).contains("pending"));
        assertTrue(String.valueOf(directory.status().mistake()).contains("line 3: partners[0].wrong"));
        assertNull(directory.status().pending(), "it cannot be put in force");
        assertEquals(List.of(), events, "a file that is being written is wrong many times");
    }

    @Test
    void aValidPendingFileCanBePutInForceByAnAdministrator() throws IOException {
        written(with("a", "b"));
        var pending = String.valueOf(directory.status().pending());
        assertEquals(Optional.empty(), putInForce(pending));
        assertEquals(2, partners());
        assertNull(directory.status().mistake());
        assertEquals(pending, directory.status().version());
        assertEquals(pending, current);
        assertEquals("ann", events.get(0).actor());
        assertTrue(events.get(0).detail().endsWith(pending));
        directory.refresh(trail, this::record);
        assertEquals(1, events.size(), "once");
    }

    @Test
    void onlyTheFileThatWasSeenIsPutInForce() throws IOException {
        written(with("a"));
        var seen = String.valueOf(directory.status().pending());
        Files.writeString(file, with("a", "b"));
        assertTrue(putInForce(seen).isPresent());
        directory.refresh(trail, this::record);
        assertTrue(putInForce(seen).isPresent());
        assertTrue(putInForce("null").isPresent());
        assertEquals(0, partners());
        assertEquals(List.of(), events);
    }

    @Test
    void aPendingFileThatCannotBeRecordedIsNotPutInForce() throws IOException {
        written(with("a"));
        AuditTrail away = event -> {
            throw new StoreUnavailable("away");
        };
        var pending = String.valueOf(directory.status().pending());
        assertThrows(
                StoreUnavailable.class, () -> directory.putInForce(pending, "ann", "127.0.0.1", away, this::record));
        assertEquals(0, partners());
    }

    @Test
    void aPendingFileThatIsThenMovedTakesEffect() throws IOException {
        Files.writeString(file, with("a"));
        directory.refresh(trail, this::record);
        assertEquals(0, partners());
        moved(with("a").getBytes(StandardCharsets.UTF_8));
        assertEquals(1, partners());
    }

    @Test
    void aLinkThatIsSwappedTakesEffect() throws IOException {
        var link = folder.resolve("link.yaml");
        Files.createSymbolicLink(link, file);
        directory.close();
        directory = new LiveDirectory(link, true, uri -> false, Clock.systemUTC(), () -> nanos);
        var next = Files.writeString(folder.resolve("next.yaml"), with("a"));
        Files.createSymbolicLink(folder.resolve("link.new"), next);
        Files.move(folder.resolve("link.new"), link, StandardCopyOption.ATOMIC_MOVE);
        directory.refresh(trail, this::record);
        assertEquals(1, partners());
    }

    @Test
    void anotherEncodingIsRefusedAndTheLineNamed() throws IOException {
        moved((with("a") + "# Bl\u00e4tter\n").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(0, partners());
        assertTrue(String.valueOf(directory.status().mistake()).startsWith("line 4: the file is not UTF-8"));
        assertEquals(AuditType.DIRECTORY_REFUSED, events.get(0).type());
    }

    @Test
    void aFileThatComesBackUnchangedIsNoMistake() throws IOException {
        var away = Files.move(file, folder.resolve("away"));
        directory.refresh(trail, this::record);
        assertNotNull(directory.status().mistake());
        Files.move(away, file);
        directory.refresh(trail, this::record);
        assertNull(directory.status().mistake());
    }

    /** A change that cannot be recorded does not take effect, and is tried again. */
    @Test
    void whatIsNotInTheTrailIsNotInForce() throws IOException {
        Files.move(
                writtenAt(BEFORE, with("a").getBytes(StandardCharsets.UTF_8)),
                file,
                StandardCopyOption.REPLACE_EXISTING);
        AuditTrail away = event -> {
            throw new StoreUnavailable("away");
        };
        assertThrows(StoreUnavailable.class, () -> directory.refresh(away, this::record));
        assertEquals(0, partners());
        directory.refresh(trail, this::record);
        assertEquals(1, partners());
        assertEquals(1, events.size());
    }

    @Test
    void aRefusedFileThatIsThenWrittenInPlaceIsPending() throws IOException {
        moved((HEAD + "partnerz: []\n").getBytes(StandardCharsets.UTF_8));
        assertTrue(String.valueOf(directory.status().mistake()).startsWith("line 2"));
        var whole = with("a", "b");
        for (int end = HEAD.length() + 1; end <= whole.length(); end++) {
            Files.writeString(file, whole.substring(0, end));
            directory.refresh(trail, this::record);
            nanos += SECOND;
            directory.refresh(trail, this::record);
            assertEquals(0, partners(), whole.substring(0, end));
        }
        assertNotNull(directory.status().pending());
    }

    /** It has an inode of its own, like a file that was moved there. */
    @Test
    void aFileThatIsCreatedAnewInItsPlaceIsPending() throws IOException {
        var whole = with("a", "b");
        for (int end = whole.length() - 20; end <= whole.length(); end++) {
            Files.delete(file);
            Files.writeString(file, whole.substring(0, end));
            await(this::isPending, 0);
            nanos += SECOND;
            directory.refresh(trail, this::record);
            assertEquals(0, partners(), whole.substring(0, end));
        }
        Files.writeString(file, whole + "...\n");
        directory.refresh(trail, this::record);
        assertEquals(2, partners());
    }

    @Test
    void anEditorThatMovesTheOldFileAwayAndWritesANewOneIsPending() throws IOException {
        Files.move(file, folder.resolve("directory.yaml~"));
        Files.writeString(file, with("a"));
        await(this::isPending, 0);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        nanos += SECOND;
        directory.refresh(trail, this::record);
        assertEquals(0, partners());
        assertEquals(
                Optional.empty(), putInForce(String.valueOf(directory.status().pending())));
        assertEquals(1, partners());
    }

    /** Its mode is set before the rest is written. */
    @Test
    void aNewFileWhoseModeIsChangedIsPending() throws IOException {
        Files.delete(file);
        Files.writeString(file, with("a"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        await(this::isPending, 0);
        nanos += SECOND;
        directory.refresh(trail, this::record);
        assertEquals(0, partners());
    }

    /** Written, moved and looked at within one tick of the file system's clock: events show it. */
    @Test
    void aFileThatIsMovedWithinOneTickTakesEffect() throws IOException {
        for (int n = 1; n <= 3; n++) {
            var partners = new String[n];
            java.util.Arrays.setAll(partners, i -> "p" + i);
            Files.move(
                    writtenAt(UNKNOWN, with(partners).getBytes(StandardCharsets.UTF_8)),
                    file,
                    StandardCopyOption.ATOMIC_MOVE);
            int expected = n;
            await(() -> partners() == expected, SECOND);
            assertNull(directory.status().mistake());
        }
        assertEquals(3, events.size());
    }

    /** As mv does from another file system: the time of the last write is set when all is copied. */
    @Test
    void aCopyThatTakesTheTimeOfItsOriginalTakesEffect() throws IOException {
        var same = Files.move(file, folder.resolve("new"));
        writtenAt(BEFORE, with("a").getBytes(StandardCharsets.UTF_8));
        Files.move(same, file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        await(() -> partners() == 1, SECOND);
    }

    /** Events come from a thread of the JDK, so the file may be looked at before them. */
    @Test
    void aCopyWhoseEventsComeLateTakesEffectToo() throws IOException {
        var late = new LateArrivals();
        directory.close();
        directory = new LiveDirectory(file, true, uri -> false, Clock.systemUTC(), () -> nanos, late);
        var same = Files.move(file, folder.resolve("new"));
        writtenAt(BEFORE, with("a").getBytes(StandardCharsets.UTF_8));
        Files.move(same, file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        late.held = true;
        directory.refresh(trail, this::record);
        assertTrue(isPending());
        late.held = false;
        late.together = true;
        directory.refresh(trail, this::record);
        assertEquals(1, partners());
    }

    /** Events that a test holds back, and then those of a file's creation and of a change after it together. */
    private static final class LateArrivals extends Arrivals {
        private boolean held;
        private boolean together;

        @Override
        void look(Path real) {
            if (!held) {
                super.look(real);
            }
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                while (together && (!isAnotherFile() || isMovedIn())) {
                    super.look(real);
                    Thread.onSpinWait();
                }
            });
        }
    }

    /** A file system gives the inode number of a deleted file to a new one. */
    @Test
    void aFileWithTheSameInodeThatIsMovedIntoPlaceTakesEffect() throws IOException {
        moved((HEAD + "partnerz: []\n").getBytes(StandardCharsets.UTF_8));
        var same = Files.move(file, folder.resolve("new"));
        writtenAt(UNKNOWN, with("a").getBytes(StandardCharsets.UTF_8));
        Files.move(same, file);
        await(() -> partners() == 1, SECOND);
    }

    @Test
    void aFolderLinkThatIsSwappedTakesEffect() throws IOException {
        var volume = Files.createDirectory(folder.resolve("volume"));
        release(volume, "..1", HEAD);
        Files.createSymbolicLink(volume.resolve("directory.yaml"), Path.of("..data", "directory.yaml"));
        directory.close();
        directory =
                new LiveDirectory(volume.resolve("directory.yaml"), true, uri -> false, Clock.systemUTC(), () -> nanos);
        for (int n = 2; n < 5; n++) {
            release(volume, ".." + n, with("a", "b" + n));
            directory.refresh(trail, this::record);
            assertEquals(2, partners());
            assertEquals(n - 1, events.size());
        }
    }

    private static void release(Path volume, String name, String text) throws IOException {
        var release = Files.createDirectory(volume.resolve(name));
        Files.writeString(release.resolve("directory.yaml"), text);
        Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of(name));
        Files.move(volume.resolve("..data_tmp"), volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aFileThatIsWrittenBehindASwappedLinkIsPending() throws IOException {
        var link = folder.resolve("link.yaml");
        Files.createSymbolicLink(link, file);
        directory.close();
        directory = new LiveDirectory(link, true, uri -> false, Clock.systemUTC(), () -> nanos);
        Files.createSymbolicLink(folder.resolve("link.new"), folder.resolve("new"));
        Files.move(folder.resolve("link.new"), link, StandardCopyOption.ATOMIC_MOVE);
        directory.refresh(trail, this::record);
        assertEquals(
                "The file is a link to a file that does not exist.",
                directory.status().mistake());
        writtenAt(UNKNOWN, with("a").getBytes(StandardCharsets.UTF_8));
        await(this::isPending, 0);
        assertEquals(0, partners());
    }

    @Test
    void aLinkThatIsReplacedByAFileThatIsWrittenIsPending() throws IOException {
        var link = folder.resolve("link.yaml");
        Files.createSymbolicLink(link, file);
        directory.close();
        directory = new LiveDirectory(link, true, uri -> false, Clock.systemUTC(), () -> nanos);
        Files.delete(link);
        Files.writeString(link, with("a"));
        await(this::isPending, 0);
        nanos += SECOND;
        directory.refresh(trail, this::record);
        assertEquals(0, partners());
    }

    /** The mistake of the file comes back with the file. */
    @Test
    void aFileThatCanBeReadAgainIsJudgedAgain() throws IOException {
        var wrong = (HEAD + "partnerz: []\n").getBytes(StandardCharsets.UTF_8);
        moved(wrong);
        var mistake = directory.status().mistake();
        var away = Files.move(file, folder.resolve("away"));
        directory.refresh(trail, this::record);
        assertEquals("The file does not exist.", directory.status().mistake());
        Files.move(away, file);
        directory.refresh(trail, this::record);
        assertEquals(mistake, directory.status().mistake());
        Files.writeString(file, with("a"));
        directory.refresh(trail, this::record);
        var pending = directory.status();
        Files.move(file, away);
        directory.refresh(trail, this::record);
        assertNull(directory.status().pending());
        Files.move(away, file);
        await(() -> partners() == 1 || directory.status().pending() != null, SECOND);
        assertNotNull(pending.pending());
    }

    @Test
    void whatIsNoRegularFileOrTooLargeIsAMistakeAndTheLastGoodOneStays() throws Exception {
        moved(with("a").getBytes(StandardCharsets.UTF_8));
        Files.delete(file);
        Files.createDirectory(file);
        refused("The file is a directory, not a file.");
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        refused("The file is not a regular file.");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        refused("The file is not a regular file.");
        Files.delete(file);
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(3L << 30);
        }
        refused("The file is larger than 1 MB.");
        moved(with("a", "b").getBytes(StandardCharsets.UTF_8));
        assertEquals(2, partners());
        assertNull(directory.status().mistake());
    }

    private void refused(String sentence) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> directory.refresh(trail, this::record));
        assertEquals(sentence, directory.status().mistake());
        assertEquals(1, partners());
    }
}
