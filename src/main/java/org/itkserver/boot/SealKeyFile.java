package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
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
            // a link that leads nowhere stands for a key that is away
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                var key = SealKey.generate();
                Home.write(file, key.toPem());
                PrivateFiles.write(Settings.publicKey(file), key.toPublicPem());
                LOG.info(
                        "made the key that signs audit seals, {}; copy {} off this machine, auditors need it",
                        key.id(),
                        Settings.publicKey(file));
                return key;
            }
            var key = SealKeySource.read(file);
            if (!Files.exists(Settings.publicKey(file))) {
                PrivateFiles.write(Settings.publicKey(file), key.toPublicPem());
            }
            return key;
        } catch (IOException e) {
            throw SealKeySource.bad(file, "cannot be read or made: " + e.getMessage());
        }
    }
}
