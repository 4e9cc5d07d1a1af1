package org.itkserver.connector;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.itkserver.envelope.Sha256;
import org.itkserver.io.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of outboxes that were given a tracking id and still lie where they were put. A mark is written before its file is sent and
 * removed when the file has left its place, so that a file is sent once although it cannot be moved, its rights are changed or the process
 * ends in between. Each mark is a small private file. Used by one thread.
 */
final class OutboxMarks {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxMarks.class);
    private static final int FIELDS = 6;
    private static final String SENT = "sent";
    private static final String SENDING = "sending";
    private static final String UNFINISHED = ".new";

    private final Path folder;
    private final Map<Path, Mark> marks = new HashMap<>();
    private boolean loaded;

    /** @param folder where the marks are kept; made when the first one is written */
    OutboxMarks(Path folder) {
        this.folder = folder;
    }

    /**
     * One content in one file.
     *
     * @param path where it lies
     * @param folder inode of the folder, empty when the file system has none
     * @param inode number of the file, empty when the file system has none
     * @param digest SHA-256 of its content, in hexadecimal
     * @param trackingId of its message
     * @param sent whether the message is known to be stored
     */
    record Mark(Path path, String folder, String inode, String digest, String trackingId, boolean sent) {
        Mark asSent() {
            return new Mark(path, folder, inode, digest, trackingId, true);
        }

        /** Whether the file has left its folder. Another folder, such as one where nothing is mounted, does not show that. */
        boolean isOver() {
            return Files.notExists(path, LinkOption.NOFOLLOW_LINKS) && folder.equals(OutboxFile.folder(path));
        }
    }

    /**
     * Reads the marks of an earlier process, once, and removes those whose file has left its place.
     *
     * @throws IOException when they cannot be read; nothing may be sent then
     */
    void refresh() throws IOException {
        if (!loaded) {
            load();
            loaded = true;
        }
        // a folder that cannot be looked into does not show that the file is gone
        for (var mark : List.copyOf(marks.values())) {
            if (mark.isOver()) {
                remove(mark.path());
            }
        }
    }

    /** The mark of this content in this file. */
    Optional<Mark> of(OutboxFile file, byte[] digest) {
        return of(file).filter(mark -> mark.digest().equals(HexFormat.of().formatHex(digest)));
    }

    /** The mark of this file, with a content that may have changed since. */
    Optional<Mark> of(OutboxFile file) {
        return Optional.ofNullable(marks.get(file.path()))
                .filter(mark -> mark.inode().equals(file.inode()));
    }

    /** Whether this file was sent with a content that may have changed since. */
    boolean isSent(OutboxFile file) {
        return of(file).filter(Mark::sent).isPresent();
    }

    /** A mark for a file that is going to be sent. */
    static Mark sending(OutboxFile file, byte[] digest, String trackingId) {
        var path = file.path();
        return new Mark(
                path, OutboxFile.folder(path), file.inode(), HexFormat.of().formatHex(digest), trackingId, false);
    }

    /** Keeps a mark in the place of another one of the same path. A mark that cannot be written counts until the process ends. */
    void put(Mark mark) {
        if (mark.equals(marks.put(mark.path(), mark))) {
            return;
        }
        try {
            PrivateFiles.createDirectories(folder);
            var file = file(mark.path());
            var unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
            PrivateFiles.write(
                    unfinished,
                    String.join(
                            "\n",
                            mark.folder(),
                            mark.inode(),
                            mark.digest(),
                            mark.trackingId(),
                            mark.sent() ? SENT : SENDING,
                            mark.path().toUri().toString()));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("the mark of a file of an outbox cannot be written to {}: {}", folder, e.toString());
        }
    }

    /** Removes the mark of a file that has left its place, or that is not sent. */
    void remove(Path path) {
        if (marks.remove(path) != null) {
            try {
                Files.deleteIfExists(file(path));
            } catch (IOException e) {
                LOG.warn("a mark of a file of an outbox cannot be removed from {}: {}", folder, e.toString());
            }
        }
    }

    private Path file(Path path) {
        return folder.resolve(HexFormat.of().formatHex(Sha256.of(path.toUri().toString()), 0, 16));
    }

    private void load() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        var files = new ArrayList<Path>();
        try (var found = Files.newDirectoryStream(folder)) {
            found.forEach(files::add);
        }
        for (var file : files) {
            if (String.valueOf(file.getFileName()).endsWith(UNFINISHED)) {
                Files.delete(file);
            } else {
                load(file);
            }
        }
    }

    /** One with another content than a mark does not count, and stays for a person to look at. */
    private void load(Path file) throws IOException {
        var lines = Files.isRegularFile(file)
                ? Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", -1)
                : new String[0];
        try {
            if (lines.length != FIELDS) {
                throw new IllegalArgumentException("it has " + lines.length + " lines and not " + FIELDS);
            }
            var path = Path.of(URI.create(lines[5]));
            marks.put(path, new Mark(path, lines[0], lines[1], lines[2], lines[3], lines[4].equals(SENT)));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            LOG.error("{} is not a mark, so its file of an outbox may be sent again: {}", file, e.toString());
        }
    }
}
