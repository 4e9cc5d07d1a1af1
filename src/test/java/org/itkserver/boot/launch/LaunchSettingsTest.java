package org.itkserver.boot.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.testing.DevCerts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchSettingsTest {
    @TempDir
    Path folder;

    private Map<String, String> env(String... pairs) {
        var env = new HashMap<String, String>();
        env.put("ITK_HOME", folder.resolve("home").toString());
        for (int i = 0; i < pairs.length; i += 2) {
            env.put(pairs[i], pairs[i + 1]);
        }
        return env;
    }

    @Test
    void defaultsAreLoopback8080() throws Exception {
        var arguments = LaunchSettings.arguments(env());
        assertTrue(arguments.contains("-Ditk.bind=127.0.0.1") && arguments.contains("-Ditk.http.port=8080"));
    }

    @Test
    void plainHttpBeyondLoopbackMustBeAskedFor() throws Exception {
        var refused = assertThrows(
                LaunchSettings.BadSetting.class, () -> LaunchSettings.arguments(env("ITK_BIND", "0.0.0.0")));
        assertTrue(refused.getMessage().contains("ITK_ALLOW_PLAIN_HTTP"));
        assertTrue(LaunchSettings.arguments(env("ITK_BIND", "0.0.0.0", "ITK_ALLOW_PLAIN_HTTP", "true"))
                .contains("-Ditk.bind=0.0.0.0"));
    }

    @ParameterizedTest
    @CsvSource({
        "ITK_HTTP_PORT,0",
        "ITK_HTTP_PORT,65536",
        "ITK_HTTP_PORT,http",
        "ITK_BIND,not a host",
        "ITK_DB_URL,jdbc:h2:mem:x",
        "ITK_DB_USER,somebody",
        "ITK_DB_OWNER_USER,somebody",
        "ITK_DB_OWNER_PASSWORD,secret",
        "ITK_MAX_MESSAGE,-1MB",
        "ITK_MAX_SIGNED,8 megabytes",
        "ITK_PUBLIC_URL,itk.example",
        "ITK_TO_ALIASES,http://a/path"
    })
    void aWrongValueNamesItsVariable(String name, String value) {
        var refused = assertThrows(LaunchSettings.BadSetting.class, () -> LaunchSettings.arguments(env(name, value)));
        assertTrue(refused.getMessage().startsWith(name), refused.getMessage());
    }

    @Test
    void theOwnerIsAnotherRoleThanTheApplications() throws Exception {
        var url = "jdbc:postgresql://db/itk";
        var same = env("ITK_DB_URL", url, "ITK_DB_USER", "itk", "ITK_DB_OWNER_USER", "itk");
        var refused = assertThrows(LaunchSettings.BadSetting.class, () -> LaunchSettings.arguments(same));
        assertTrue(refused.getMessage().startsWith("ITK_DB_OWNER_USER"));
        LaunchSettings.arguments(env("ITK_DB_URL", url, "ITK_DB_USER", "itk", "ITK_DB_OWNER_USER", "owner"));
    }

    /** Settings that name a file, each with what it needs besides; F stands for the file, D for the folder. */
    private static final List<String> FILES = List.of(
            "ITK_TLS_KEYSTORE=F ITK_TLS_TRUSTSTORE=D/server.p12",
            "ITK_TLS_TRUSTSTORE=F ITK_TLS_KEYSTORE=D/server.p12 ITK_TLS_KEYSTORE_PASSWORD=changeit",
            "ITK_TLS_CRL=F ITK_TLS_KEYSTORE=D/server.p12 ITK_TLS_KEYSTORE_PASSWORD=changeit"
                    + " ITK_TLS_TRUSTSTORE=D/truststore.p12 ITK_TLS_TRUSTSTORE_PASSWORD=changeit",
            "ITK_TLS_KEYSTORE_PASSWORD_FILE=F ITK_TLS_KEYSTORE=D/server.p12 ITK_TLS_TRUSTSTORE=D/truststore.p12",
            "ITK_TLS_TRUSTSTORE_PASSWORD_FILE=F ITK_TLS_KEYSTORE=D/server.p12 ITK_TLS_TRUSTSTORE=D/truststore.p12",
            "ITK_DB_PASSWORD_FILE=F ITK_DB_URL=jdbc:postgresql:x",
            "ITK_DB_OWNER_PASSWORD_FILE=F ITK_DB_URL=jdbc:postgresql:x ITK_DB_USER=a ITK_DB_OWNER_USER=b",
            "ITK_SEAL_KEY=F",
            "ITK_CONTENT_KEY_FILE=F");

    @Test
    void aPipeAFolderOrAHugeFileIsOneSentenceForEachSettingThatNamesAFile() throws Exception {
        new DevCerts(folder, "gp");
        var pipe = folder.resolve("pipe");
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                        .start()
                        .waitFor());
        var huge = folder.resolve("huge");
        try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(3L << 30);
        }
        Files.setPosixFilePermissions(huge, PosixFilePermissions.fromString("rw-------"));
        var directory = Files.createDirectory(
                folder.resolve("directory"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (var row : FILES) {
            refused(row, pipe, "is not a regular file");
            refused(row, huge, "is larger than");
            refused(row, directory, "is a directory, not a file");
        }
    }

    private void refused(String row, Path file, String why) {
        var pairs = row.replace("=F", "=" + file).replace("=D", "=" + folder).split("[ =]");
        var mistakes = assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> LaunchSettings.mistakes(env(pairs), new ArrayList<>()));
        assertEquals(1, mistakes.size(), mistakes.toString());
        assertTrue(mistakes.get(0).startsWith(pairs[0] + "=" + file + " " + why), mistakes.get(0));
    }

    /** As the JDK decodes an umlaut in the locale C. */
    @ParameterizedTest
    @ValueSource(strings = {"ITK_HOME", "ITK_TLS_KEYSTORE", "ITK_DB_PASSWORD_FILE", "ITK_SEAL_KEY"})
    void aPathThatTheProcessCannotUseIsOneSentence(String name) {
        var mistakes = LaunchSettings.mistakes(
                env("ITK_TLS_KEYSTORE", "x", "ITK_TLS_TRUSTSTORE", "x", name, "/srv/b\0ro"), new ArrayList<>());
        assertEquals(
                1,
                mistakes.stream()
                        .filter(mistake -> mistake.startsWith(name + "=/srv/b?ro is not a path"))
                        .count(),
                mistakes.toString());
    }
}
