package org.itkserver.boot;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Predicate;
import java.util.function.Supplier;
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

    private final Path file;
    private final boolean loopback;
    private final Predicate<URI> ourself;
    private final Clock clock;
    private volatile Directory current;
    private volatile DirectoryStatus status;
    private String lastText;

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
        this.lastText = Files.readString(file);
        this.current = DirectoryFile.read(lastText, loopback, ourself);
        this.status = inForce(lastText);
    }

    private DirectoryStatus inForce(String text) {
        return new DirectoryStatus(Sha256.hex(text), clock.instant(), null, null);
    }

    /** Which version is in force, and what is wrong with a later one. */
    DirectoryStatus status() {
        return status;
    }

    @Override
    public Directory get() {
        return current;
    }

    /** Whether some service is answered with invented data; the console says so on every page. */
    boolean answersWithSamples() {
        return current.services().values().stream().anyMatch(service -> Directory.SAMPLE.equals(service.handler()));
    }

    /** Loads the file again if its text has changed, and audits what came of it. */
    void refresh(AuditTrail audit) {
        try {
            var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            if (text.equals(lastText)) {
                return;
            }
            lastText = text;
            current = DirectoryFile.read(text, loopback, ourself);
            status = inForce(text);
            LOG.info("directory.yaml was loaded again");
            audit.append(
                    AuditEvent.ofServer(clock.instant(), AuditType.DIRECTORY_LOADED, "directory.yaml was changed"));
        } catch (IllegalArgumentException e) {
            LOG.error("directory.yaml is wrong, the last good one stays: {}", e.getMessage());
            refused(audit, e);
        } catch (IOException e) {
            LOG.error("directory.yaml cannot be read, the last good one stays");
            mistake("The file cannot be read.");
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
