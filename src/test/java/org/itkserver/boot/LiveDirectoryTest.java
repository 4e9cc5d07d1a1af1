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
import java.util.ArrayList;
import java.util.List;
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
        directory.refresh(trail);
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
            directory.refresh(trail);
            directory.refresh(trail);
            assertEquals(0, partners(), whole.substring(0, end));
        }
        assertNotNull(directory.status().mistake());
        Files.writeString(file, whole + "...\n");
        directory.refresh(trail);
        assertEquals(3, partners());
        assertNull(directory.status().mistake());
    }

    @Test
    void aPendingFileThatIsThenMovedTakesEffect() throws IOException {
        Files.writeString(file, with("a"));
        directory.refresh(trail);
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
        directory.refresh(trail);
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
        directory.refresh(trail);
        assertNotNull(directory.status().mistake());
        Files.move(away, file);
        directory.refresh(trail);
        assertNull(directory.status().mistake());
    }

    /** A change that cannot be recorded does not take effect, and is tried again. */
    @Test
    void whatIsNotInTheTrailIsNotInForce() throws IOException {
        Files.move(Files.writeString(folder.resolve("new"), with("a")), file, StandardCopyOption.REPLACE_EXISTING);
        AuditTrail away = event -> {
            throw new StoreUnavailable("away");
        };
        assertThrows(StoreUnavailable.class, () -> directory.refresh(away));
        assertEquals(0, partners());
        directory.refresh(trail);
        assertEquals(1, partners());
        assertEquals(1, events.size());
    }
}
