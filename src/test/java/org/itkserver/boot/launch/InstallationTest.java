package org.itkserver.boot.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {
    @TempDir
    Path folder;

    private Path note;
    private Path next;

    @BeforeEach
    void prepare() throws IOException {
        note = folder.resolve("installation");
        next = unpacked("wildfly-bootable-server2", null);
    }

    private Path unpacked(String name, String pid) throws IOException {
        var out = Files.createDirectories(folder.resolve(name).resolve("standalone"))
                .getParent();
        Files.writeString(out.resolve("standalone").resolve("a.class"), "bytes");
        if (pid != null) {
            Files.writeString(out.resolve("wildfly.pid"), pid + "\n");
        }
        return out;
    }

    private static String deadProcess() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();
        return Long.toString(process.pid());
    }

    private boolean staysAfterTheNextStart(String name, String pid) throws IOException {
        var left = unpacked(name, pid);
        Files.writeString(note, left + "\n");
        new Installation(next).replace(note);
        assertEquals(next + "\n", Files.readString(note));
        return Files.exists(left);
    }

    @Test
    void whatAKilledServerLeftGoes() throws Exception {
        assertFalse(staysAfterTheNextStart("wildfly-bootable-server1", deadProcess()));
    }

    @Test
    void theSameProcessNumberInANewContainerIsNoLiveServer() throws Exception {
        var own = Long.toString(ProcessHandle.current().pid());
        assertFalse(staysAfterTheNextStart("wildfly-bootable-server1", own));
    }

    @Test
    void nothingElseIsDeleted() throws Exception {
        var live = new ProcessBuilder("sleep", "600").start();
        try {
            assertTrue(staysAfterTheNextStart("wildfly-bootable-server1", Long.toString(live.pid())));
        } finally {
            live.destroy();
        }
        assertTrue(staysAfterTheNextStart("wildfly-bootable-server3", null));
        assertTrue(staysAfterTheNextStart("wildfly-bootable-server4", "nonsense"));
        assertTrue(staysAfterTheNextStart("letters", deadProcess()));
    }

    @Test
    void aNoteOfAFolderThatIsGoneIsReplaced() throws Exception {
        Files.writeString(note, folder.resolve("wildfly-bootable-server9") + "\n");
        new Installation(next).replace(note);
        assertEquals(next + "\n", Files.readString(note));
    }
}
