package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed directory takes effect when it is complete, valid and recorded. */
class LiveDirectoryTest {
    private static final String HEAD =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: a }
            """;

    @TempDir
    Path folder;

    private final List<AuditEvent> events = new ArrayList<>();
    private final AuditTrail trail = events::add;
    private String current = "";
    private Path file;
    private LiveDirectory directory;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(folder.resolve("directory.yaml"), HEAD);
        directory = new LiveDirectory(file, true, uri -> false, Clock.systemUTC());
    }

    private static String with(String... partners) {
        var out = new StringBuilder(HEAD).append("partners:\n");
        for (var partner : partners) {
            out.append("  - { id: ").append(partner).append(" }\n");
        }
        return out.toString();
    }

    private void moved(byte[] bytes) throws IOException {
        Files.move(Files.write(folder.resolve("new"), bytes), file, StandardCopyOption.REPLACE_EXISTING);
        directory.refresh(trail, this::record);
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
        directory = new LiveDirectory(link, true, uri -> false, Clock.systemUTC());
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
        Files.move(Files.writeString(folder.resolve("new"), with("a")), file, StandardCopyOption.REPLACE_EXISTING);
        AuditTrail away = event -> {
            throw new StoreUnavailable("away");
        };
        assertThrows(StoreUnavailable.class, () -> directory.refresh(away, this::record));
        assertEquals(0, partners());
        directory.refresh(trail, this::record);
        assertEquals(1, partners());
        assertEquals(1, events.size());
    }
}
