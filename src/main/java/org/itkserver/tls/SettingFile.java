package org.itkserver.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files that settings name. Only a regular file is opened, because a pipe or device would block the reader, and no more than
 * a given number of bytes is read. Stateless.
 */
public final class SettingFile {
    /** Bytes that a password or key file may hold. */
    public static final int SMALL = 64 * 1024;

    private static final long MEGABYTE = 1_000_000;

    private SettingFile() {}

    /** Why a file cannot be used; the message completes a sentence that begins with the name of the file. */
    public static final class Unusable extends IOException {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /**
     * The path that a setting names.
     *
     * @param name name of the setting
     * @throws IllegalArgumentException naming the setting when the value cannot be a path
     */
    public static Path path(String name, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(name + "=" + printable(value)
                    + " is not a path that this process can use: use ASCII characters, or start the server in a UTF-8"
                    + " locale such as LANG=C.UTF-8.");
        }
    }

    private static String printable(String value) {
        return value.replaceAll("[^ -~]", "?");
    }

    /**
     * Checks that a file is a regular file of a limited size, without opening it.
     *
     * @param most the largest size, in bytes
     * @throws Unusable when it is not
     */
    public static void check(Path file, int most) throws Unusable {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new Unusable(
                    Files.isSymbolicLink(file) ? "is a link to a file that does not exist" : "does not exist");
        } catch (IOException e) {
            throw new Unusable("cannot be read");
        }
        if (attributes.isDirectory()) {
            throw new Unusable("is a directory, not a file");
        }
        if (!attributes.isRegularFile()) {
            throw new Unusable("is not a regular file");
        }
        if (attributes.size() > most) {
            throw tooLarge(most);
        }
    }

    /**
     * The bytes of a file.
     *
     * @param most the largest number of bytes
     * @throws Unusable when the file is not a regular file, is larger, or cannot be read
     */
    public static byte[] bytes(Path file, int most) throws Unusable {
        check(file, most);
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(most + 1);
        } catch (IOException e) {
            throw new Unusable("cannot be read");
        }
        if (bytes.length > most) {
            throw tooLarge(most);
        }
        return bytes;
    }

    /**
     * The text of a file, one byte a character.
     *
     * @throws Unusable as {@link #bytes} does
     */
    public static String latin1(Path file, int most) throws Unusable {
        return new String(bytes(file, most), StandardCharsets.ISO_8859_1);
    }

    private static Unusable tooLarge(int most) {
        return new Unusable("is larger than " + (most < MEGABYTE ? most / 1024 + " KB" : most / MEGABYTE + " MB"));
    }
}
