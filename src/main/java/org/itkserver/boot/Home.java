package org.itkserver.boot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.itkserver.io.PrivateFiles;
import org.itkserver.tls.SettingFile;
import org.jspecify.annotations.Nullable;

/** The home folder: made on the first start, private to its owner. */
final class Home {
    static final String DIRECTORY = "directory.yaml";

    private static final String NODE_ID = "node-id";
    private static final String IN_HAND = "in-hand";
    private static final int KEY_BYTES = 32;
    private static final List<String> MADE = List.of(
            "data",
            "keys",
            "tmp",
            NODE_ID,
            "installation",
            "lock",
            "first-run.txt",
            "reset-admin.txt",
            IN_HAND,
            "outbox-marks");

    private final Path folder;

    /** Makes what is missing and empties the spool folder. */
    Home(Path folder) throws IOException {
        this.folder = folder;
        for (var name : new String[] {"", "data", "keys", "tmp"}) {
            var path = folder.resolve(name);
            PrivateFiles.createDirectories(path);
        }
        tighten();
        try (var left = Files.newDirectoryStream(spool(), "*.spool")) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        }
        if (!Files.exists(directory(), LinkOption.NOFOLLOW_LINKS)) {
            refuseUsed(folder);
            try (InputStream demo = Home.class.getClassLoader().getResourceAsStream("demo-directory.yaml")) {
                if (demo == null) {
                    throw new IOException("missing from the application: demo-directory.yaml");
                }
                PrivateFiles.create(directory(), new String(demo.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    /**
     * Refuses a home folder that was used, for a start that finds no directory file in it: the demonstration is for a first start.
     *
     * @throws IllegalArgumentException when a server has run in the folder
     */
    static void refuseUsed(Path folder) {
        if (Files.exists(folder.resolve(IN_HAND)) || Files.exists(folder.resolve(NODE_ID))) {
            throw new IllegalArgumentException(folder.resolve(DIRECTORY)
                    + " does not exist, and a server has run in this home folder before: put the file back, or delete "
                    + folder.resolve(IN_HAND) + " and " + folder.resolve(NODE_ID)
                    + " to start with the demonstration.");
        }
    }

    /** Takes the rights of everyone but the owner from what the server made; the embedded database makes its files by the umask. */
    void tighten() throws IOException {
        for (var name : MADE) {
            PrivateFiles.tighten(folder.resolve(name));
        }
    }

    /** Whether a folder lies in the home folder, and so is the server's own. */
    boolean holds(Path path) {
        return path.toAbsolutePath()
                .normalize()
                .startsWith(folder.toAbsolutePath().normalize());
    }

    /** A path of the directory file: a relative one lies under the home folder. */
    Path resolve(Path path) {
        return folder.resolve(path).normalize();
    }

    /** {@code directory.yaml}. */
    Path directory() {
        return folder.resolve(DIRECTORY);
    }

    /** Where large messages lie while they are processed. */
    Path spool() {
        return folder.resolve("tmp");
    }

    /** What the process has in hand, for the next start. */
    Path inHand() {
        return folder.resolve(IN_HAND);
    }

    /** What the first start tells its operator. */
    Path firstRun() {
        return folder.resolve("first-run.txt");
    }

    /** What a start that replaces a lost password tells its operator. */
    Path resetAdmin() {
        return folder.resolve("reset-admin.txt");
    }

    /** The configured node id, or the one written here on the first start. */
    String node(@Nullable String configured) throws IOException {
        if (configured != null) {
            return configured;
        }
        var file = folder.resolve(NODE_ID);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            write(file, "node-" + HexFormat.of().formatHex(random(6)) + "\n");
        }
        return text(file).trim();
    }

    /** The file of {@link #patientSecret}. */
    Path searchKey() {
        return folder.resolve("keys").resolve("patient-search.key");
    }

    /** The secret that NHS numbers are keyed with; nodes that share a database share this file. */
    byte[] patientSecret() throws IOException {
        var file = searchKey();
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            write(file, HexFormat.of().formatHex(random(KEY_BYTES)) + "\n");
        }
        try {
            return HexFormat.of().parseHex(text(file).trim());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + " is not a key in hexadecimal digits: copy the key from a backup or another node.");
        }
    }

    private static String text(Path file) throws IOException {
        try {
            return SettingFile.latin1(file, SettingFile.SMALL);
        } catch (SettingFile.Unusable e) {
            throw new IOException(file + " " + e.getMessage(), e);
        }
    }

    static byte[] random(int count) {
        var bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Writes a file that only its owner can read. */
    static void write(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        PrivateFiles.write(file, text);
    }
}
