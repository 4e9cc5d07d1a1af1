package org.itkserver.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.itkserver.exchange.Submissions;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.itkserver.io.PrivateFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the files that are put into outbox folders. A file is taken when neither its size nor its content has changed between two
 * looks that lie two seconds apart; its own date does not count. Afterwards it lies in {@code sent} or, with the reason beside it, in
 * {@code failed}. Each file fails alone. After a crash in between, the same file is the same message. A file that was sent and cannot be
 * moved is not sent again: only the move is tried again, once a minute. {@link #runOnce} is called by one thread.
 */
public final class OutboxWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxWatcher.class);
    private static final long QUIET = Duration.ofSeconds(2).toNanos();
    private static final int AT_A_TIME = 100;
    /** A message takes up to so many times the size of its file while its envelope is made. */
    private static final int COPIES = 12;

    private static final String READ = "outbox/read/";
    private static final String SENT = "outbox/sent/";
    private static final String SET_ASIDE = "The server ended each time it read or sent this file.";
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(1);
    private static final String FOLDER = "(the whole folder)";
    private static final Path MARKS = Path.of("outbox-marks");

    private final Supplier<Directory> directory;
    private final Submissions submissions;
    private final AuditTrail trail;
    private final UnaryOperator<Path> resolve;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Limits limits;
    private final Map<Path, Seen> seen = new HashMap<>();
    private final OutboxMarks marks;
    private final OutboxMoves moves;
    private final OutboxProblems logged;
    private final OutboxProblems audited;

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
     * A file that is still in its outbox.
     *
     * @param outbox name of its outbox
     * @param name of the file, with what may be an NHS number masked; {@value #FOLDER} when the whole outbox waits
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
        this.marks = new OutboxMarks(resolve.apply(MARKS));
        this.moves = new OutboxMoves(marks, nanos, this::alert);
        this.logged = new OutboxProblems(nanos);
        this.audited = new OutboxProblems(nanos);
    }

    /** The files that the last look left where they were, the first of each outbox. Thread-safe. */
    public List<Pending> pending() {
        return pending;
    }

    /**
     * Takes the files that are ready, a bounded number of each folder.
     *
     * @throws StoreUnavailable when an outbox waits for the database; the other outboxes were looked at all the same
     * @throws UncheckedIOException when the marks of sent files cannot be read; nothing is sent then
     */
    public void runOnce() {
        try {
            marks.refresh();
        } catch (IOException e) {
            throw new UncheckedIOException("the marks of files that were sent cannot be read", e);
        }
        var present = new HashSet<Path>();
        var unread = new HashSet<Path>();
        var left = new ArrayList<Pending>();
        StoreUnavailable away = null;
        for (var outbox : directory.get().outboxes()) {
            var folder = resolve.apply(outbox.folder());
            try {
                look(outbox, folder, present);
                left.addAll(OutboxListing.left(outbox, folder, moves::whyLeft));
                logged.over(outbox.name());
                audited.over(outbox.name());
            } catch (StoreUnavailable e) {
                unread.add(folder);
                away = e;
            } catch (IOException | RuntimeException e) {
                unread.add(folder);
                var text = OutboxProblems.text(folder, e);
                left.add(new Pending(outbox.name(), FOLDER, text));
                away = tell(outbox, text, e, away);
            }
        }
        pending = List.copyOf(left);
        seen.keySet().removeIf(path -> isGone(path, present, unread));
        moves.retain(path -> !isGone(path, present, unread));
        if (away != null) {
            throw away;
        }
    }

    private static boolean isGone(Path path, Set<Path> present, Set<Path> unread) {
        return !present.contains(path) && !unread.contains(path.getParent());
    }

    private void look(Outbox outbox, Path folder, Set<Path> present) throws IOException {
        for (var name : OutboxListing.OWN) {
            make(folder.resolve(name));
        }
        for (var file : ready(folder, present)) {
            if (!moves.isLeft(file)) {
                take(outbox, folder, file);
            } else if (moves.again(outbox, folder, file)) {
                seen.remove(file.path());
            }
        }
    }

    /** Logs and audits what is news about an outbox that cannot be used. */
    private @Nullable StoreUnavailable tell(
            Outbox outbox, String problem, Exception e, @Nullable StoreUnavailable away) {
        var name = outbox.name();
        if (logged.isNews(name, problem)) {
            logged.reported(name, problem);
            LOG.warn("outbox {} cannot be used: {}", name, problem, e);
        }
        if (audited.isNews(name, problem)) {
            try {
                alert(
                        outbox,
                        "Outbox " + name + " cannot be used. " + problem,
                        "Outbox " + name + " cannot be used. Look at its folder.");
                audited.reported(name, problem);
            } catch (StoreUnavailable again) {
                return again;
            }
        }
        return away;
    }

    /** In the server's home, what it makes is its own. */
    private void make(Path folder) throws IOException {
        if (folder.startsWith(resolve.apply(Path.of("")))) {
            PrivateFiles.createDirectories(folder);
        } else {
            Files.createDirectories(folder);
        }
    }

    private List<OutboxFile> ready(Path folder, Set<Path> present) throws IOException {
        var out = new ArrayList<OutboxFile>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (var path : files) {
                if (OutboxListing.isFinished(path)) {
                    present.add(path);
                    look(path, out);
                }
            }
        }
        out.sort((a, b) -> a.path().compareTo(b.path()));
        return out.subList(0, Math.min(AT_A_TIME, out.size()));
    }

    /** Adds the file when it has been the same for long enough. */
    private void look(Path path, List<OutboxFile> out) {
        try {
            var now = OutboxFile.of(path);
            if (moves.isLeft(now)) {
                if (moves.isDue(now)) {
                    out.add(now);
                }
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
            notTaken(outbox, folder, file, tooLarge(most));
            return;
        }
        var item = outbox.name() + "/" + file.path() + "/" + file.size() + "/" + file.stamp();
        if (limits.inHand.isSetAside(READ + item) || limits.inHand.isSetAside(SENT + item)) {
            notTaken(outbox, folder, file, SET_ASIDE);
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
            if (marks.isSent(file)) {
                return; // it waits for its move, and cannot be read now
            }
            LOG.error("outbox {}: {} cannot be sent", outbox.name(), file.shown(), e);
            fail(
                    outbox,
                    folder,
                    file,
                    "The file cannot be read or sent: " + e.getClass().getSimpleName() + ".");
        }
    }

    /** A file that is not sent any more; it may have been sent before. */
    private void notTaken(Outbox outbox, Path folder, OutboxFile file, String reason) {
        try {
            var mark = marks.of(file).isEmpty() ? Optional.<OutboxMarks.Mark>empty() : marks.of(file, file.digest());
            if (mark.isPresent() && mark.get().sent()) {
                moves.toSent(outbox, folder, file, mark.get());
                return;
            }
            var before = mark.map(sending -> " It may have been sent before: look for the message "
                    + sending.trackingId() + " before you send it again.");
            fail(outbox, folder, file, reason + before.orElse(""));
        } catch (NoSuchFileException e) {
            LOG.debug("another node took {}", file.shown());
        } catch (IOException e) {
            var about = outbox.name() + "/" + file.shown();
            if (logged.isNews(about, e.toString())) {
                LOG.warn("outbox {}: {} cannot be read: {}", outbox.name(), file.shown(), e.toString());
                logged.reported(about, e.toString());
            }
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
        var read = file.read();
        if (read.isEmpty()) {
            seen.remove(file.path());
            return;
        }
        var bytes = read.get();
        var digest = Sha256.of(bytes);
        var before = seen.get(file.path());
        if (before == null || !Arrays.equals(digest, before.digest) || !file.equals(OutboxFile.of(file.path()))) {
            // the content must be the same at two looks, too
            seen.put(file.path(), new Seen(file, before == null ? nanos.getAsLong() : before.since, digest));
            return;
        }
        var mark = marks.of(file, digest)
                .orElseGet(() -> OutboxMarks.sending(file, digest, file.trackingId(outbox.name(), bytes)));
        if (!mark.sent()) {
            marks.put(mark);
            submit(outbox, file, mark.trackingId(), bytes);
        }
        if (moves.toSent(outbox, folder, file, mark)) {
            seen.remove(file.path());
        }
    }

    private void submit(Outbox outbox, OutboxFile file, String trackingId, byte[] bytes) {
        try {
            submissions.submit(Submissions.Submission.of(outbox, trackingId, bytes));
        } catch (Submissions.Refused e) {
            if (e.why() != Submissions.Refused.Why.CONFLICT) {
                throw e;
            }
            // the tracking id is made from this file: it was sent, and the directory has changed since
            LOG.info("outbox {}: {} was sent before", outbox.name(), file.shown());
        }
    }

    private void fail(Outbox outbox, Path folder, OutboxFile file, String reason) {
        LOG.error("outbox {}: {} cannot be sent: {}", outbox.name(), file.shown(), reason);
        // durable before the move, so it says nothing about where the file is
        alert(
                outbox,
                "Outbox " + outbox.name() + ": " + file.shown() + " was not sent. " + reason,
                "A file of outbox " + outbox.name()
                        + " was not sent. Look into its folder failed and at the directory page.");
        marks.remove(file.path());
        if (moves.toFailed(outbox, folder, file, reason)) {
            seen.remove(file.path());
        }
    }

    private void alert(Outbox outbox, String text, String notice) {
        var cause = new Cause(AlertKind.OUTBOX_FAILING, outbox.name(), null, notice);
        trail.append(AuditEvent.ofServer(clock.instant(), AuditType.ALERT, text).raising(cause));
    }
}
