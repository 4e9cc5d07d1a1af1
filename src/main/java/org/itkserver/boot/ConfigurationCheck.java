package org.itkserver.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.itkserver.soap.OwnAddresses;

/**
 * Checks settings and {@code directory.yaml} before anything is made or opened. Runs in the launcher, which has neither CXF nor a
 * database driver nor a logger.
 */
public final class ConfigurationCheck {
    private ConfigurationCheck() {}

    /**
     * What is wrong.
     *
     * @param env as {@link Environment#values()} has it
     * @return one sentence for each mistake; empty when there is none
     */
    public static List<String> mistakes(Map<String, String> env) {
        var mistakes = new Mistakes();
        mistakes.in(() -> {
            var settings = Settings.of(env);
            mistakes.in(() -> directory(settings));
        });
        return mistakes.lines();
    }

    private static void directory(Settings settings) {
        var file = settings.home().resolve("directory.yaml");
        if (!Files.exists(file)) {
            return;
        }
        try {
            var ours = new OwnAddresses(settings.publicUrl(), settings.toAliases());
            var loopback = InetAddress.getByName(settings.listeners().bind()).isLoopbackAddress();
            DirectoryFile.read(
                    DirectoryFile.text(Files.readAllBytes(file)),
                    loopback,
                    uri -> ours.isBase(uri) || settings.listeners().isAt(uri),
                    settings.home());
        } catch (UnknownHostException e) {
            // a mistake of its own, which the launcher has found
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: give the server's user permission to read it.");
        } catch (IllegalArgumentException e) {
            var mistakes = new Mistakes();
            String.valueOf(e.getMessage())
                    .lines()
                    .forEach(line -> mistakes.add(new IllegalArgumentException(file + ", " + line)));
            mistakes.throwIfAny();
        }
    }
}
