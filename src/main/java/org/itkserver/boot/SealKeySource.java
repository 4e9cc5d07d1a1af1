package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.itkserver.audit.SealKey;
import org.itkserver.tls.SettingFile;

/** Reads the file with the key that signs audit seals. Uses no logger: the launcher checks the file before the server starts. */
final class SealKeySource {
    private SealKeySource() {}

    /**
     * Checks the file, if it exists; otherwise the start makes one.
     *
     * @throws IllegalArgumentException naming the setting and what is wrong with the file
     */
    static void check(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            read(file);
        }
    }

    /**
     * The key in an existing file.
     *
     * @throws IllegalArgumentException naming the setting and what is wrong with the file
     */
    static SealKey read(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw bad(file, "can be read by everybody; set its mode to 0600");
            }
            return SealKey.read(SettingFile.latin1(file, SettingFile.SMALL));
        } catch (BadFile e) {
            throw e;
        } catch (SettingFile.Unusable | IllegalArgumentException e) {
            throw bad(file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw bad(file, "cannot be read");
        }
    }

    /** A sentence about the file. */
    static IllegalArgumentException bad(Path file, String why) {
        return new BadFile("ITK_SEAL_KEY=" + file + " " + why);
    }

    private static final class BadFile extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        BadFile(String message) {
            super(message);
        }
    }
}
