package org.itkserver.connector;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Outbox;
import org.itkserver.envelope.Sha256;
import org.itkserver.exchange.Submissions;
import org.itkserver.io.MemoryBudget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the files that are put into outbox folders. A file is taken when it has not changed for two
 * seconds; afterwards it lies in {@code sent} or, with the reason beside it, in {@code failed}. After a crash in between, the
 * same file is the same message: its tracking id follows from its name, time and content. {@link #runOnce} is called by one thread.
 */
public final class OutboxWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxWatcher.class);
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final int AT_A_TIME = 100;
    /** A message takes up to so many times the size of its file while its envelope is made. */
    private static final int COPIES = 12;

    private static final Duration MEMORY_WAIT = Duration.ofSeconds(1);
    private static final List<String> UNFINISHED = List.of(".part", ".tmp", ".filepart", ".json");

    private final Supplier<Directory> directory;
    private final Submissions submissions;
    private final UnaryOperator<Path> resolve;
    private final Clock clock;
    private final long maxSize;
    private final MemoryBudget.Share memory;

    /**
     * @param resolve makes a path of the directory file absolute
     * @param maxSize largest file that is sent, in bytes
     * @param memory what a file takes while its message is made
     */
    public OutboxWatcher(
            Supplier<Directory> directory,
            Submissions submissions,
            UnaryOperator<Path> resolve,
            Clock clock,
            long maxSize,
            MemoryBudget.Share memory) {
        this.directory = directory;
        this.submissions = submissions;
        this.resolve = resolve;
        this.clock = clock;
        this.maxSize = maxSize;
        this.memory = memory;
    }

    /** Takes the files that are ready, a bounded number of each folder. */
    public void runOnce() {
        for (var outbox : directory.get().outboxes()) {
            var folder = resolve.apply(outbox.folder());
            try {
                Files.createDirectories(folder.resolve("sent"));
                Files.createDirectories(folder.resolve("failed"));
                for (var file : ready(folder)) {
                    take(outbox, folder, file);
                }
            } catch (MemoryBudget.Exhausted | StoreUnavailable e) {
                LOG.warn("outbox {} waits: {}", outbox.name(), e.getMessage());
            } catch (IOException e) {
                LOG.warn("outbox {} cannot be read", outbox.name(), e);
            }
        }
    }

    private List<Path> ready(Path folder) throws IOException {
        var before = clock.instant().minus(QUIET);
        try (var files = Files.list(folder)) {
            return files.filter(OutboxWatcher::isFinished)
                    .filter(file -> isQuiet(file, before))
                    .sorted()
                    .limit(AT_A_TIME)
                    .toList();
        }
    }

    private static boolean isFinished(Path file) {
        var name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && UNFINISHED.stream().noneMatch(name::endsWith)
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isQuiet(Path file, java.time.Instant before) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(before);
        } catch (IOException e) {
            return false;
        }
    }

    private void take(Outbox outbox, Path folder, Path file) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            long most = Math.min(maxSize, memory.most() / COPIES);
            if (attributes.size() > most) {
                fail(folder, file, tooLarge(most));
                return;
            }
            try (var booked = memory.book(COPIES * attributes.size(), MEMORY_WAIT)) {
                send(outbox, folder, file, attributes);
            }
        } catch (Submissions.Refused e) {
            fail(folder, file, String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            LOG.debug("another node took {}", file);
        }
    }

    private String tooLarge(long most) {
        return "The file is larger than " + most + " bytes. "
                + (most < maxSize
                        ? "This server has memory for no more; start it with a larger -Xmx."
                        : "ITK_MAX_MESSAGE is the limit.");
    }

    private void send(Outbox outbox, Path folder, Path file, BasicFileAttributes attributes) throws IOException {
        var bytes = Files.readAllBytes(file);
        var trackingId = trackingId(outbox, file, attributes, bytes);
        submissions.submit(submission(outbox, trackingId, bytes));
        var name = trackingId + "-" + file.getFileName();
        Files.move(file, folder.resolve("sent").resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Submissions.Submission submission(Outbox outbox, String trackingId, byte[] bytes) {
        return new Submissions.Submission(
                trackingId,
                outbox.service(),
                null,
                outbox.to(),
                outbox.interaction(),
                outbox.infAckRequested(),
                outbox.ackRequested(),
                List.of(new Submissions.Content(outbox.mimeType(), outbox.profileId(), bytes)),
                "outbox " + outbox.name(),
                null);
    }

    private static String trackingId(Outbox outbox, Path file, BasicFileAttributes attributes, byte[] bytes) {
        var identity = outbox.name() + "/" + file.getFileName() + "/" + attributes.lastModifiedTime() + "/"
                + HexFormat.of().formatHex(Sha256.of(bytes));
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8))
                .toString()
                .toUpperCase(Locale.ROOT);
    }

    private static void fail(Path folder, Path file, String reason) throws IOException {
        LOG.error("{} cannot be sent: {}", file, reason);
        var failed = folder.resolve("failed");
        Files.writeString(failed.resolve(file.getFileName() + ".reason.txt"), reason + "\n");
        Files.move(file, failed.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
}
