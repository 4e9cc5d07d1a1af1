package org.itkserver.boot;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Directory;
import org.itkserver.directory.DirectoryStatus;
import org.itkserver.envelope.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in force. A changed file is loaded when it is right; when it is wrong the last good one stays, and the
 * mistake is logged and audited. {@link #get()} is thread-safe; the rest is called by one timer thread.
 */
final class LiveDirectory implements Supplier<Directory> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveDirectory.class);

    private static final Pattern END = Pattern.compile("(?:^|\\n)\\.\\.\\.[ \\t\\r\\n]*\\z");
    private static final String UNREADABLE = "The file cannot be read.";
    private static final String PENDING = "A changed file is pending: it was written in place and may not be complete."
            + " Move a complete file into its place, or end it with a line of three dots (...).";

    private final Path file;
    private final boolean loopback;
    private final Predicate<URI> ourself;
    private final Clock clock;
    private volatile InForce current;
    private volatile DirectoryStatus status;
    /** The version that was looked at last; a version is looked at once. */
    private Version seen;

    private record InForce(Directory directory, Version version) {}

    /** The file as it was once. */
    private record Version(byte[] bytes, String inode) {
        static Version of(Path file) throws IOException {
            // of the file itself, when the path is a link that is swapped
            var real = file.toRealPath();
            return new Version(Files.readAllBytes(real), inode(real));
        }

        private static String inode(Path real) throws IOException {
            try {
                return String.valueOf(Files.getAttribute(real, "unix:ino"));
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                return "";
            }
        }

        boolean isSameAs(Version other) {
            return Arrays.equals(bytes, other.bytes);
        }

        /** Whether it was moved into place, or ends with the marker of a document's end; a file that is being written is neither. */
        boolean isComplete(Version before, String text) {
            return !inode.equals(before.inode) || END.matcher(text).find();
        }
    }

    /**
     * @param loopback whether the server listens on a loopback address only
     * @param ourself whether a URL is one of this server's own
     * @throws IllegalArgumentException when the file is wrong, naming its line
     */
    LiveDirectory(Path file, boolean loopback, Predicate<URI> ourself, Clock clock) throws IOException {
        this.file = file;
        this.loopback = loopback;
        this.ourself = ourself;
        this.clock = clock;
        this.seen = Version.of(file);
        // at the start the file counts as it stands
        this.current = new InForce(read(DirectoryFile.text(seen.bytes)), seen);
        this.status = inForce(seen.bytes);
    }

    private Directory read(String text) {
        return DirectoryFile.read(text, loopback, ourself, file.toAbsolutePath().getParent());
    }

    private DirectoryStatus inForce(byte[] bytes) {
        return new DirectoryStatus(Sha256.hex(Sha256.of(bytes)), clock.instant(), null, null);
    }

    /** Which version is in force, and what is wrong with a later one. */
    DirectoryStatus status() {
        return status;
    }

    @Override
    public Directory get() {
        return current.directory;
    }

    /** Whether some service is answered with invented data; the console says so on every page. */
    boolean answersWithSamples() {
        return current.directory.services().values().stream()
                .anyMatch(service -> Directory.SAMPLE.equals(service.handler()));
    }

    /**
     * Looks at the file again. A changed one takes effect when it is complete, valid, and recorded in the trail; until then the one
     * before it stays.
     */
    void refresh(AuditTrail audit) {
        try {
            var now = Version.of(file);
            if (now.isSameAs(current.version)) {
                current = new InForce(current.directory, now);
                status = status.mistake() == null ? status : inForce(now.bytes);
                seen = now;
            } else if (!now.isSameAs(seen) || !now.inode.equals(seen.inode)) {
                look(now, audit);
                seen = now;
            }
        } catch (IOException e) {
            if (!UNREADABLE.equals(status.mistake())) {
                LOG.error(
                        "directory.yaml cannot be read ({}); the last good one stays",
                        e.getClass().getSimpleName());
            }
            mistake(UNREADABLE);
        }
    }

    private void look(Version now, AuditTrail audit) {
        try {
            var text = DirectoryFile.text(now.bytes);
            var read = read(text);
            if (!now.isComplete(current.version, text)) {
                LOG.warn("directory.yaml has changed and is pending: {}", PENDING);
                mistake(PENDING);
                return;
            }
            var detail = "directory.yaml was changed, SHA-256 " + Sha256.hex(Sha256.of(now.bytes));
            // recorded first: what is not in the trail does not take effect
            audit.append(AuditEvent.ofServer(clock.instant(), AuditType.DIRECTORY_LOADED, detail));
            current = new InForce(read, now);
            status = inForce(now.bytes);
            LOG.info("directory.yaml was loaded again");
        } catch (IllegalArgumentException e) {
            LOG.error("directory.yaml is wrong, the last good one stays: {}", e.getMessage());
            refused(audit, e);
        }
    }

    private void mistake(String text) {
        status = new DirectoryStatus(status.version(), status.loadedAt(), text, clock.instant());
    }

    private void refused(AuditTrail audit, IllegalArgumentException e) {
        mistake(String.valueOf(e.getMessage()));
        try {
            audit.append(
                    AuditEvent.ofServer(clock.instant(), AuditType.DIRECTORY_REFUSED, String.valueOf(e.getMessage())));
        } catch (StoreUnavailable unavailable) {
            LOG.warn("the refused directory could not be audited");
        }
    }
}
