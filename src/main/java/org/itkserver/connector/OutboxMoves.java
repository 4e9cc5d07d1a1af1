package org.itkserver.connector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.itkserver.directory.Outbox;
import org.itkserver.io.PrivateFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves files of outboxes to {@code sent} and {@code failed}. A file that cannot be moved is left where it is; the move is tried again
 * once a minute, and people are told once. Used by one thread.
 */
final class OutboxMoves {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxMoves.class);
    private static final long AGAIN = Duration.ofMinutes(1).toNanos();

    private final OutboxMarks marks;
    private final LongSupplier nanos;
    private final Alerts alerts;
    private final Map<Path, Left> left = new HashMap<>();

    /** @param nanos monotonic time in nanoseconds */
    OutboxMoves(OutboxMarks marks, LongSupplier nanos, Alerts alerts) {
        this.marks = marks;
        this.nanos = nanos;
        this.alerts = alerts;
    }

    /** Tells people. */
    @FunctionalInterface
    interface Alerts {
        /**
         * Raises the alert of an outbox.
         *
         * @param text for the audit trail
         * @param notice one sentence that may leave the server
         * @throws org.itkserver.audit.StoreUnavailable when it cannot be made durable
         */
        void raise(Outbox outbox, String text, String notice);
    }

    /**
     * A file to move.
     *
     * @param sent its mark when it was sent
     * @param reason why it was not sent, null when it was
     * @param tried when the last move was tried
     * @param told whether people were told that it is left
     */
    private record Left(
            OutboxFile file, OutboxMarks.@Nullable Mark sent, @Nullable String reason, long tried, boolean told) {
        Left triedAt(long now, boolean nowTold) {
            return new Left(file, sent, reason, now, nowTold);
        }

        String folder() {
            return sent == null ? "failed" : "sent";
        }

        String outcome() {
            return sent == null ? "was not sent" : "was sent";
        }
    }

    /** Whether this file, unchanged, could not be moved. */
    boolean isLeft(OutboxFile file) {
        var known = left.get(file.path());
        return known != null && known.file.equals(file);
    }

    /** Whether it is time to try to move a file that was left. */
    boolean isDue(OutboxFile file) {
        var known = left.get(file.path());
        return known != null && nanos.getAsLong() - known.tried >= AGAIN;
    }

    /** Why a file is left in its outbox, a sentence; null when no move of it failed. */
    @Nullable
    String whyLeft(Path path) {
        var known = left.get(path);
        return known == null
                ? null
                : "It " + known.outcome() + " and cannot be moved to " + known.folder()
                        + ". Correct the rights of the folders; the move is tried again every minute.";
    }

    /** Forgets the files that are not there any more. */
    void retain(Predicate<Path> present) {
        left.keySet().removeIf(present.negate());
    }

    /**
     * Moves a file that was sent.
     *
     * @return false when it cannot be moved now
     */
    boolean toSent(Outbox outbox, Path folder, OutboxFile file, OutboxMarks.Mark mark) {
        var known = left.get(file.path());
        boolean told = known != null && known.sent != null && known.told;
        return move(outbox, folder, new Left(file, mark.asSent(), null, 0, told));
    }

    /**
     * Moves an unsent file to the folder {@code failed} and writes the reason to a file next to it.
     *
     * @return false when it cannot be moved now
     */
    boolean toFailed(Outbox outbox, Path folder, OutboxFile file, String reason) {
        return move(outbox, folder, new Left(file, null, reason, 0, false));
    }

    /**
     * Tries again to move a file that was left.
     *
     * @return false when it cannot be moved now
     */
    boolean again(Outbox outbox, Path folder, OutboxFile file) {
        var known = left.get(file.path());
        return known != null && move(outbox, folder, known);
    }

    private boolean move(Outbox outbox, Path folder, Left file) {
        var path = file.file.path();
        try {
            var mark = file.sent;
            var target = folder.resolve(file.folder());
            if (mark == null) {
                explain(target, file, file.file.moveTo(target));
            } else {
                file.file.moveTo(target, mark.trackingId());
            }
        } catch (IOException e) {
            if (!(e instanceof NoSuchFileException) || !Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
                leave(outbox, file, e);
                return false;
            }
            LOG.debug("another node took {}", file.file.shown());
        }
        left.remove(path);
        marks.remove(path);
        return true;
    }

    private static void explain(Path failed, Left file, String name) {
        try {
            PrivateFiles.write(failed.resolve(name + ".reason.txt"), file.reason + "\n");
        } catch (IOException e) {
            LOG.warn("the reason cannot be written beside {} in failed/: {}", file.file.shown(), e.toString());
        }
    }

    private void leave(Outbox outbox, Left file, IOException e) {
        var path = file.file.path();
        left.put(path, file.triedAt(nanos.getAsLong(), file.told));
        if (file.sent != null) {
            marks.put(file.sent);
        }
        if (!file.told) {
            var name = outbox.name();
            LOG.error("outbox {}: {} {} and cannot be moved", name, file.file.shown(), file.outcome(), e);
            alerts.raise(
                    outbox,
                    "Outbox " + name + ": " + file.file.shown() + " " + file.outcome()
                            + " and cannot be moved to the folder " + file.folder() + ".",
                    "A file of outbox " + name + " cannot be moved. Correct the rights of its folders.");
            left.put(path, file.triedAt(nanos.getAsLong(), true));
        }
    }
}
