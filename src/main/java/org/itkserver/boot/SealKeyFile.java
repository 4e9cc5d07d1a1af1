package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.itkserver.audit.SealKey;
import org.itkserver.io.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with the key that signs audit seals, and the public key beside it. */
final class SealKeyFile {
    private static final Logger LOG = LoggerFactory.getLogger(SealKeyFile.class);

    private SealKeyFile() {}

    /**
     * The key in a file; a new one, in a file that only its owner can read, when there is none yet.
     *
     * @throws IllegalArgumentException naming the setting and what is wrong with the file
     */
    static SealKey load(Path file) {
        try {
            if (!Files.exists(file)) {
                var key = SealKey.generate();
                Home.write(file, key.toPem());
                PrivateFiles.write(Settings.publicKey(file), key.toPublicPem());
                LOG.info(
                        "made the key that signs audit seals, {}; copy {} off this machine, auditors need it",
                        key.id(),
                        Settings.publicKey(file));
                return key;
            }
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw bad(file, "can be read by everybody; set its mode to 0600");
            }
            var key = SealKey.read(Files.readString(file));
            if (!Files.exists(Settings.publicKey(file))) {
                PrivateFiles.write(Settings.publicKey(file), key.toPublicPem());
            }
            return key;
        } catch (IOException e) {
            throw bad(file, "cannot be read or made: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw e instanceof BadFile ? e : bad(file, String.valueOf(e.getMessage()));
        }
    }

    private static BadFile bad(Path file, String why) {
        return new BadFile("ITK_SEAL_KEY=" + file + " " + why);
    }

    /** Says which file and why. */
    private static final class BadFile extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        BadFile(String message) {
            super(message);
        }
    }
}
