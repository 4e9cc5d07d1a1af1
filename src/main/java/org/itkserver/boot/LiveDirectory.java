package org.itkserver.boot;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in force. A changed file is loaded when it is right; when it is wrong the last good one stays, and the
 * mistake is logged and audited. Thread-safe; {@link #get()} never waits.
 */
final class LiveDirectory implements Supplier<Directory> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveDirectory.class);

    private static final Pattern END = Pattern.compile("(?:^|\\n)\\.\\.\\.[ \\t\\r\\n]*\\z");
    private static final String UNREADABLE = "The file cannot be read.";
    private static final String PENDING = "A changed file is pending: it was written in place and may not be complete."
            + " Move a complete file into its place, end it with a line of three dots (...), or have an administrator put it"
            + " in force on the directory page.";
    private static final String PENDING_WRONG =
            "A changed file is pending: it was written in place and may not be complete. As it stands it has mistakes:\n";

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
        return new DirectoryStatus(sha256(bytes), clock.instant(), null, null, null);
    }

    private static String sha256(byte[] bytes) {
        return Sha256.hex(Sha256.of(bytes));
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
    synchronized void refresh(AuditTrail audit, Versions versions) {
        try {
            var now = Version.of(file);
            if (now.isSameAs(current.version)) {
                current = new InForce(current.directory, now);
                status = status.mistake() == null ? status : inForce(now.bytes);
                seen = now;
            } else if (!now.isSameAs(seen) || !now.inode.equals(seen.inode)) {
                look(now, audit, versions);
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

    private void look(Version now, AuditTrail audit, Versions versions) {
        boolean complete = true;
        try {
            complete = !now.inode.equals(current.version.inode);
            var text = DirectoryFile.text(now.bytes);
            complete = now.isComplete(current.version, text);
            var read = read(text);
            if (!complete) {
                LOG.warn("directory.yaml has changed and is pending");
                mistake(PENDING, sha256(now.bytes));
                return;
            }
            var detail = "directory.yaml was changed, SHA-256 " + sha256(now.bytes);
            var event = AuditEvent.ofServer(clock.instant(), AuditType.DIRECTORY_LOADED, detail);
            takeEffect(new InForce(read, now), event, audit, versions);
            LOG.info("directory.yaml was loaded again");
        } catch (IllegalArgumentException e) {
            if (complete) {
                LOG.error("directory.yaml is wrong, the last good one stays: {}", e.getMessage());
                refused(audit, e);
            } else {
                LOG.warn("directory.yaml is pending and, as it stands, wrong: {}", e.getMessage());
                mistake(PENDING_WRONG + e.getMessage());
            }
        }
    }

    /** Recorded first, in one transaction: what is not recorded does not take effect. */
    private void takeEffect(InForce next, AuditEvent event, AuditTrail audit, Versions versions) {
        var sha256 = sha256(next.version.bytes);
        audit.change(List.of(event), () -> {
            versions.current(sha256, event.at(), event.actor());
            return true;
        });
        current = next;
        status = inForce(next.version.bytes);
        seen = next.version;
    }

    /** Records the version that the server starts with. */
    synchronized void started(AuditTrail audit, Versions versions) {
        var detail = "directory.yaml, SHA-256 " + status.version();
        var event = AuditEvent.ofServer(clock.instant(), AuditType.DIRECTORY_LOADED, detail);
        takeEffect(current, event, audit, versions);
    }

    /**
     * Puts a pending file in force.
     *
     * @param sha256 of the file that the person saw as pending
     * @return why it was not done, empty when it was
     * @throws StoreUnavailable when it could not be recorded; it did not take effect then
     */
    synchronized Optional<String> putInForce(
            String sha256, String person, String source, AuditTrail audit, Versions versions) {
        try {
            var now = Version.of(file);
            if (!sha256.equals(status.pending()) || !sha256.equals(sha256(now.bytes))) {
                return Optional.of("The file has changed since. Look at it again");
            }
            var read = read(DirectoryFile.text(now.bytes));
            var detail = "directory.yaml, which was pending, is put in force, SHA-256 " + sha256;
            var event = AuditEvent.ofPerson(clock.instant(), AuditType.DIRECTORY_LOADED, person, source, detail);
            takeEffect(new InForce(read, now), event, audit, versions);
            LOG.info("directory.yaml was put in force by an administrator");
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("The file cannot be read");
        } catch (IllegalArgumentException e) {
            return Optional.of("The file has mistakes: " + e.getMessage());
        }
    }

    /** Where the version in force is recorded. */
    @FunctionalInterface
    interface Versions {
        /** Called within the transaction that audits it. */
        void current(String sha256, Instant since, String by);
    }

    private void mistake(String text) {
        mistake(text, null);
    }

    private void mistake(String text, @Nullable String pending) {
        status = new DirectoryStatus(status.version(), status.loadedAt(), text, clock.instant(), pending);
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
