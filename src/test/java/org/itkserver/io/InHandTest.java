package org.itkserver.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.itkserver.delivery.DeliveryQueue;
import org.itkserver.delivery.RetrySchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process had in hand when it died is known to the next one. */
class InHandTest {
    @TempDir
    Path folder;

    private InHand open() {
        try {
            return InHand.open(folder.resolve("in-hand"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A process that dies with an item in hand. */
    private void die(boolean fatal, String item) {
        var process = open();
        process.accountedFor();
        assertThrows(
                OutOfMemoryError.class,
                () -> process.during(item, () -> {
                    throw new OutOfMemoryError("planned");
                }));
        if (fatal) {
            process.fatal();
        }
    }

    @Test
    void anItemIsSetAsideAfterTwoDeathsThatWereRecorded() {
        die(true, "a");
        assertFalse(open().isSetAside("a"));
        die(true, "a");
        assertTrue(open().isSetAside("a"));
        assertFalse(open().isSetAside("b"));
    }

    @Test
    void killsCountForLess() {
        for (int kills = 1; kills < InHand.SET_ASIDE; kills++) {
            die(false, "a");
            assertFalse(open().isSetAside("a"), kills + " kills");
        }
        die(false, "a");
        assertTrue(open().isSetAside("a"));
    }

    @Test
    void anAttemptThatEndsClearsTheItem() throws Exception {
        die(true, "a");
        var next = open();
        next.accountedFor();
        assertEquals("done", next.during("a", () -> "done"));
        die(true, "a");
        assertFalse(open().isSetAside("a"), "the first death does not count any more");
        assertThrows(IOException.class, () -> open().during("b", () -> {
            throw new IOException("planned");
        }));
        assertFalse(open().isSetAside("b"));
    }

    @Test
    void aDeathIsKnownUntilItIsAccountedFor() {
        assertFalse(open().hadFatalEnd());
        die(true, "a");
        assertTrue(open().hadFatalEnd());
        assertTrue(open().hadFatalEnd(), "a start that did not come so far changes nothing");
        open().accountedFor();
        assertFalse(open().hadFatalEnd());
    }

    @Test
    void theFileIsBoundedAndPrivate() throws Exception {
        for (int i = 0; i < 1000; i++) {
            die(true, "item " + i);
        }
        die(true, "item 999");
        assertTrue(open().isSetAside("item 999"));
        var file = folder.resolve("in-hand");
        assertTrue(Files.size(file) < 8192);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void manyItemsAtOnceAreNoMistake() throws Exception {
        var process = open();
        nested(process, 200);
        nested(process, 200);
    }

    private static int nested(InHand process, int depth) {
        return depth == 0 ? 0 : process.during("item " + depth, () -> nested(process, depth - 1) + 1);
    }

    @Test
    void aFileOfAnotherKindIsMadeAnew() throws Exception {
        Files.write(folder.resolve("in-hand"), new byte[] {1, 2, 3});
        assertFalse(open().hadFatalEnd());
        die(true, "a");
        die(true, "a");
        assertTrue(open().isSetAside("a"));
    }

    @Test
    void messagesAreCountedByTheSameRule() {
        assertEquals(DeliveryQueue.SUSPECT, InHand.SUSPECT);
        assertEquals(RetrySchedule.LOST, InHand.SET_ASIDE);
    }
}
