package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake of configuration ends the start with one sentence and exit code 78, and leaves nothing behind. */
class StartMistakesIT {
    private static final Path TABLE = Path.of(System.getProperty("itk.basedir", "."), "target", "start-mistakes.tsv");
    private static final List<String> ROWS =
            Collections.synchronizedList(new ArrayList<>(List.of("mistake\tsentence\texit\tms\tlines")));
    private static final String GOOD =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: a }
            """;

    @TempDir
    Path folder;

    private record Ended(int code, List<String> lines, long millis) {}

    @AfterAll
    static void writeTheTable() throws IOException {
        Files.write(TABLE, ROWS);
    }

    private Ended start(Map<String, String> env, String... arguments) throws Exception {
        return start(folder, env, arguments);
    }

    private static Ended start(Path folder, Map<String, String> env, String... arguments) throws Exception {
        var jar = Path.of(System.getProperty("itk.basedir", "."), "target", "itk-transport-server-bootable.jar");
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()));
        command.addAll(1, List.of(ServerProcess.shortLived(SharedClasses.flags())));
        command.addAll(List.of(arguments));
        var log = folder.resolve("log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ITK_"));
        builder.environment().put("ITK_HOME", folder.resolve("home").toString());
        builder.environment().put("ITK_HTTP_PORT", "" + ServerProcess.freePort());
        builder.environment().putAll(env);
        long begin = System.nanoTime();
        var process = builder.start();
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Ended(
                process.waitFor(),
                Files.readAllLines(log),
                Duration.ofNanos(System.nanoTime() - begin).toMillis());
    }

    private static void refused(String mistake, String expected, Ended ended) {
        var all = String.join("\n", ended.lines);
        assertEquals(78, ended.code, all);
        assertTrue(ended.lines.size() <= 8 && !all.contains("\tat "), all);
        var sentence = ended.lines.get(ended.lines.size() - 1);
        assertTrue(sentence.contains(expected), () -> sentence + " does not hold: " + expected);
        assertFalse(sentence.contains("Exception"), sentence);
        ROWS.add(String.join("\t", mistake, sentence, "" + ended.code, "" + ended.millis, "" + ended.lines.size()));
    }

    /** For each start: variables, their values, and what the sentence about each says. */
    private static final List<List<String>> SETTINGS = List.of(
            List.of(
                    "ITK_HTPP_PORT|9|ITK_HTPP_PORT is not a setting; did you mean ITK_HTTP_PORT",
                    "ITK_RETENTION_INTERVAL|30d|is not between PT1S and P7D",
                    "ITK_HTTP_PORT|65536|ITK_HTTP_PORT=65536 is not a port number",
                    "ITK_PUBLIC_URL|itk.example|is not a base address",
                    "ITK_LOG_LEVEL|loud|ITK_LOG_LEVEL=loud is not a level"),
            List.of(
                    "ITK_SPOOL|9999999999GB|ITK_SPOOL=9999999999GB is not a size",
                    "ITK_NODE|two words|ITK_NODE=two words is not a node name",
                    "ITK_BIND|no.such.host.invalid|is not an address of this machine",
                    "ITK_DB_URL|jdbc:mysql:x|ITK_DB_URL must start with jdbc:postgresql:",
                    "ITK_LOG|xml|ITK_LOG=xml is neither text nor json"),
            List.of(
                    "ITK_BIND|0.0.0.0|is not a loopback address",
                    "ITK_TO_ALIASES|https://a/path|is not a base address",
                    "ITK_DB_OWNER_USER|somebody|ITK_DB_OWNER_USER is set but ITK_DB_URL is not",
                    "ITK_ALERT_WEBHOOK|ftp://x|ITK_ALERT_WEBHOOK is not an http or https URL"),
            List.of(
                    "ITK_ALLOW_PLAIN_HTTP|yes|is neither true nor false",
                    "ITK_DB_USER|somebody|ITK_DB_USER is set but ITK_DB_URL is not",
                    "ITK_HOME|/proc/home|ITK_HOME=/proc/home"),
            List.of("ITK_TLS_KEYSTORE|/no/such/file|ITK_TLS_KEYSTORE"));

    /** What follows the organisation (~ for a line end), and what the sentence says. */
    private static final List<String> DIRECTORIES = List.of(
            "partners: [ { id: a, endpoint: {} } ]|line 2: partners[0].endpoint is not a key that is known here: did you mean endpoints?",
            "partners: [ { id: a }, { id: a } ]|line 2: partners[1].id is used by two partners: a",
            "routes: [ { address: x, partner: zz } ]|line 2: routes[0].partner names zz",
            "handlers: { h: { http: 'http://127.0.0.1:1/', timeout: 0s } }|line 2: handlers.h.timeout must be a positive duration",
            "partners: []~partners: []|line 3: partners occurs twice",
            "partners: [ { id: a, id: b } ]|line 2: partners[0].id occurs twice",
            "services: [ { name: x, handler: nothing } ]|line 2: services[0].handler names nothing",
            "partners: [|line ");

    @Test
    void aWrongSettingOrDirectory() throws Exception {
        var pool = Executors.newFixedThreadPool(2);
        try {
            var checks = new ArrayList<Future<?>>();
            SETTINGS.forEach(rows -> checks.add(pool.submit(() -> settings(rows))));
            DIRECTORIES.forEach(row -> checks.add(pool.submit(() -> directory(row))));
            for (var check : checks) {
                check.get();
            }
        } finally {
            pool.shutdown();
        }
    }

    private Void settings(List<String> rows) throws Exception {
        var env = new HashMap<String, String>();
        for (var row : rows) {
            var cells = row.split("\\|");
            env.put(cells[0], cells[1]);
        }
        var own = Files.createTempDirectory(folder, "setting");
        var ended = start(own, env);
        assertEquals(rows.size(), ended.lines.size(), () -> String.join("\n", ended.lines));
        for (var row : rows) {
            var cells = row.split("\\|");
            var sentences =
                    ended.lines.stream().filter(line -> line.contains(cells[2])).toList();
            assertEquals(1, sentences.size(), () -> cells[2] + " in " + String.join("\n", ended.lines));
            refused(cells[0] + "=" + cells[1], cells[2], new Ended(ended.code, sentences, ended.millis));
        }
        assertFalse(Files.exists(own.resolve("home")), "nothing is made");
        return null;
    }

    private Void directory(String row) throws Exception {
        var cells = row.split("\\|");
        var own = Files.createTempDirectory(folder, "directory");
        Files.createDirectories(own.resolve("home"));
        Files.writeString(own.resolve("home/directory.yaml"), GOOD + cells[0].replace('~', '\n') + "\n");
        refused("directory.yaml: " + cells[0], cells[1], start(own, Map.of()));
        try (var files = Files.list(own.resolve("home"))) {
            assertEquals(1, files.count(), "nothing is made");
        }
        return null;
    }

    @Test
    void aDirectoryThatIsNotUtf8() throws Exception {
        Files.createDirectories(folder.resolve("home"));
        Files.write(
                folder.resolve("home/directory.yaml"),
                (GOOD + "# Bl\u00e4tter\n").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        refused("directory.yaml in ISO-8859-1", "line 2: the file is not UTF-8", start(Map.of()));
    }

    @Test
    void allMistakesAreSaidAtOnce() throws Exception {
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("home/directory.yaml"), GOOD + "routes: [ { address: x } ]\nroutez: []\n");
        var ended = start(Map.of("ITK_HTPP_PORT", "9", "ITK_RETRY_FIRST", "0s", "ITK_NODE", "a b"));
        assertEquals(78, ended.code);
        assertEquals(3, ended.lines.size(), () -> String.join("\n", ended.lines));
        var corrected = start(Map.of());
        assertEquals(2, corrected.lines.size(), () -> String.join("\n", corrected.lines));
    }

    @Test
    void anUnknownArgument() throws Exception {
        refused(
                "unknown argument",
                "the arguments \"--chekc -b 0.0.0.0\" are not known",
                start(Map.of(), "--chekc", "-b", "0.0.0.0"));
        assertFalse(Files.exists(folder.resolve("home")), "nothing is made");
    }

    @Test
    void checkSaysThatAllIsRight() throws Exception {
        var env = new HashMap<>(Map.of("ITK_RETRY_FIRST", "2s", "ITK_PUBLIC_URL", " ", "ITK_NODE", ""));
        env.put("ITK_SERVICE_HOST", "10.0.0.1");
        env.put("ITK_PORT_8080_TCP", "tcp://10.0.0.1:8080");
        env.put("ITK_SERVICE_PORT_HTTP", "8080");
        env.put("ITK_JAR", "x");
        var ended = start(env, "--check");
        assertEquals(0, ended.code, () -> String.join("\n", ended.lines));
        assertFalse(Files.exists(folder.resolve("home")), "nothing is made");
    }

    @Test
    void aPortInUse() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = "" + taken.getLocalPort();
            refused("port in use", "ITK_HTTP_PORT=" + port + " cannot be used", start(Map.of("ITK_HTTP_PORT", port)));
            assertFalse(Files.exists(folder.resolve("home")), "nothing is made");
        }
    }

    @Test
    void aSealKeyThatCannotBeRead() throws Exception {
        var key = folder.resolve("key.pem");
        Files.writeString(key, "no key");
        refused("seal key", "ITK_SEAL_KEY=" + key, start(Map.of("ITK_SEAL_KEY", key.toString())));
    }

    @Test
    void aPipeInThePlaceOfTheDirectoryOrTheSealKey() throws Exception {
        var file = Files.createDirectories(folder.resolve("home")).resolve("directory.yaml");
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        refused("directory.yaml is a pipe", file + " is not a regular file", start(Map.of()));
        Files.delete(file);
        Files.createSymbolicLink(file, folder.resolve("away"));
        refused(
                "directory.yaml is a dangling link",
                file + " is a link to a file that does not exist",
                start(Map.of()));
        assertFalse(Files.exists(folder.resolve("away")), "no demonstration is written through the link");
        Files.delete(file);
        var key = folder.resolve("key.pem");
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", "-m", "600", key.toString())
                        .start()
                        .waitFor());
        refused(
                "seal key is a pipe",
                "ITK_SEAL_KEY=" + key + " is not a regular",
                start(Map.of("ITK_SEAL_KEY", key.toString())));
    }

    @Test
    void aHomeOutsideTheLocale() throws Exception {
        var home = folder.resolve("b\u00fcro").toString();
        refused("umlaut in the locale C", "is not a path", start(Map.of("LC_ALL", "C", "ITK_HOME", home)));
    }

    /** Its keys are not set; waiting would not help. */
    @Test
    void aDatabaseWithEncryptedContents() throws Exception {
        var home = folder.resolve("home");
        var key = Files.writeString(
                folder.resolve("content.key"), Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        try (var server = ServerProcess.at(home)
                .with("ITK_CONTENT_KEY_FILE", key.toString())
                .start()) {
            assertEquals(200, server.status("/health/ready"));
        }
        refused("no content key", "ITK_CONTENT_KEY_FILE is not set", start(Map.of()));
        Files.writeString(home.resolve("content-keys/folder-id"), "of-another-database\n");
        refused(
                "content keys of another database",
                "ITK_CONTENT_KEYS is the folder of another database",
                start(Map.of("ITK_CONTENT_KEY_FILE", key.toString())));
    }

    @Test
    void aHomeInUse() throws Exception {
        try (var server = ServerProcess.at(folder.resolve("home")).start()) {
            refused("home in use", "is in use by process " + server.pid(), start(Map.of()));
        }
    }

    @Test
    void aDatabaseThatCannotBeUsed() throws Exception {
        try (var postgres = new Postgres()) {
            var env = Map.of("ITK_DB_URL", postgres.url(), "ITK_DB_USER", "postgres");
            refused(
                    "unknown database",
                    "has no such database",
                    start(Map.of("ITK_DB_URL", postgres.url() + "_missing", "ITK_DB_USER", "postgres")));
            refused(
                    "unknown user",
                    "correct ITK_DB_USER",
                    start(Map.of("ITK_DB_URL", postgres.url(), "ITK_DB_USER", "somebody_else")));

            try (var server = postgres.configure(ServerProcess.at(folder.resolve("first")))
                    .start()) {
                assertEquals(200, server.status("/health/ready"));
            }
            postgres.execute("insert into flyway_schema_history (installed_rank, version, description, type, script,"
                    + " installed_by, execution_time, success)"
                    + " values (999, '999', 'later', 'SQL', 'V999__later.sql', 'test', 1, true)");
            refused("schema of a later release", "was written by a later release", start(env));
            postgres.execute("delete from flyway_schema_history where installed_rank = 999");
            postgres.execute("update flyway_schema_history set checksum = 1 where version = '1'");
            refused("changed migration", "is not the one that this release made", start(env));
        }
    }
}
