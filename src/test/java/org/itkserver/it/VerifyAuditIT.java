package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real command on the trail of real servers that were killed under load. */
class VerifyAuditIT {
    private static final Path COMMAND = Path.of(System.getProperty("itk.basedir", "."), "bin", "verify-audit")
            .toAbsolutePath();

    private static final Pattern ANCHORED = Pattern.compile(" [1-9][0-9]* anchors: intact");
    private static final Pattern WITHOUT_KEY = Pattern.compile("[1-9][0-9]+ of them without their key");

    @TempDir
    Path folder;

    private static List<String> compiled;

    private record Result(int code, String text) {}

    private static Result verify(Path home, Postgres postgres, String... options) throws Exception {
        return verify(home, postgres, Map.of(), options);
    }

    private static Result verify(Path home, Postgres postgres, Map<String, String> settings, String... options)
            throws Exception {
        return verify(home, postgres, settings, compiled(), options);
    }

    /** What bin/verify-audit runs; it compiles the same source again each time, which takes longer than most checks here. */
    private static synchronized List<String> compiled() throws Exception {
        if (compiled == null) {
            var classes = Files.createTempDirectory(Path.of("target"), "verify-audit");
            var source = COMMAND.resolveSibling("VerifyAudit.java").toString();
            var errors = new ByteArrayOutputStream();
            assertEquals(
                    0,
                    ToolProvider.getSystemJavaCompiler().run(null, null, errors, "-d", classes.toString(), source),
                    errors::toString);
            compiled = List.of(
                    "java",
                    "-Dverify-audit.folder=" + COMMAND.getParent(),
                    "-cp",
                    classes.toAbsolutePath().toString(),
                    "VerifyAudit");
        }
        return compiled;
    }

