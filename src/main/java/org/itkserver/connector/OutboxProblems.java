package org.itkserver.connector;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Problems that keep an outbox, or one of its files, from being read. A problem is reported when it differs from the problem before,
 * and the same one at most once an hour, however often it comes and goes. Used by one thread.
 */
final class OutboxProblems {
    private static final long PAUSE = Duration.ofHours(1).toNanos();

    private final LongSupplier nanos;
    private final Map<String, String> current = new HashMap<>();
    private final Map<String, Map<String, Long>> reported = new HashMap<>();

    /** @param nanos monotonic time in nanoseconds */
    OutboxProblems(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether this problem of an outbox has to be reported: it is new, or was last reported an hour ago. */
    boolean isNews(String outbox, String problem) {
        if (problem.equals(current.get(outbox))) {
            return false;
        }
        var before = reported.getOrDefault(outbox, Map.of()).get(problem);
        return before == null || nanos.getAsLong() - before >= PAUSE;
    }

    /** Records that the problem was reported. */
    void reported(String outbox, String problem) {
        current.put(outbox, problem);
        reported.computeIfAbsent(outbox, name -> new HashMap<>()).put(problem, nanos.getAsLong());
    }

    /** The outbox can be read. */
    void over(String outbox) {
        current.remove(outbox);
    }

    /** Why the folder of an outbox cannot be used, a sentence with the remedy; it names no path outside the outbox. */
    static String text(Path folder, Exception failure) {
        var file = regularFile(folder);
        if (file != null) {
            return file + " is a file, not a folder. Move the file away.";
        }
        if (failure instanceof AccessDeniedException) {
            return "The server has no right to use its folder. Give it the rights to read, write and list the folder, sent and failed.";
        }
        return "Its folder cannot be read (" + failure.getClass().getSimpleName() + "). "
                + (failure instanceof IOException
                        ? "Check the folder and its file system."
                        : "The log has the details.");
    }

    private static @Nullable String regularFile(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            return "The path of its folder";
        }
        for (var name : OutboxListing.OWN) {
            var path = folder.resolve(name);
            if (Files.exists(path) && !Files.isDirectory(path)) {
                return "\"" + name + "\" in its folder";
            }
        }
        return null;
    }
}
