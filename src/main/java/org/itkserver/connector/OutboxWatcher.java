package org.itkserver.connector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Outbox;
import org.itkserver.envelope.Sha256;
import org.itkserver.envelope.TenDigits;
import org.itkserver.exchange.Submissions;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.itkserver.io.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the files that are put into outbox folders. A file is taken when neither its size nor its content has changed between two
 * looks that lie two seconds apart; its own date does not count. Afterwards it lies in {@code sent} or, with the reason beside it, in
 * {@code failed}. Each file fails alone. After a crash in between, the same file is the same message. {@link #runOnce} is called by
 * one thread.
 */
public final class OutboxWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxWatcher.class);
    private static final long QUIET = Duration.ofSeconds(2).toNanos();
    private static final int AT_A_TIME = 100;
    /** Most waiting files of an outbox that people are shown. */
    private static final int LISTED = 100;

    private static final Set<String> OWN = Set.of("sent", "failed");
    /** A message takes up to so many times the size of its file while its envelope is made. */
    private static final int COPIES = 12;

    private static final String READ = "outbox/read/";
    private static final String SENT = "outbox/sent/";
    private static final String SET_ASIDE = "The server ended each time it read or sent this file.";
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(1);
    private static final List<String> UNFINISHED = List.of(".part", ".tmp", ".filepart");

    private final Supplier<Directory> directory;
    private final Submissions submissions;
    private final AuditTrail trail;
    private final UnaryOperator<Path> resolve;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Limits limits;
    private final Map<Path, Seen> seen = new HashMap<>();
    /** Files that could neither be sent nor put away; they are left alone until they change. */
    private final Map<Path, String> stuck = new HashMap<>();

    private volatile List<Pending> pending = List.of();

    /**
     * Limits of the files.
     *
     * @param size largest file that is sent, in bytes
     * @param memory what a file takes while its message is made
     * @param inHand notes the file while it is read and sent
     */
    public record Limits(long size, MemoryBudget.Share memory, InHand inHand) {}

    /**
     * A file that is not sent yet.
     *
     * @param outbox name of its outbox
     * @param name of the file, with what may be an NHS number masked
     * @param reason why it waits, a sentence
     */
    public record Pending(String outbox, String name, String reason) {}

    private record Seen(OutboxFile file, long since, byte[] digest) {}

    /**
     * @param trail gets an event for each file that fails
     * @param resolve makes a path of the directory file absolute
     * @param nanos monotonic time in nanoseconds
     */
    public OutboxWatcher(
            Supplier<Directory> directory,
            Submissions submissions,
            AuditTrail trail,
            UnaryOperator<Path> resolve,
            Clock clock,
            LongSupplier nanos,
            Limits limits) {
        this.directory = directory;
        this.submissions = submissions;
        this.trail = trail;
        this.resolve = resolve;
        this.clock = clock;
        this.nanos = nanos;
        this.limits = limits;
    }

    /** The files that the last look left where they were, the first of each outbox. Thread-safe. */
    public List<Pending> pending() {
        return pending;
    }

    /** Takes the files that are ready, a bounded number of each folder. */
    public void runOnce() {
        var present = new HashSet<Path>();
        var left = new ArrayList<Pending>();
        for (var outbox : directory.get().outboxes()) {
            var folder = resolve.apply(outbox.folder());
            try {
                make(folder.resolve("sent"));
                make(folder.resolve("failed"));
                for (var file : ready(folder, present)) {
                    take(outbox, folder, file);
                }
                left.addAll(left(outbox, folder));
            } catch (StoreUnavailable e) {
                LOG.warn("outbox {} waits: {}", outbox.name(), e.getMessage());
            } catch (IOException | RuntimeException e) {
                LOG.warn("outbox {} cannot be read", outbox.name(), e);
                alert(
                        outbox,
                        "The folder of outbox " + outbox.name() + " cannot be read: "
                                + e.getClass().getSimpleName());
            }
        }
        pending = List.copyOf(left);
        seen.keySet().retainAll(present);
        stuck.keySet().retainAll(present);
    }

    /** In the server's home, what it makes is its own. */
    private void make(Path folder) throws IOException {
        if (folder.startsWith(resolve.apply(Path.of("")))) {
            PrivateFiles.createDirectories(folder);
        } else {
            Files.createDirectories(folder);
        }
    }

    private List<Pending> left(Outbox outbox, Path folder) throws IOException {
        var out = new ArrayList<Pending>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (var path : files) {
                if (out.size() < LISTED && !OWN.contains(String.valueOf(path.getFileName()))) {
                    out.add(new Pending(
                            outbox.name(), TenDigits.masked(String.valueOf(path.getFileName())), reason(path)));
                }
            }
        }
        out.sort(Comparator.comparing(Pending::name));
        return out;
    }

    private String reason(Path path) {
        var name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return "It is not a regular file. Only files are sent.";
        }
        if (name.startsWith(".")) {
            return "Its name begins with a dot, which marks a file that is being written. Rename it.";
        }
        if (UNFINISHED.stream().anyMatch(name::endsWith)) {
            return "Its name ends as that of a file that is being written (.part, .tmp or .filepart). Rename it.";
        }
        if (stuck.containsKey(path)) {
            return "It cannot be moved out of the folder. Correct the rights of the folder and move the file away.";
        }
        return "It is new or still changing, or waits for its turn.";
    }

    private List<OutboxFile> ready(Path folder, Set<Path> present) throws IOException {
        var out = new ArrayList<OutboxFile>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (var path : files) {
                if (isFinished(path)) {
                    present.add(path);
                    look(path, out);
                }
            }
        }
        out.sort((a, b) -> a.path().compareTo(b.path()));
        return out.subList(0, Math.min(AT_A_TIME, out.size()));
    }

    private static boolean isFinished(Path file) {
        var name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && UNFINISHED.stream().noneMatch(name::endsWith)
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Adds the file when it has been the same for long enough. */
    private void look(Path path, List<OutboxFile> out) {
        try {
            var now = OutboxFile.of(path);
            if (now.stamp().equals(stuck.get(path))) {
                return;
            }
            var before = seen.get(path);
            if (before == null || !before.file.equals(now)) {
                seen.put(path, new Seen(now, nanos.getAsLong(), new byte[0]));
            } else if (nanos.getAsLong() - before.since >= QUIET) {
                out.add(now);
            }
        } catch (IOException e) {
            LOG.debug("{} is gone", path);
        }
    }

    private void take(Outbox outbox, Path folder, OutboxFile file) {
        long most = Math.min(limits.size, limits.memory.most() / COPIES);
        if (file.size() > most) {
            fail(outbox, folder, file, tooLarge(most));
            return;
        }
        var item = outbox.name() + "/" + file.path() + "/" + file.size() + "/" + file.stamp();
        if (limits.inHand.isSetAside(READ + item) || limits.inHand.isSetAside(SENT + item)) {
            fail(outbox, folder, file, SET_ASIDE);
            return;
        }
        try (var booked = limits.memory.book(COPIES * file.size(), MEMORY_WAIT)) {
            // a look that only reads does not show that sending is harmless
            limits.inHand.during((isRead(file) ? SENT : READ) + item, () -> {
                send(outbox, folder, file);
                return file;
            });
        } catch (Submissions.Refused e) {
            fail(outbox, folder, file, String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            LOG.debug("another node took {}", file.shown());
        } catch (MemoryBudget.Exhausted e) {
            LOG.warn("outbox {}: {} waits for memory", outbox.name(), file.shown());
        } catch (StoreUnavailable e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            LOG.error("outbox {}: {} cannot be sent", outbox.name(), file.shown(), e);
            fail(
                    outbox,
                    folder,
                    file,
                    "The file cannot be read or sent: " + e.getClass().getSimpleName() + ".");
        }
    }

    private boolean isRead(OutboxFile file) {
        var before = seen.get(file.path());
        return before != null && before.digest.length > 0;
    }

    private String tooLarge(long most) {
        return "The file is larger than " + most + " bytes. "
                + (most < limits.size
                        ? "This server has memory for no more; start it with a larger -Xmx."
                        : "ITK_MAX_MESSAGE is the limit.");
    }

    private void send(Outbox outbox, Path folder, OutboxFile file) throws IOException {
        var bytes = Files.readAllBytes(file.path());
        var digest = Sha256.of(bytes);
        var before = seen.get(file.path());
        if (before == null || !Arrays.equals(digest, before.digest) || !file.equals(OutboxFile.of(file.path()))) {
            // the content must be the same at two looks, too
            seen.put(file.path(), new Seen(file, before == null ? nanos.getAsLong() : before.since, digest));
            return;
        }
        var trackingId = file.trackingId(outbox.name(), bytes);
        submissions.submit(submission(outbox, trackingId, bytes));
        try {
            file.moveTo(folder.resolve("sent"), trackingId);
            seen.remove(file.path());
        } catch (NoSuchFileException e) {
            LOG.debug("another node took {}", file.shown());
        } catch (IOException e) {
            stuck.put(file.path(), file.stamp());
            LOG.error("outbox {}: {} was sent and cannot be moved to sent/", outbox.name(), file.shown(), e);
            alert(outbox, "A file of outbox " + outbox.name() + " was sent, but cannot be moved to its folder sent.");
        }
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

    private void fail(Outbox outbox, Path folder, OutboxFile file, String reason) {
        LOG.error("outbox {}: {} cannot be sent: {}", outbox.name(), file.shown(), reason);
        alert(
                outbox,
                "Outbox " + outbox.name() + ": " + file.shown() + " was not sent and goes to the folder failed. "
                        + reason);
        try {
            file.moveTo(folder.resolve("failed"), file.shortName(), reason);
            seen.remove(file.path());
        } catch (IOException e) {
            stuck.put(file.path(), file.stamp());
            LOG.error("outbox {}: {} cannot be moved to failed/", outbox.name(), file.shown(), e);
        }
    }

    private void alert(Outbox outbox, String text) {
        var cause = new Cause(
                AlertKind.OUTBOX_FAILING,
                outbox.name(),
                null,
                "A file of outbox " + outbox.name() + " was not sent. Look into its folder failed.");
        trail.append(AuditEvent.ofServer(clock.instant(), AuditType.ALERT, text).raising(cause));
    }
}
