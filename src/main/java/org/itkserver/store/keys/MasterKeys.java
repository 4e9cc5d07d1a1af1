package org.itkserver.store.keys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.itkserver.envelope.Sha256;
import org.itkserver.tls.SettingFile;
import org.jspecify.annotations.Nullable;

/**
 * The key file: a key of 32 bytes in base64 on each line. The first wraps new day keys; the others open those that were wrapped
 * with them.
 */
final class MasterKeys {
    private static final int NAME_BYTES = 8;

    private final Map<String, SecretKeySpec> keys = new LinkedHashMap<>();
    private final String first;
    private final SecureRandom random;

    /** @throws IllegalArgumentException naming the setting and what is wrong with the file, never what is in it */
    MasterKeys(Path file, SecureRandom random) {
        this.random = random;
        String newest = null;
        int number = 0;
        for (var line : lines(file)) {
            number++;
            if (!line.isBlank()) {
                var bytes = bytes(line.trim());
                if (bytes == null) {
                    throw bad(file, "line " + number + " is not a key of 32 bytes in base64");
                }
                var name = HexFormat.of().formatHex(Sha256.of(bytes), 0, NAME_BYTES);
                keys.put(name, new SecretKeySpec(bytes, "AES"));
                newest = newest == null ? name : newest;
            }
        }
        if (newest == null) {
            throw bad(file, "holds no key");
        }
        first = newest;
    }

    private static Iterable<String> lines(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw bad(file, "can be read by everybody; set its mode to 0600");
            }
            return SettingFile.latin1(file, SettingFile.SMALL).lines().toList();
        } catch (SettingFile.Unusable e) {
            throw bad(file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw bad(file, "cannot be read");
        }
    }

    private static byte @Nullable [] bytes(String line) {
        try {
            var bytes = Base64.getDecoder().decode(line);
            return bytes.length == AesGcm.KEY_BYTES ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static IllegalArgumentException bad(Path file, String why) {
        return new IllegalArgumentException("ITK_CONTENT_KEY_FILE=" + file + " " + why);
    }

    /** Name of the key that wraps. */
    String first() {
        return first;
    }

    byte[] wrap(String id, byte[] dayKey) {
        return AesGcm.encrypt(keys.get(first), id.getBytes(StandardCharsets.US_ASCII), dayKey, random);
    }

    /**
     * A day key.
     *
     * @return null when there is no key of this name
     * @throws NotAuthentic when it was not wrapped by that key under this id
     */
    byte @Nullable [] unwrap(String master, String id, byte[] wrapped) {
        var key = keys.get(master);
        return key == null ? null : AesGcm.decrypt(key, id.getBytes(StandardCharsets.US_ASCII), wrapped);
    }
}
