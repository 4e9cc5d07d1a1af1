package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.connector.OutboxWatcher;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Outbox;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.itkserver.testing.Directories;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each file of an outbox is sent once and whole, or fails alone and visibly. */
class OutboxWatcherTest {
    private static final String GOOD = "<ClinicalDocument/>";

    @TempDir
    Path home;

    private final World world = new World();
    private long nanos;
    private Directory directory;
    private InHand inHand = InHand.inMemory();
    private OutboxWatcher watcher;
    private Path folder;

    @BeforeEach
    void outbox() throws IOException {
        folder = Files.createDirectories(home.resolve("out"));
        start();
    }

    /** A process that watches the outbox. */
    private void start() {
        world.with(Partners.of("hospital", "W1"));
        var letters = new Outbox(
                "letters",
                Path.of("out"),
                World.CDA,
                List.of(World.ADDRESS + "W1"),
                null,
                World.PROFILE,
                "text/xml",
                false,
                false);
        directory = Directories.of(world.partners, Catalogue.services(), letters);
        watcher = new OutboxWatcher(
                () -> directory,
                world.submissions,
                world.store,
                home::resolve,
                world.clock,
                () -> nanos,
                new OutboxWatcher.Limits(1 << 20, MemoryBudget.single("outboxes", 64 << 20), inHand));
    }

    private void look() {
        watcher.runOnce();
        nanos += Duration.ofSeconds(1).toNanos();
    }

    private void lookLongEnough() {
        for (int i = 0; i < 5; i++) {
            look();
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private long alerts() {
        return world.events().stream().filter(AuditType.ALERT::equals).count();
    }

    @Test
    void aFilesOwnDateDoesNotCount() throws IOException {
        for (var date : List.of("1990-01-01T00:00:00Z", "2090-01-01T00:00:00Z")) {
            var file = Files.writeString(folder.resolve(date.substring(0, 4) + ".xml"), GOOD);
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse(date)));
        }
        look();
        look();
        assertEquals(0, world.store.sent().size(), "not before two looks that lie two seconds apart");
        lookLongEnough();
        assertEquals(2, world.store.sent().size());
        assertEquals(List.of(), names(folder));
    }

    @Test
    void aFileThatIsStillWrittenIsNotTaken() throws IOException {
        var file = folder.resolve("slow.xml");
        var old = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
        var text = new StringBuilder("<ClinicalDocument>");
        for (int i = 0; i < 6; i++) {
            Files.writeString(file, text.append("part ").append(i));
            Files.setLastModifiedTime(file, old);
            look();
        }
        assertEquals(0, world.store.sent().size());
        Files.writeString(file, text.append("</ClinicalDocument>"));
        Files.setLastModifiedTime(file, old);
        lookLongEnough();
        assertEquals(1, world.store.sent().size());
        assertEquals(List.of(), names(folder.resolve("failed")));
    }

    /** A process that runs out of memory over a file. */
    private void die() throws IOException {
        inHand = InHand.open(home.resolve("in-hand"));
        inHand.accountedFor();
        start();
        world.store.whileApplying(() -> {
            throw new OutOfMemoryError("planned");
        });
        assertThrows(OutOfMemoryError.class, this::lookLongEnough);
        inHand.fatal();
        world.store.whileApplying(() -> {});
    }

    @Test
    void aFileInHandAtTwoRecordedDeathsGoesToFailedWithItsReason() throws IOException {
        Files.writeString(folder.resolve("a-bad.xml"), GOOD);
        die();
        Files.writeString(folder.resolve("b-good.xml"), GOOD + " ");
        die();
        assertEquals(List.of("a-bad.xml", "b-good.xml"), names(folder));
        inHand = InHand.open(home.resolve("in-hand"));
        start();
        lookLongEnough();
        assertEquals(List.of(), names(folder));
        assertEquals(List.of("a-bad.xml", "a-bad.xml.reason.txt"), names(folder.resolve("failed")));
        assertEquals(1, names(folder.resolve("sent")).size(), "the other one is sent");
        assertEquals(1, alerts());
    }

    @Test
    void nothingInFailedIsReplaced() throws IOException {
        for (int i = 0; i < 3; i++) {
            Files.writeString(folder.resolve("export.xml"), "<broken " + i);
            lookLongEnough();
        }
        var failed = names(folder.resolve("failed"));
        assertEquals(6, failed.size(), failed.toString());
        assertEquals(
                3, failed.stream().filter(name -> name.endsWith(".reason.txt")).count());
        assertEquals(3, alerts());
    }

    @Test
    void eachFileFailsAlone() throws IOException {
        Files.writeString(folder.resolve("a-broken.xml"), "<broken");
        Files.writeString(folder.resolve("b-" + "x".repeat(240) + ".xml"), GOOD);
        Files.write(folder.resolve("c-large.xml"), new byte[(1 << 20) + 1]);
        Files.writeString(folder.resolve("d.json"), GOOD + " ");
        Files.writeString(folder.resolve("e.part"), GOOD);
        Files.createSymbolicLink(folder.resolve("f-link.xml"), folder.resolve("d.json"));
        Files.writeString(folder.resolve("z.xml"), GOOD + "\n");
        lookLongEnough();
        lookLongEnough();
        assertEquals(3, world.store.sent().size());
        assertEquals(List.of("e.part"), names(folder));
        assertTrue(Files.isSymbolicLink(folder.resolve("f-link.xml")), "a link is left alone");
        assertEquals(2, alerts());
        assertEquals(3, names(folder.resolve("sent")).size());
    }

    @Test
    void anotherFileOfTheSameNameIsAnotherMessage() throws IOException {
        for (int i = 0; i < 2; i++) {
            Files.writeString(folder.resolve("letter.xml"), GOOD);
            lookLongEnough();
        }
        assertEquals(2, world.store.sent().size());
        assertEquals(2, names(folder.resolve("sent")).size());
        assertTrue(names(folder.resolve("failed")).isEmpty());
    }

    @Test
    void whatIsLeftIsListedWithItsReason() throws IOException {
        Files.writeString(folder.resolve("a.part"), GOOD);
        Files.writeString(folder.resolve(".b.xml"), GOOD);
        Files.createDirectories(folder.resolve("c"));
        Files.writeString(folder.resolve("d 9990000026.xml"), GOOD);
        look();
        var pending = watcher.pending();
        assertEquals(
                List.of(".b.xml", "a.part", "c", "d ##########.xml"),
                pending.stream().map(OutboxWatcher.Pending::name).toList());
        assertTrue(pending.get(0).reason().contains("begins with a dot"));
        assertTrue(pending.get(1).reason().contains(".part"));
        assertTrue(pending.get(2).reason().contains("regular file"));
        assertTrue(pending.get(3).reason().contains("new or still changing"));
        lookLongEnough();
        assertEquals(3, watcher.pending().size(), "the last one is sent");
    }
}
