package org.itkserver.boot;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
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
import org.itkserver.tls.SettingFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in force. A changed file is loaded when it is right; when it is wrong the last good one stays, and the
 * mistake is logged and audited. Thread-safe; {@link #get()} never waits.
 */
final class LiveDirectory implements Supplier<Directory>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveDirectory.class);

    private static final Pattern END = Pattern.compile("(?:^|\\n)\\.\\.\\.[ \\t\\r\\n]*\\z");
    /** Events come from a thread of their own. */
    private static final long LATE_EVENTS = Duration.ofMillis(500).toNanos();

    private static final String UNREADABLE = "The file cannot be read.";
    private static final String PENDING = "A changed file is pending: nothing shows that it was complete before it was"
            + " moved into its place, so it may still be written. Move a complete file into its place, end it with a line of three dots (...), or have an administrator put it"
            + " in force on the directory page.";
    private static final String PENDING_WRONG =
            "A changed file is pending: nothing shows that it was complete before it was moved into its place, so it may still"
                    + " be written. As it stands it has mistakes:\n";

    private final Path file;
    private final boolean loopback;
    private final Predicate<URI> ourself;
    private final Clock clock;
    private final LongSupplier nanos;
    private volatile InForce current;
    private volatile DirectoryStatus status;
    /** The version that was judged last; a version is judged once. */
    private FileVersion seen;
    /** Whether that one was complete. */
    private boolean seenComplete = true;
    /** Whether the file could not be read since, so that what it holds now is to be judged in any case. */
    private boolean unread;
    /** A version that events alone show to be complete. */
    private @Nullable FileVersion candidate;

    private long candidateSince;

    private final Arrivals arrivals;

    private record InForce(Directory directory, FileVersion version) {}

    /**
     * @param loopback whether the server listens on a loopback address only
     * @param ourself whether a URL is one of this server's own
     * @param nanos a clock that only goes forward, in nanoseconds
     * @throws IllegalArgumentException when the file is wrong, naming its line
     */
    LiveDirectory(Path file, boolean loopback, Predicate<URI> ourself, Clock clock, LongSupplier nanos)
            throws IOException {
        this(file, loopback, ourself, clock, nanos, new Arrivals());
    }

    /** @param arrivals the events about the file; closed with this */
    LiveDirectory(
            Path file, boolean loopback, Predicate<URI> ourself, Clock clock, LongSupplier nanos, Arrivals arrivals)
            throws IOException {
        this.arrivals = arrivals;
        this.file = file;
        this.loopback = loopback;
        this.ourself = ourself;
        this.clock = clock;
        this.nanos = nanos;
        // at the start the file counts as it stands
        this.seen = atStart(file);
        arrivals.look(seen.real());
        this.current = new InForce(read(DirectoryFile.text(seen.bytes())), seen);
        this.status = inForce(seen.bytes());
    }

    private static FileVersion atStart(Path file) throws IOException {
        try {
            return FileVersion.asItStands(file, YamlText.LONGEST_FILE);
        } catch (SettingFile.Unusable e) {
            throw new IllegalArgumentException(file + " " + e.getMessage() + ".");
        }
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
            // the bytes before the events: an event about bytes that were read is then known soon
            var now = FileVersion.of(file, YamlText.LONGEST_FILE);
            arrivals.look(now.real());
            if (now.hasBytesOf(current.version)) {
                current = new InForce(current.directory, now);
                status = status.mistake() == null ? status : inForce(now.bytes());
                judged(now, true);
            } else if (unread
                    || !now.hasBytesOf(seen)
                    || !now.isSameFileAs(seen)
                    || arrivals.isMovedIn()
                    || arrivals.isAnotherFile()) {
                // also when the event about bytes that were judged comes after them
                judge(now, audit, versions);
            }
        } catch (FileVersion.Changing e) {
            LOG.debug("directory.yaml is being written");
        } catch (SettingFile.Unusable e) {
            unreadable("The file " + e.getMessage() + ".");
        } catch (IOException e) {
            unreadable(UNREADABLE);
        }
    }

    private void unreadable(String reason) {
        if (!reason.equals(status.mistake())) {
            LOG.error("directory.yaml cannot be used; the last good one stays: {}", reason);
        }
        unread = true;
        candidate = null;
        mistake(reason);
    }

    private void judge(FileVersion now, AuditTrail audit, Versions versions) {
        if (seenComplete && !unread && now.hasBytesOf(seen) && now.isSameFileAs(seen)) {
            // the events about a version that was judged came after it
            arrivals.forget();
            return;
        }
        boolean complete = isComplete(now);
        if (!complete && arrivals.isMovedIn() && now.bytes().length > 0) {
            if (!isSettled(now)) {
                return;
            }
            complete = true;
        }
        look(now, complete, audit, versions);
        judged(now, complete);
    }

    /** Whether events about a version have had the time to arrive. */
    private boolean isSettled(FileVersion now) {
        if (candidate == null || !now.isUnchangedSince(candidate)) {
            candidate = now;
            candidateSince = nanos.getAsLong();
        }
        return nanos.getAsLong() - candidateSince >= LATE_EVENTS;
    }

    private void judged(FileVersion version, boolean complete) {
        seen = version;
        seenComplete = complete;
        unread = false;
        candidate = null;
        arrivals.forget();
    }

    /** Whether it was moved into place, or ends with the marker of a document's end; a file that is being written is neither. */
    private boolean isComplete(FileVersion now) {
        // a file that went away may have left its inode to the next one
        boolean another = !now.isSameFileAs(seen) || unread || arrivals.isAnotherFile();
        return now.isSameFileAs(seen) && now.hasBytesOf(seen) && seenComplete
                || now.isSwappedIn(seen)
                || another && now.isRenamed()
                || END.matcher(new String(now.bytes(), StandardCharsets.UTF_8)).find();
    }

    private void look(FileVersion now, boolean complete, AuditTrail audit, Versions versions) {
        try {
            var read = read(DirectoryFile.text(now.bytes()));
            if (!complete) {
                LOG.warn("directory.yaml has changed and is pending");
                mistake(PENDING, sha256(now.bytes()));
                return;
            }
            var detail = "directory.yaml was changed, SHA-256 " + sha256(now.bytes());
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
        var sha256 = sha256(next.version.bytes());
        audit.change(List.of(event), () -> {
            versions.current(sha256, event.at(), event.actor());
            return true;
        });
        current = next;
        status = inForce(next.version.bytes());
        judged(next.version, true);
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
            var now = FileVersion.of(file, YamlText.LONGEST_FILE);
            if (!sha256.equals(status.pending()) || !sha256.equals(sha256(now.bytes()))) {
                return Optional.of("The file has changed since. Look at it again");
            }
            var read = read(DirectoryFile.text(now.bytes()));
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

    @Override
    public synchronized void close() {
        arrivals.close();
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
