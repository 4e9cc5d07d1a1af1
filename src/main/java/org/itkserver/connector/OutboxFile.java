package org.itkserver.connector;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.itkserver.envelope.Sha256;
import org.itkserver.envelope.TenDigits;

/**
 * A file in an outbox as it was seen once, and the ways to put it away.
 *
 * @param size in bytes
 * @param stamp changes with each change of the file, its rights included
 * @param inode its number in the file system, empty when the file system has none
 */
record OutboxFile(Path path, long size, String stamp, String inode) {
    /** Bytes that a file system allows in a name, less what is added to it here. */
    private static final int LONGEST_NAME = 200;

    private static final int MOST_OF_ONE_NAME = 10_000;
    private static final String CHANGED = "unix:ctime";
    private static final String INODE = "unix:ino";

    /**
     * @return size and a stamp that changes with each change of the file, whatever its own date says
     * @throws IOException when the file is gone or cannot be looked at
     */
    static OutboxFile of(Path path) throws IOException {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        var inode = unix(path, INODE);
        return new OutboxFile(
                path,
                attributes.size(),
                attributes.lastModifiedTime() + " " + unix(path, CHANGED) + " " + inode,
                inode);
    }

    /** The inode of the folder that holds a file; empty if the file system has no inodes or the folder cannot be read. */
    static String folder(Path path) {
        try {
            return unix(path.resolveSibling("."), INODE);
        } catch (IOException e) {
            return "";
        }
    }

    /** The digest of its content, of whatever size. */
    byte[] digest() throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS), Sha256.digest())) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.getMessageDigest().digest();
        }
    }

    private static String unix(Path path, String attribute) throws IOException {
        try {
            return String.valueOf(Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS));
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    /** The name as a log or a person may see it. */
    String shown() {
        return TenDigits.masked(String.valueOf(path.getFileName()));
    }

    /** The same file sent again after a crash is the same message; another file of the same name is another. */
    String trackingId(String outbox, byte[] content) {
        var identity = outbox + "/" + path.getFileName() + "/" + stamp + "/"
                + HexFormat.of().formatHex(Sha256.of(content));
        return UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8))
                .toString()
                .toUpperCase(Locale.ROOT);
    }

    /** Moves it to a folder, under its tracking id and name. */
    void moveTo(Path folder, String trackingId) throws IOException {
        move(folder, trackingId + "-" + shortName());
    }

    /**
     * Moves it to a folder, under its name or one that is free.
     *
     * @return the name that it has there
     */
    String moveTo(Path folder) throws IOException {
        return move(folder, shortName());
    }

    /**
     * Its content.
     *
     * @return empty when its size is not what it was: it is still being written
     */
    Optional<byte[]> read() throws IOException {
        try (var in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            var bytes = in.readNBytes(Math.toIntExact(size + 1));
            return bytes.length == size ? Optional.of(bytes) : Optional.empty();
        }
    }

    private String move(Path folder, String name) throws IOException {
        for (int i = 1; i <= MOST_OF_ONE_NAME; i++) {
            var free = i == 1 ? name : name + "." + i;
            try {
                // never replaces a file
                Files.move(path, target(folder, free));
                return free;
            } catch (FileAlreadyExistsException e) {
                // the next number
            }
        }
        throw new IOException("there are too many files of this name in " + folder);
    }

    private static Path target(Path folder, String name) throws IOException {
        try {
            return folder.resolve(name);
        } catch (InvalidPathException e) {
            throw new IOException("a name cannot be written in the server's locale", e);
        }
    }

    /** The name in characters that every file system and locale takes, its end kept when it is too long. */
    String shortName() {
        var name = String.valueOf(path.getFileName());
        var out = new StringBuilder();
        name.codePoints().forEach(c -> out.append(c > ' ' && c < 127 && c != '/' && c != '\\' ? (char) c : '_'));
        return out.length() <= LONGEST_NAME ? out.toString() : out.substring(out.length() - LONGEST_NAME);
    }
}
