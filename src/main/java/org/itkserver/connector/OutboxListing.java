package org.itkserver.connector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.itkserver.connector.OutboxWatcher.Pending;
import org.itkserver.directory.Outbox;
import org.itkserver.envelope.TenDigits;
import org.jspecify.annotations.Nullable;

/** Which files of an outbox are finished, and why the others wait. */
final class OutboxListing {
    /** Folders in an outbox that the server makes. */
    static final List<String> OWN = List.of("sent", "failed");

    /** Most waiting files of an outbox that people are shown. */
    private static final int LISTED = 100;

    private static final List<String> UNFINISHED = List.of(".part", ".tmp", ".filepart");

    private OutboxListing() {}

    /** Whether the name and the kind of a file say that it may be sent. */
    static boolean isFinished(Path file) {
        var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && UNFINISHED.stream().noneMatch(name::endsWith)
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The first files that lie in the folder of an outbox, by name.
     *
     * @param stuck why a file cannot be moved out of the folder, null when it can
     */
    static List<Pending> left(Outbox outbox, Path folder, Function<Path, @Nullable String> stuck) throws IOException {
        var out = new ArrayList<Pending>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (var path : files) {
                var name = String.valueOf(path.getFileName());
                if (out.size() < LISTED && !OWN.contains(name)) {
                    out.add(new Pending(outbox.name(), TenDigits.masked(name), reason(path, stuck.apply(path))));
                }
            }
        }
        out.sort(Comparator.comparing(Pending::name));
        return out;
    }

    private static String reason(Path path, @Nullable String stuck) {
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
        return stuck == null ? "It is new or still changing, or waits for its turn." : stuck;
    }
}
