package org.itkserver.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.Seal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file outside the database that remembers the newest seal, line after line, and is only ever added to. Once an hour the
 * log gets the same line, for it usually leaves the machine. Thread-safe.
 */
final class AnchorFile {
    private static final Logger LOG = LoggerFactory.getLogger(AnchorFile.class);
    private static final Duration LOG_PACE = Duration.ofHours(1);

    private final Path file;
    private final LongSupplier nanos;
    private @Nullable Anchor last;
    private long logged;
    private boolean loggedOnce;
    private volatile boolean failing;

    /**
     * @param nanos monotonic time in nanoseconds
     * @throws IllegalArgumentException naming the setting when the file cannot be added to
     */
    AnchorFile(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IllegalArgumentException("ITK_SEAL_ANCHORS=" + file + " is not a regular file.");
        }
        try {
            append("");
        } catch (IOException e) {
            throw new IllegalArgumentException("ITK_SEAL_ANCHORS=" + file + " cannot be written to: " + e.getMessage());
        }
    }

    /** Adds a line for a seal unless it has been noted; a failure is logged, and the next call tries again. */
    synchronized void note(Seal seal) {
        var anchor = Anchor.of(seal);
        if (anchor.equals(last)) {
            return;
        }
        try {
            append(anchor.line() + "\n");
            last = anchor;
            failing = false;
        } catch (IOException e) {
            failing = true;
            LOG.error("the seal cannot be noted in {}; it is tried again in a minute: {}", file, e.getMessage());
        }
        long now = nanos.getAsLong();
        if (!loggedOnce || now - logged >= LOG_PACE.toNanos()) {
            LOG.info("audit seal {}", anchor.line());
            logged = now;
            loggedOnce = true;
        }
    }

    /** Whether the newest seal could not be noted. */
    boolean isFailing() {
        return failing;
    }

    private void append(String line) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), mode)) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
    }
}
