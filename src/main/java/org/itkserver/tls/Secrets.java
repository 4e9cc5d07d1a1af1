package org.itkserver.tls;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Secrets of the environment: by value, or in a file that {@code NAME_FILE} names, which process lists do not show. */
public final class Secrets {
    private Secrets() {}

    /**
     * The secret of this name; of a file, its first line.
     *
     * @return null when neither {@code NAME} nor {@code NAME_FILE} is set
     * @throws IllegalArgumentException naming the variable when both are set or the file cannot be read
     */
    public static @Nullable String of(Map<String, String> env, String name) {
        var file = env.get(name + "_FILE");
        if (file == null) {
            return env.get(name);
        }
        if (env.containsKey(name)) {
            throw new IllegalArgumentException(name + " and " + name + "_FILE are both set.");
        }
        var path = SettingFile.path(name + "_FILE", file);
        try {
            return firstLine(SettingFile.bytes(path, SettingFile.SMALL));
        } catch (SettingFile.Unusable e) {
            throw new IllegalArgumentException(name + "_FILE=" + file + " " + e.getMessage()
                    + ": name a file with the secret in its first line that the server's user can read.");
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(name + "_FILE=" + file + " is not UTF-8: save it in that encoding.");
        }
    }

    private static String firstLine(byte[] bytes) throws CharacterCodingException {
        var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        return text.toString().lines().findFirst().orElse("");
    }
}
