package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.itkserver.tls.SettingFile;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was at one moment: its bytes, and what the file system says about how they came there.
 *
 * @param bytes its content
 * @param real its path without symbolic links
 * @param identity device and inode
 * @param written when its content was written last
 * @param changed when its content, name, owner or mode was changed last; renaming a file counts
 * @param listed when a name was last added to the folder or removed from it
 * @param linked when the newest symbolic link on the path was created; the epoch if the path has no link
 */
record FileVersion(
        byte[] bytes,
        Path real,
        String identity,
        FileTime written,
        FileTime changed,
        FileTime listed,
        FileTime linked) {
    private static final FileTime NEVER = FileTime.fromMillis(0);
    private static final int MOST_LINKS = 40;

    /** The file was written while it was read; it is to be read again. */
    static final class Changing extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Reads a file that nothing is written to at this moment.
     *
     * @param most the largest number of bytes
     * @throws SettingFile.Unusable when it is not a regular file of a limited size that can be read
     * @throws Changing when it was written or replaced while it was read
     * @throws IOException when its folder cannot be read
     */
    static FileVersion of(Path file, int most) throws IOException {
        return read(file, most, false);
    }

    /**
     * Reads a file, even if something is written to it at this moment.
     *
     * @param most the largest number of bytes
     * @throws SettingFile.Unusable when it is not a regular file of a limited size that can be read
     * @throws IOException when its folder cannot be read
     */
    static FileVersion asItStands(Path file, int most) throws IOException {
        return read(file, most, true);
    }

    private static FileVersion read(Path file, int most, boolean changing) throws IOException {
        SettingFile.check(file, most);
        var real = file.toRealPath();
        var before = Files.readAttributes(real, "unix:*");
        var bytes = SettingFile.bytes(real, most);
        var after = Files.readAttributes(real, "unix:*");
        if (!changing && (!stamp(before).equals(stamp(after)) || bytes.length != size(after))) {
            throw new Changing();
        }
        return new FileVersion(
                bytes,
                real,
                String.valueOf(after.get("fileKey")),
                (FileTime) after.get("lastModifiedTime"),
                (FileTime) after.get("ctime"),
                Files.getLastModifiedTime(Objects.requireNonNull(real.getParent())),
                linked(file.toAbsolutePath()));
    }

    private static String stamp(Map<String, Object> attributes) {
        return attributes.get("fileKey") + " " + attributes.get("lastModifiedTime") + " " + attributes.get("ctime")
                + " " + attributes.get("size");
    }

    private static long size(Map<String, Object> attributes) {
        return attributes.get("size") instanceof Long size ? size : -1;
    }

    /** When the newest of the links that lead to the file was put there. */
    private static FileTime linked(Path file) throws IOException {
        var newest = NEVER;
        var left = file.normalize();
        for (int links = 0; links < MOST_LINKS; links++) {
            var link = firstLink(left);
            if (link == null) {
                return newest;
            }
            var time = (FileTime) Files.getAttribute(link, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
            newest = time.compareTo(newest) > 0 ? time : newest;
            var target = link.resolveSibling(Files.readSymbolicLink(link));
            left = target.resolve(link.relativize(left)).normalize();
        }
        return newest;
    }

    private static @Nullable Path firstLink(Path file) {
        var path = Objects.requireNonNull(file.getRoot());
        for (var name : file) {
            path = path.resolve(name);
            if (Files.isSymbolicLink(path)) {
                return path;
            }
        }
        return null;
    }

    boolean hasBytesOf(FileVersion other) {
        return Arrays.equals(bytes, other.bytes);
    }

    boolean isSameFileAs(FileVersion other) {
        return identity.equals(other.identity) && real.equals(other.real);
    }

    /** Whether nothing has happened to the file since. */
    boolean isUnchangedSince(FileVersion other) {
        return isSameFileAs(other)
                && written.equals(other.written)
                && changed.equals(other.changed)
                && hasBytesOf(other);
    }

    /**
     * Whether links lead to another file than before, and were swapped after that file was written.
     *
     * @param before what the same path led to
     */
    boolean isSwappedIn(FileVersion before) {
        return !real.equals(before.real) && linked.compareTo(before.linked) > 0 && written.compareTo(linked) <= 0;
    }

    /**
     * Whether the times show that the file was written first and renamed then. Renaming is a change of the file and of its folder
     * that comes after the last write; a file that is created in its place and written is written last. Within one tick of the file
     * system's clock the times are equal and show nothing. To be asked of another file than before only.
     */
    boolean isRenamed() {
        return changed.compareTo(written) > 0 && listed.compareTo(written) > 0;
    }
}
