package org.itkserver.boot.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.itkserver.boot.launch.LaunchSettings.BadSetting;

/** Keeps a second process out of the home folder, for as long as this one lives. The file holds this process's number. */
final class HomeLock {
    private static final String FILE = "lock";

    /** Never closed: the lock ends with the process, however that ends. */
    private static FileChannel held;

    private HomeLock() {}

    /** @throws BadSetting when another process has the folder, naming it */
    static void take(Path home) throws BadSetting, IOException {
        var file = home.resolve(FILE);
        var channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        if (!isLocked(channel)) {
            channel.close();
            var pid = Files.readString(file).strip();
            throw new BadSetting("ITK_HOME=" + home + " is in use by process " + (pid.isEmpty() ? "(unknown)" : pid)
                    + ": stop that server, or give this one a folder of its own.");
        }
        held = channel;
        var pid = Long.toString(ProcessHandle.current().pid()) + "\n";
        channel.truncate(0).write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }
}
