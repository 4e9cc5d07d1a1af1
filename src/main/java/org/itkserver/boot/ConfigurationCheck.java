package org.itkserver.boot;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.itkserver.soap.OwnAddresses;
import org.itkserver.tls.SettingFile;

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
            mistakes.in(() -> SealKeySource.check(settings.sealKey()));
            mistakes.in(() -> ContentKeyFiles.open(settings.contentKeys()));
        });
        return mistakes.lines();
    }

    private static void directory(Settings settings) {
        var file = settings.home().resolve(Home.DIRECTORY);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Home.refuseUsed(settings.home());
            return;
        }
        var bytes = bytes(file);
        try {
            var ours = new OwnAddresses(settings.publicUrl(), settings.toAliases());
            var loopback = InetAddress.getByName(settings.listeners().bind()).isLoopbackAddress();
            DirectoryFile.read(
                    DirectoryFile.text(bytes),
                    loopback,
                    uri -> ours.isBase(uri) || settings.listeners().isAt(uri),
                    settings.home());
        } catch (UnknownHostException e) {
            // a mistake of its own, which the launcher has found
        } catch (IllegalArgumentException e) {
            var mistakes = new Mistakes();
            String.valueOf(e.getMessage())
                    .lines()
                    .forEach(line -> mistakes.add(new IllegalArgumentException(file + ", " + line)));
            mistakes.throwIfAny();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return SettingFile.bytes(file, YamlText.LONGEST_FILE);
        } catch (SettingFile.Unusable e) {
            throw new IllegalArgumentException(
                    file + " " + e.getMessage() + ": put a file there that the server's user has permission to read.");
        }
    }
}
