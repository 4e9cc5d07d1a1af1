package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files under the home folder are private, whatever the umask. */
class PrivateHomeTest {
    @TempDir
    Path folder;

    @Test
    void everythingInANewHomeIsItsOwnersAlone() throws IOException {
        var path = folder.resolve("new").resolve("home");
        var home = new Home(path);
        home.node(null);
        home.patientSecret();
        Files.writeString(path.resolve("data/left-by-somebody"), "x");
        Files.setPosixFilePermissions(
                path.resolve("data/left-by-somebody"), PosixFilePermissions.fromString("rw-rw-rw-"));
        home.tighten();
        var modes = new TreeMap<String, String>();
        try (var all = Files.walk(path)) {
            for (var one : all.toList()) {
                var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(one, LinkOption.NOFOLLOW_LINKS));
                if (!mode.equals(Files.isDirectory(one) ? "rwx------" : "rw-------")) {
                    modes.put(path.relativize(one).toString(), mode);
                }
            }
        }
        assertEquals("{}", modes.toString());
    }
}
