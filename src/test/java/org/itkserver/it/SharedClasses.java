package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * An archive of the classes that a server loads (class data sharing), made once for each jar: reading and verifying them again
 * takes a seventh of each start. The JVM compares each class with the archive's and loads what differs as usual.
 */
final class SharedClasses {
    private static final Path JAR = Path.of(System.getProperty("itk.jar", "target/itk-transport-server-bootable.jar"));
    private static final Path TARGET = Path.of(System.getProperty("itk.basedir", "."), "target");
    private static final Duration LONGEST_WRITE = Duration.ofMinutes(5);

    private SharedClasses() {}

    /** JVM arguments that use the archive; none while another process of the tests makes it. */
    static synchronized List<String> flags() {
        try {
            var archive = TARGET.resolve("classes-"
                    + Long.toHexString(Files.getLastModifiedTime(JAR).toMillis()) + "-" + Files.size(JAR) + ".jsa");
            if (!Files.exists(archive)) {
                make(archive);
            }
            return Files.exists(archive)
                    ? List.of("-XX:SharedArchiveFile=" + archive.toAbsolutePath(), "-Xlog:cds*=off")
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void make(Path archive) throws IOException {
        try (var channel = FileChannel.open(
                        TARGET.resolve("classes.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.tryLock()) {
            if (lock == null || Files.exists(archive)) {
                return;
            }
            var folder = Files.createTempDirectory(TARGET, "classes");
            var made = folder.resolve("made.jsa");
            try (var server = ServerProcess.at(folder.resolve("home"))
                    .jvm(ServerProcess.shortLived(
                            List.of("-XX:ArchiveClassesAtExit=" + made.toAbsolutePath(), "-Xlog:cds*=off")))) {
                server.start().stop(LONGEST_WRITE);
            }
            if (Files.exists(made)) {
                Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }
}
