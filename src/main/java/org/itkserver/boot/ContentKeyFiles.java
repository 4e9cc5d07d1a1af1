package org.itkserver.boot;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.itkserver.store.keys.KeyFolder;
import org.jspecify.annotations.Nullable;

/**
 * Where the keys are that contents are encrypted with at rest.
 *
 * @param keyFile {@code ITK_CONTENT_KEY_FILE}: wraps the day keys
 * @param folder {@code ITK_CONTENT_KEYS}: the day keys
 */
record ContentKeyFiles(Path keyFile, Path folder) {

    /** @return null when contents are not encrypted */
    static @Nullable ContentKeyFiles of(Map<String, String> env, Path home) {
        var folder = Settings.path(env, "ITK_CONTENT_KEYS", home.resolve("content-keys"));
        if (env.containsKey("ITK_CONTENT_KEY_FILE")) {
            return new ContentKeyFiles(Settings.path(env, "ITK_CONTENT_KEY_FILE", home), folder);
        }
        if (env.containsKey("ITK_CONTENT_KEYS")) {
            throw new IllegalArgumentException("ITK_CONTENT_KEYS is set but ITK_CONTENT_KEY_FILE is not");
        }
        return null;
    }

    /** @throws IllegalArgumentException naming the setting and what is wrong with its file or folder */
    static @Nullable KeyFolder open(@Nullable ContentKeyFiles files) {
        return files == null
                ? null
                : new KeyFolder(files.keyFile(), files.folder(), new SecureRandom(), System::nanoTime);
    }
}
