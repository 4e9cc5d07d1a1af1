package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    private Runnable whileAuditing = () -> {};
    private long most = 1 << 20;

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
                event -> {
                    world.store.append(event);
                    whileAuditing.run();
                },
                home::resolve,
                world.clock,
                () -> nanos,
                new OutboxWatcher.Limits(most, MemoryBudget.single("outboxes", 64 << 20), inHand));
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

    // folders that cannot be used

    private List<String> alertTexts() {
        return world.events().isEmpty()
                ? List.of()
                : world.store.events().stream()
                        .filter(event -> event.type() == AuditType.ALERT)
                        .map(event -> String.valueOf(event.detail()))
                        .toList();
    }

    private void block(Path folder) {
        try {
            if (Files.isDirectory(folder)) {
                try (var left = Files.list(folder)) {
                    for (var file : left.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
            Files.writeString(folder, "a regular file");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void looks(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            look();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sent", "failed"})
    void aFolderThatCannotBeUsedIsToldOfOnceAndShown(String name) throws IOException {
        block(folder.resolve(name));
        looks(Duration.ofHours(2));
        assertEquals(1, alerts(), alertTexts().toString());
        var pending = watcher.pending();
        assertEquals(1, pending.size());
        assertEquals("letters", pending.get(0).outbox());
        assertTrue(pending.get(0).reason().contains("is a file, not a folder"), pending.toString());

        Files.delete(folder.resolve(name));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("letter.xml"), GOOD);
        lookLongEnough();
        assertEquals(1, world.store.sent().size(), "it works again without a restart");
        assertEquals(List.of(), watcher.pending());
    }

    @Test
    void aProblemThatComesAndGoesIsReportedOnceAnHour() throws IOException {
        for (int i = 0; i < 300; i++) {
            block(folder.resolve("failed"));
            look();
            Files.delete(folder.resolve("failed"));
            look();
        }
        assertEquals(1, alerts());
        nanos += Duration.ofHours(1).toNanos();
        block(folder.resolve("failed"));
        look();
        assertEquals(2, alerts());
        Files.delete(folder.resolve("failed"));
        block(folder.resolve("sent"));
        look();
        assertEquals(3, alerts(), "another problem is reported at once");
    }

    @Test
    void aProblemIsReportedWhenTheTrailTakesItAgain() {
        block(folder.resolve("failed"));
        world.store.away(true);
        assertThrows(StoreUnavailable.class, this::look);
        world.store.away(false);
        look();
        look();
        assertEquals(1, alerts());
    }

    @Test
    void aDatabaseThatIsAwayIsToldToTheLoop() throws IOException {
        Files.writeString(folder.resolve("letter.xml"), GOOD);
        look();
        look();
        look();
        world.store.away(true);
        assertThrows(StoreUnavailable.class, () -> looks(Duration.ofSeconds(3)));
        world.store.away(false);
        lookLongEnough();
        assertEquals(1, world.store.sent().size());
    }

    // files that cannot be moved

    /** A letter that is sent while its folder {@code sent} goes. */
    private Path sentAndStuck() throws IOException {
        var file = Files.writeString(folder.resolve("letter.xml"), GOOD);
        world.store.whileApplying(() -> block(folder.resolve("sent")));
        lookLongEnough();
        world.store.whileApplying(() -> {});
        assertEquals(1, world.store.sent().size());
        assertEquals(List.of("letter.xml", "sent"), names(folder));
        assertTrue(alertTexts().get(0).contains("letter.xml was sent and cannot be moved"), alertTexts()::toString);
        return file;
    }

    /** What chmod -R and chown -R do: the time of the last change of the inode is another one. */
    private void repair(Path file) throws IOException {
        var before = Files.getAttribute(file, "unix:ctime");
        do {
            var rights = Files.getPosixFilePermissions(file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setPosixFilePermissions(file, rights);
        } while (before.equals(Files.getAttribute(file, "unix:ctime")));
        Files.delete(folder.resolve("sent"));
    }

    private void assertSentOnce() throws IOException {
        looks(Duration.ofSeconds(70));
        assertEquals(1, world.store.sent().size(), "not sent again");
        assertEquals(List.of(), names(folder));
        var sent = names(folder.resolve("sent"));
        assertEquals(1, sent.size(), sent.toString());
        assertTrue(
                sent.get(0).startsWith(world.store.sent().get(0).trackingId()), "its name has the id of its message");
        assertEquals(List.of(), names(folder.resolve("failed")));
        assertEquals(List.of(), names(home.resolve("outbox-marks")), "no mark is left");
    }

    @Test
    void aFileThatWasSentIsOnlyMovedAfterItsRightsAreRepaired() throws IOException {
        var file = sentAndStuck();
        looks(Duration.ofMinutes(10));
        assertEquals(1, world.store.sent().size());
        assertEquals(2, alerts(), "one of the file and one of the outbox");
        repair(file);
        assertSentOnce();
    }

    @Test
    void aFileThatWasSentIsMovedWithinAMinuteAfterTheFolderIsRepaired() throws IOException {
        sentAndStuck();
        Files.delete(folder.resolve("sent"));
        assertSentOnce();
    }

    @Test
    void aRestartDoesNotSendAFileAgainThatCouldNotBeMoved() throws IOException {
        var file = sentAndStuck();
        repair(file);
        start();
        assertSentOnce();
    }

    @Test
    void aDeathBetweenSubmitAndMoveDoesNotSendAFileAgainEvenWithOtherRights() throws IOException {
        var file = sentAndStuck();
        // the mark as it is before the move is tried
        var marks = home.resolve("outbox-marks");
        var mark = marks.resolve(names(marks).get(0));
        Files.writeString(mark, Files.readString(mark).replace("\nsent\n", "\nsending\n"));
        repair(file);
        start();
        assertSentOnce();
    }

    @Test
    void anotherFileInThePlaceOfOneThatWasSentIsAnotherMessage() throws IOException {
        var file = sentAndStuck();
        Files.writeString(folder.resolve("new.part"), GOOD);
        Files.move(folder.resolve("new.part"), file, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(folder.resolve("sent"));
        looks(Duration.ofSeconds(70));
        assertEquals(2, world.store.sent().size());
        assertEquals(List.of(), names(folder));
    }

    @Test
    void otherContentInAFileThatWasSentIsAnotherMessage() throws IOException {
        var file = sentAndStuck();
        Files.writeString(file, GOOD + " ");
        Files.delete(folder.resolve("sent"));
        looks(Duration.ofSeconds(70));
        assertEquals(2, world.store.sent().size());
    }

    /** A share that is not mounted for a while shows an empty folder in the place of the outbox. */
    @Test
    void aFileThatWasSentIsNotSentAgainAfterItsFolderWasAway() throws IOException {
        var file = sentAndStuck();
        repair(file);
        var away = Files.move(folder, home.resolve("away"));
        Files.createDirectories(folder);
        start();
        look();
        Files.delete(folder.resolve("sent"));
        Files.delete(folder.resolve("failed"));
        Files.delete(folder);
        Files.move(away, folder);
        assertSentOnce();
    }

    @Test
    void aFileThatWasSentIsNotCalledUnsentWhenALimitIsLowered() throws IOException {
        var file = sentAndStuck();
        repair(file);
        most = 8;
        start();
        assertSentOnce();
        assertTrue(alertTexts().stream().noneMatch(text -> text.contains("was not sent")), alertTexts()::toString);
    }

    @Test
    void aFileThatMayHaveBeenSentIsSaidToBe() throws IOException {
        var file = sentAndStuck();
        var marks = home.resolve("outbox-marks");
        var mark = marks.resolve(names(marks).get(0));
        Files.writeString(mark, Files.readString(mark).replace("\nsent\n", "\nsending\n"));
        repair(file);
        most = 8;
        start();
        lookLongEnough();
        var said = alertTexts().get(alertTexts().size() - 1);
        assertTrue(said.contains("may have been sent before"), said);
        assertTrue(said.contains(world.store.sent().get(0).trackingId()), said);
    }

    @Test
    void aMarkThatCannotBeReadHoldsUpNoOtherFile() throws IOException {
        var marks = Files.createDirectories(home.resolve("outbox-marks"));
        Files.write(marks.resolve("damaged"), new byte[] {(byte) 0xff, 0});
        Files.createDirectories(marks.resolve("folder"));
        Files.writeString(folder.resolve("letter.xml"), GOOD);
        start();
        lookLongEnough();
        assertEquals(1, world.store.sent().size());
        assertEquals(List.of("damaged"), names(marks), "it is left for a person");
    }

    @Test
    void aMarkGoesWithItsFile() throws IOException {
        var file = sentAndStuck();
        assertEquals(1, names(home.resolve("outbox-marks")).size());
        Files.delete(file);
        look();
        assertEquals(List.of(), names(home.resolve("outbox-marks")));
    }

    @Test
    void aFileThatCannotBeMovedToFailedIsMovedWithinAMinuteAfterTheRepair() throws IOException {
        whileAuditing = () -> block(folder.resolve("failed"));
        Files.writeString(folder.resolve("bad.xml"), "<broken");
        lookLongEnough();
        whileAuditing = () -> {};
        assertEquals(List.of("bad.xml", "failed"), names(folder));
        looks(Duration.ofMinutes(5));
        assertEquals(3, alerts(), "not sent, not moved, and the outbox: " + alertTexts());
        assertTrue(alertTexts().get(0).contains("bad.xml was not sent."), alertTexts()::toString);
        assertTrue(alertTexts().get(1).contains("bad.xml was not sent and cannot be moved"), alertTexts()::toString);
        assertTrue(
                alertTexts().stream().noneMatch(text -> text.contains("goes to the folder failed")),
                alertTexts()::toString);

        Files.delete(folder.resolve("failed"));
        looks(Duration.ofSeconds(70));
        assertEquals(List.of("bad.xml", "bad.xml.reason.txt"), names(folder.resolve("failed")));
        assertEquals(List.of(), names(folder));
        assertEquals(3, alerts());
    }

    @Test
    void aFileThatGrowsAfterItWasLookedAtIsSentWholeLater() throws IOException {
        Files.writeString(folder.resolve("a.xml"), GOOD);
        var file = Files.writeString(folder.resolve("b.xml"), GOOD);
        world.store.whileApplying(() -> grow(file));
        lookLongEnough();
        world.store.whileApplying(() -> {});
        lookLongEnough();
        assertEquals(2, world.store.sent().size());
        assertEquals(0, alerts());
        assertEquals(2, names(folder.resolve("sent")).size());
    }

    private static void grow(Path file) {
        try {
            Files.writeString(file, "\n".repeat(1000), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
