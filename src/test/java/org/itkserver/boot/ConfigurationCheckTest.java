package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.itkserver.io.PrivateFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher says of settings, without a process for each; {@code StartMistakesIT} starts the jar with others. */
class ConfigurationCheckTest {
    @TempDir
    Path home;

    private List<String> mistakes(Map<String, String> own) {
        var set = new HashMap<>(own);
        set.put("ITK_HOME", home.resolve("home").toString());
        var env = Environment.of(set);
        return Stream.concat(env.mistakes().stream(), ConfigurationCheck.mistakes(env.values()).stream())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ITK_TLS_KEYSTROE|x|did you mean ITK_TLS_KEYSTORE
                    ITK_CONTENT_KEY_FIEL|x|did you mean ITK_CONTENT_KEY_FILE
                    ITK_DB_PASWORD|x|did you mean ITK_DB_PASSWORD?
                    ITK_TLS_KEYSTORE_PASSWRD_FILE|x|did you mean ITK_TLS_KEYSTORE_PASSWORD_FILE?
                    ITK_RETENION_INTERVAL|P1D|did you mean ITK_RETENTION_INTERVAL
                    ITK_SEND_TIMEOUT|-PT1S|ITK_SEND_TIMEOUT=-PT1S is not a positive duration
                    ITK_SYNC_DEADLINE|20|ITK_SYNC_DEADLINE=20 is not a positive duration
                    ITK_QUEUE_TIMEOUT|0s|ITK_QUEUE_TIMEOUT=0s is not a positive duration
                    ITK_RETRY_FIRST|PT0S|ITK_RETRY_FIRST=PT0S is not a positive duration
                    ITK_CLOCK_SKEW|five minutes|ITK_CLOCK_SKEW=five minutes is not a positive duration
                    ITK_LEASE|10s|is less than twice ITK_SEND_TIMEOUT
                    ITK_CLOCK_SKEW|2d|ITK_CLOCK_SKEW=2d is too long: it may be 1d at most.
                    ITK_SYNC_DEADLINE|999999999d|ITK_SYNC_DEADLINE=999999999d is too long: it may be 1d at most.
                    ITK_SEND_TIMEOUT|PT9223372036854775807S|=PT9223372036854775807S is too long: it may be 1d at most.
                    ITK_LEASE|PT9223372036854775807S|=PT9223372036854775807S is too long: it may be 1d at most.
                    ITK_QUEUE_TIMEOUT|366d|ITK_QUEUE_TIMEOUT=366d is too long: it may be 365d at most.
                    ITK_RETRY_FIRST|999999999d|ITK_RETRY_FIRST=999999999d is too long: it may be 1d at most.
                    ITK_RETRY_LONGEST|999999999d|ITK_RETRY_LONGEST=999999999d is too long: it may be 365d at most.
                    ITK_RETENTION_INTERVAL|PT9223372036854775807S|is too long
                    ITK_PUBLIC_URL|http://itk{|ITK_PUBLIC_URL=http://itk{ is not a base address
                    ITK_PUBLIC_URL|http://a.example,http://b.example|is not a base address
                    ITK_PUBLIC_URL|http://a.example:99999|is not a base address
                    ITK_PUBLIC_URL|http://a.example:0|is not a base address
                    ITK_PUBLIC_URL|http://user@a.example|is not a base address
                    ITK_PUBLIC_URL|http://a.example/path|is not a base address
                    ITK_PUBLIC_URL|http://[::1|is not a base address
                    ITK_DB_URL|jdbc:postgresql://h:99999/x|ITK_DB_URL must have a host and a port from 1 to 65535
                    ITK_DB_URL|jdbc:postgresql://h:1,[::1]:x/x|ITK_DB_URL must have a host and a port from 1 to 65535
                    ITK_DB_URL|jdbc:postgresql://h/%zz|ITK_DB_URL holds a '%'
                    ITK_DB_URL|jdbc:postgresql://h/x y|ITK_DB_URL holds a blank
                    ITK_TO_ALIASES|https://a.example, https://b}.example|ITK_TO_ALIASES=https://b}.example is not a base address
                    ITK_ALERT_WEBHOOK|https://a.example:99999/|ITK_ALERT_WEBHOOK is not an http or https URL
                    ITK_RETRY_ATTEMPTS|0|is not a number from 1 to 9999
                    ITK_MAX_MESSAGE|64 megabytes|is not a size: write it like 64MB
                    ITK_REQUESTS|many|is not a number from 1 to 9999
                    ITK_CONNECTIONS_PER_ADDRESS|0|is not a number from 1 to 9999
                    ITK_MAX_SIGNED|-8MB|is not a size: write it like 64MB
                    ITK_BYTES_IN_FLIGHT|x|is not a size: write it like 64MB
                    ITK_ALERT_MAIL_TO|a@b|ITK_ALERT_MAIL_TO needs ITK_SMTP_HOST
                    ITK_PROXY_CERTIFICATES|CN=proxy|ITK_PROXY_CERTIFICATES is set but ITK_TLS_KEYSTORE is not
                    """)
    void aWrongSettingIsOneSentence(String name, String value, String sentence) {
        var found = mistakes(Map.of(name, value));
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).contains(sentence), found.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ITK_HOME", "ITK_SEAL_KEY", "ITK_SEAL_ANCHORS", "ITK_CONTENT_KEY_FILE", "ITK_DB_PASSWORD_FILE"})
    void aPathThatTheProcessCannotUseIsOneSentence(String name) {
        var env = new HashMap<>(Map.of("ITK_HOME", home.resolve("home").toString()));
        env.put(name, "/srv/b\0ro");
        env.put("ITK_DB_URL", "jdbc:postgresql:x");
        var found = ConfigurationCheck.mistakes(env);
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).startsWith(name + "=/srv/b?ro is not a path"), found.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql:itk",
                "jdbc:postgresql://h/itk?user=a%20b",
                "jdbc:postgresql://h/itk?ApplicationName=ITK Gateway&options=-c statement_timeout=30000",
                "jdbc:postgresql://a:1,[::1]:5432,b/itk",
                "jdbc:postgresql:///itk",
                "jdbc:postgresql://h"
            })
    void urlsOfDatabasesThatTheDriverReads(String url) {
        assertEquals(List.of(), mistakes(Map.of("ITK_DB_URL", url)));
    }

    /** It would end the path in the URL of the embedded database. */
    @Test
    void aHomeWithASemicolonIsAMistakeWithTheEmbeddedDatabase() {
        var env = new HashMap<>(Map.of("ITK_HOME", home.resolve("a;b").toString()));
        assertEquals(1, ConfigurationCheck.mistakes(env).size());
        env.put("ITK_DB_URL", "jdbc:postgresql:itk");
        assertEquals(List.of(), ConfigurationCheck.mistakes(env));
    }

    @Test
    void blanksAroundABaseAddressDoNotCount() {
        var env = Map.of(
                "ITK_PUBLIC_URL", " https://itk_1.example:8443/ ", "ITK_TO_ALIASES", " http://[::1]:80 , http://b ");
        assertEquals("https://itk_1.example:8443/", Settings.of(env).publicUrl());
        assertEquals(List.of("http://[::1]:80", "http://b"), Settings.of(env).toAliases());
        assertEquals(List.of(), mistakes(env));
    }

    /** Of Services with the names itk-http, itk-https, itk-console, itk-smtp and itk. */
    @Test
    void portsThatKubernetesSetsForServicesAreIgnored() {
        var env = new HashMap<String, String>();
        for (var name : List.of("ITK_HTTP", "ITK_HTTPS", "ITK_CONSOLE", "ITK_SMTP", "ITK")) {
            env.put(name + "_PORT", "tcp://10.0.0.1:8080");
            env.put(name + "_SERVICE_PORT", "8080");
        }
        var environment = Environment.of(env);
        assertEquals(List.of(), environment.mistakes());
        assertEquals(Map.of(), environment.values());
        assertEquals(env.keySet(), environment.ignored());
        assertEquals(1, Environment.of(Map.of("ITK_HTTP_PORT", "9")).values().size());
    }

    private List<String> ofDirectory() {
        return assertTimeoutPreemptively(Duration.ofSeconds(60), () -> mistakes(Map.of()));
    }

    private Path directory() throws IOException {
        return Files.createDirectories(home.resolve("home")).resolve("directory.yaml");
    }

    @Test
    void aDirectoryThatIsALinkToNothingIsAMistake() throws IOException {
        var file = Files.createSymbolicLink(directory(), home.resolve("away.yaml"));
        assertEquals(
                List.of(file + " is a link to a file that does not exist: put a file there that the server's user has"
                        + " permission to read."),
                ofDirectory());
        assertThrows(IOException.class, () -> PrivateFiles.create(file, "demonstration"));
        assertFalse(Files.exists(home.resolve("away.yaml")));
    }

    @Test
    void aDirectoryThatIsNoRegularFileOrTooLargeIsAMistake() throws Exception {
        var file = Files.createDirectory(directory());
        assertTrue(
                ofDirectory().get(0).startsWith(file + " is a directory, not a file:"),
                ofDirectory().toString());
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertTrue(
                ofDirectory().get(0).startsWith(file + " is not a regular file:"),
                ofDirectory().toString());
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        assertTrue(
                ofDirectory().get(0).startsWith(file + " is not a regular file:"),
                ofDirectory().toString());
        Files.delete(file);
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(3L << 30);
        }
        assertTrue(
                ofDirectory().get(0).startsWith(file + " is larger than 1 MB:"),
                ofDirectory().toString());
    }

    @Test
    void aUsedHomeWithoutItsDirectoryIsAMistakeAndGetsNoDemonstration() throws IOException {
        var used = new Home(home.resolve("home"));
        assertEquals(List.of(), ofDirectory());
        Files.createFile(used.inHand());
        Files.delete(used.directory());
        assertEquals(1, ofDirectory().size(), ofDirectory().toString());
        assertTrue(ofDirectory().get(0).startsWith(used.directory() + " does not exist, and a server has run"));
        assertThrows(IllegalArgumentException.class, () -> new Home(home.resolve("home")));
        assertFalse(Files.exists(used.directory()));
    }

    @Test
    void aKeyThatIsALinkToNothingIsNotReplaced() throws IOException {
        var used = new Home(home.resolve("home"));
        Files.createSymbolicLink(used.searchKey(), home.resolve("away"));
        assertThrows(IOException.class, used::patientSecret);
        var seal = Files.createSymbolicLink(home.resolve("seal.pem"), home.resolve("away"));
        assertThrows(IllegalArgumentException.class, () -> SealKeyFile.load(seal));
        assertEquals(1, mistakes(Map.of("ITK_SEAL_KEY", seal.toString())).size());
        assertFalse(Files.exists(home.resolve("away")));
    }

    @Test
    void goodSettingsHaveNoMistakes() {
        assertEquals(
                List.of(),
                mistakes(Map.of("ITK_CONNECTIONS_PER_ADDRESS", "1000", "ITK_RETRY_FIRST", "2s", "ITK_NODE", " ")));
    }
}
