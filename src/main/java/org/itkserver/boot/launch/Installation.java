package org.itkserver.boot.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The folder that the bootable JAR unpacks itself into. WildFly deletes it when a stop begins, while the application still
 * loads classes from it to end its work; so this deletes it instead, when the application has ended. What a killed server
 * leaves is deleted by the next one with the same home.
 */
final class Installation {
    /** Set by the application for as long as it runs. */
    static final String RUNNING = "itk.running";

    /** WildFly leaves the deletion to whoever made this file. */
    private static final String MARKER = "wildfly-cleanup-marker";

    private static final String PID = "wildfly.pid";
    private static final String NAME = "wildfly-bootable-server";
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Path folder;

    Installation(Path folder) {
        this.folder = folder;
    }

    /**
     * Takes the deletion over from WildFly; to be called once, before the server starts.
     *
     * @param longest how long a stop may take
     */
    void deleteAfterTheStop(Duration longest) throws IOException {
        Files.createFile(folder.resolve(MARKER));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            awaitTheStop(longest);
                            delete();
                        },
                        "itk-installation"));
    }

    private void awaitTheStop(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while ((System.getProperty(RUNNING) != null || Files.exists(folder.resolve(PID))) && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /** Deletes the folder named in a note that a server left that is dead, and notes this one. */
    void replace(Path note) throws IOException {
        if (Files.exists(note)) {
            var left = new Installation(Path.of(Files.readString(note).strip()));
            if (left.isLeftBehind()) {
                left.delete();
            }
        }
        Files.deleteIfExists(note);
        Files.createFile(note, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(note, folder.toAbsolutePath() + "\n", StandardCharsets.UTF_8);
    }

    private boolean isLeftBehind() throws IOException {
        var pid = folder.resolve(PID);
        if (folder.getFileName() == null
                || !folder.getFileName().toString().startsWith(NAME)
                || !Files.isRegularFile(pid)) {
            return false;
        }
        var process = Files.readString(pid).strip();
        return process.matches("[0-9]{1,18}") && isDead(Long.parseLong(process));
    }

    /** A number of our own is that of a process before us: of the container that this one replaces. */
    private static boolean isDead(long process) {
        return process == ProcessHandle.current().pid()
                || ProcessHandle.of(process).isEmpty();
    }

    /** Deletes what it can; the server may still be at deleting its own temporary files. */
    void delete() {
        try {
            Files.walkFileTree(folder, new Deletion());
        } catch (IOException e) {
            // it stays in the temporary directory; nothing else can be done on the way out
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return delete(file);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException e) {
            return delete(directory);
        }

        private static FileVisitResult delete(Path path) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // the rest can still go
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
