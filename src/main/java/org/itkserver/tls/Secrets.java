package org.itkserver.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        try (var lines = Files.lines(Path.of(file))) {
            return lines.findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(name + "_FILE=" + file + " cannot be read.");
        }
    }
}
