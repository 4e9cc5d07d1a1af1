package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process when the start finds a mistake of configuration: one sentence for each, exit code 78, no stack trace. */
final class StartFailure {
    /** sysexits.h EX_CONFIG. */
    static final int EXIT_CONFIG = 78;

    private static final Logger LOG = LoggerFactory.getLogger(StartFailure.class);

    private StartFailure() {}

    /** Does not return. The process is halted: an orderly stop would wait for the start that called this. */
    static void end(String reasons) {
        reasons.lines().forEach(reason -> LOG.error("the server cannot start: {}", reason));
        deleteInstallation();
        Runtime.getRuntime().halt(EXIT_CONFIG);
    }

    /** What the bootable JAR unpacked; a halt leaves nobody else to delete it. */
    private static void deleteInstallation() {
        var folder = System.getProperty("jboss.home.dir");
        if (folder == null || !folder.contains("wildfly-bootable-server")) {
            return;
        }
        try {
            Files.walkFileTree(Path.of(folder), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            LOG.debug("{} could not be deleted; the next start deletes it", folder);
        }
    }
}