    private static Result verify(
            Path home, Postgres postgres, Map<String, String> settings, List<String> program, String... options)
            throws Exception {
        var command = new ArrayList<>(program);
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        var env = builder.environment();
        env.keySet().removeIf(name -> name.startsWith("ITK_"));
        env.put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + env.get("PATH"));
        env.putAll(settings);
        env.put("ITK_HOME", home.toString());
        env.put(
                "ITK_JAR",
                Path.of(System.getProperty("itk.jar", "target/itk-transport-server-bootable.jar"))
                        .toAbsolutePath()
                        .toString());
        if (postgres != null) {
            env.put("ITK_DB_URL", postgres.url());
            env.put("ITK_DB_USER", "postgres");
        }
        var process = builder.start();
        var text = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(180, TimeUnit.SECONDS));
        return new Result(process.exitValue(), text);
    }

    /** Sends until the server is killed in the middle of it. */
    private static void killUnderLoad(ServerProcess server) throws Exception {
        var sent = new AtomicInteger();
        var pool = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            pool.submit(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    Sample.of("send-cda-discharge").send(server.url(), Sample.uuid());
                    sent.incrementAndGet();
                }
                return 0;
            });
        }
        server.await(() -> sent.get() > 60, Duration.ofSeconds(120));
        server.kill();
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(90, TimeUnit.SECONDS));
    }

    @Test
    void anEncryptedH2TrailIsIntactWhenItsServerWasKilledUnderLoad() throws Exception {
        var home = folder.resolve("home");
        var key = folder.resolve("content.key");
        Files.writeString(key, Base64.getEncoder().encodeToString(new byte[32]));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        var settings = Map.of("ITK_CONTENT_KEY_FILE", key.toString());
        try (var server = ServerProcess.at(home)
                .with("ITK_CONTENT_KEY_FILE", key.toString())
                .start()) {
            var busy = verify(home, null, Map.of(), List.of("sh", COMMAND.toString()));
            assertEquals(2, busy.code, busy.text);
            assertTrue(busy.text.contains("in use by a running server"), busy.text);
            killUnderLoad(server);
        }
        var stored = Files.readString(home.resolve("data").resolve("itk.mv.db"), StandardCharsets.ISO_8859_1);
        assertTrue(stored.contains("message_part"), "the file can be looked through");
        assertFalse(stored.contains("ClinicalDocument"), "a document lies in the open");

        var killed = verify(home, null, settings, "--payloads");
        assertEquals(0, killed.code, killed.text);
        var keyless = verify(home, null, "--payloads");
        assertEquals(2, keyless.code, keyless.text);
        assertTrue(keyless.text.contains("ITK_CONTENT_KEY_FILE is not set"), keyless.text);
        try (var keys = Files.newDirectoryStream(home.resolve("content-keys"), "*.key")) {
            for (var file : keys) {
                Files.delete(file);
            }
        }
        var gone = verify(home, null, settings, "--payloads");
        assertEquals(1, gone.code, gone.text);
        assertTrue(gone.text.contains("no sealed event records that it is gone"), gone.text);

        try (var server = ServerProcess.at(home)
                .with("ITK_CONTENT_KEY_FILE", key.toString())
                .start()) {
            var admin = Visitor.admin(server);
            server.await(
                    () -> admin.get("/admin/audit?type=content-key-gone").body().contains("with contents under it"),
                    Duration.ofSeconds(60));
            var messages = admin.get("/admin/messages?what=all&direction=in").body();
            var link = Pattern.compile("/admin/messages/\\d+").matcher(messages);
            assertTrue(link.find(), messages);
            var opened = admin.submit(link.group() + "/payload", "reason=test+message");
            assertEquals(410, opened.statusCode());
            assertTrue(opened.body().contains("the key it was encrypted with is gone"), opened.body());
            server.stop();
        }
        var told = verify(home, null, settings, "--payloads");
        assertEquals(0, told.code, told.text);
        assertTrue(WITHOUT_KEY.matcher(told.text).find(), told.text);
        assertTrue(ANCHORED.matcher(told.text).find(), told.text);
        assertTrue(!told.text.contains("not sealed yet"), told.text);
    }

    @Test
    void twoNodesOfOnePostgresAreCheckedTogether() throws Exception {
        try (var postgres = new Postgres()) {
            var one = folder.resolve("one");
            var two = folder.resolve("two");
            try (var first = postgres.configure(ServerProcess.at(one)).start();
                    var second = postgres.configure(ServerProcess.at(two)).start()) {
                Sample.of("send-cda-discharge").send(second.url(), Sample.uuid());
                killUnderLoad(first);
                var running = verify(two, postgres, "--payloads", "--public-key", key(one), "--public-key", key(two));
                assertEquals(0, running.code, running.text);
                second.stop();
            }
            var oneKey = verify(two, postgres);
            assertEquals(2, oneKey.code, oneKey.text);
            assertTrue(oneKey.text.contains("consistent, key not confirmed: key "), oneKey.text);
            assertTrue(oneKey.text.contains("NOT CHECKED"), oneKey.text);
            var anchored = verify(two, postgres, "--public-key", key(one), "--anchors", anchors(two));
            assertEquals(0, anchored.code, anchored.text);
            try (var connection = postgres.connect();
                    var statement = connection.createStatement()) {
                statement.execute("set session_replication_role = replica");
                statement.execute("update audit_event set detail = 'nothing happened' where seq = 4 and node = '"
                        + Files.readString(one.resolve("node-id")).strip() + "'");
            }
            var broken = verify(two, postgres, "--public-key", key(one), "--public-key", key(two));
            assertEquals(1, broken.code, broken.text);
            assertTrue(broken.text.contains("FIRST BAD ROW 4: row 4 does not fit its hash"), broken.text);
            var unknown = verify(two, postgres);
            assertEquals(1, unknown.code, unknown.text);
            assertTrue(unknown.text.contains("key not confirmed"), unknown.text);
        }
    }

    private static String anchors(Path home) {
        return home.resolve("seal-anchors.log").toString();
    }

    private static String key(Path home) {
        return home.resolve("seal-key.pub.pem").toString();
    }

    @Test
    void wrongUseIsAnsweredInASentence() throws Exception {
        for (var options :
                List.of(List.of("--nonsense"), List.of("--since", "yesterday"), List.of("--node"), List.<String>of())) {
            var result = verify(folder, null, options.toArray(new String[0]));
            assertEquals(2, result.code, result.text);
            assertTrue(result.text.startsWith("verify-audit: "), result.text);
        }
    }
}
