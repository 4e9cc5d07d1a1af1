package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives the process, and what stops it from starting; on the embedded database. */
class RestartIT {
    @TempDir
    Path folder;

    @Test
    void aFirstStartACleanStopAndAStartAfterIt() throws IOException {
        var home = folder.resolve("home");
        var id = Sample.uuid();
        var response = Sample.uuid();
        Wire.Reply first;
        String body;
        try (var server = ServerProcess.firstStart(home).start()) {
            theFirstStartTellsItsSecretsOnceInAPrivateFile(server);
            listensOnOnePortOnly(server);
            first = Sample.of("send-cda-discharge").send(server.url(), id);
            body = Sample.of("verify-nhs-number").send(server.url(), response).soapBody();
            server.stop();
            aCleanStopWritesNoWarning(server);
        }
        try (var server = ServerProcess.at(home).start()) {
            var second = Sample.of("send-cda-discharge").send(server.url(), id);
            assertEquals(first.status(), second.status());
            assertEquals(first.soapBody(), second.soapBody(), "a duplicate");
            assertEquals(
                    body,
                    Sample.of("verify-nhs-number").send(server.url(), response).soapBody());
            assertTrue(metrics(server).contains("itk_messages_accepted_total 0"), metrics(server));
        }
    }

    private static void aCleanStopWritesNoWarning(ServerProcess server) throws IOException {
        var warnings = Files.readAllLines(server.log()).stream()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .toList();
        assertEquals(List.of(), warnings);
    }

    private static String metrics(ServerProcess server) {
        try {
            return server.get("/metrics").body();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void afterKillNineWorkGoesOnWithAHigherAttempt() throws IOException {
        try (var backEnd = new BackEnd(0)) {
            var home = folder.resolve("home");
            var directory =
                    """
                    organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
                    partners: [ { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"] } ]
                    handlers: { slow: { http: "http://127.0.0.1:%d/", timeout: PT60S } }
                    routes: [ { address: "urn:nhs-uk:addressing:ods:Z9999:cardiology", handler: slow } ]
                    """
                            .formatted(backEnd.port());
            backEnd.gate = new CountDownLatch(1); // of a call whose caller is killed
            try (var server = ServerProcess.at(home).directory(directory).start()) {
                assertEquals(200, Attempt.soap11(server.url()).send().status());
                server.await(() -> backEnd.calls.size() == 1, Duration.ofSeconds(60));
                server.kill();
            }
            var killed = unpacked(home);
            assertTrue(Files.exists(killed));
            backEnd.gate = null;
            try (var server = ServerProcess.at(home).start()) {
                server.await(() -> backEnd.calls.size() == 2, Duration.ofSeconds(60));
                assertEquals("2", backEnd.calls.get(1).header("Itk-attempt"));
                server.await(() -> metrics(server).contains("itk_messages_handled_total 1"), Duration.ofSeconds(60));
                assertFalse(Files.exists(killed));
                server.stop();
                assertFalse(Files.exists(unpacked(home)));
                assertTrue(Files.readString(home.resolve("seal-anchors.log")).contains(" seal="));
            }
        }
    }

    /** Where the newest server of a home unpacked itself. */
    private static Path unpacked(Path home) throws IOException {
        return Path.of(Files.readString(home.resolve("installation")).strip());
    }

    private static void theFirstStartTellsItsSecretsOnceInAPrivateFile(ServerProcess server) throws IOException {
        var file = server.home().resolve("first-run.txt");
        var lines = Files.readAllLines(file);
        assertTrue(lines.get(0).startsWith("admin-user="));
        assertTrue(lines.get(1).matches("admin-password=.{20,}"));
        assertTrue(lines.get(2).matches("api-token=.{20,}"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.readString(server.log()).contains(lines.get(1).substring(15)));
        assertTrue(Visitor.admin(server).get("/admin/").body().contains("Sign out"), "the password works");
    }

    private static void listensOnOnePortOnly(ServerProcess server) throws IOException {
        var listening = new ProcessBuilder("ss", "-ltnpH").start();
        var own = new String(listening.getInputStream().readAllBytes())
                .lines()
                .filter(line -> line.contains("pid=" + server.pid() + ","))
                .toList();
        assertEquals(1, own.size(), own.toString());
    }
}
