package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database stops under the server, or refuses one entry: nothing is promised that is not stored. */
class DatabaseAwayIT {
    @TempDir
    Path folder;

    @Test
    void faultsWhileItIsAwayAndRecoversByItself() throws IOException {
        var data = folder.resolve("pg");
        int port = ServerProcess.freePort();
        var postgres = start(data, port);
        try (var server = ServerProcess.at(folder.resolve("home"))
                .with("ITK_DB_URL", "jdbc:postgresql://127.0.0.1:" + port + "/postgres")
                .with("ITK_DB_USER", "postgres")
                .start()) {
            assertEquals(
                    200,
                    Sample.of("send-document-pdf")
                            .send(server.url(), Sample.uuid())
                            .status());
            postgres.close();
            for (var name : List.of(
                    "send-dist-envelope-edischarge",
                    "send-dist-envelope-soap12",
                    "send-document-pdf",
                    "send-recv-dist-envelope-query-scr",
                    "verify-nhs-number")) {
                long begin = System.nanoTime();
                var reply = Sample.of(name).send(server.url(), Sample.uuid());
                long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
                // the first meets the database, the rest are turned away before they are read
                assertTrue(
                        reply.status() == 503 || reply.status() == 500 && "2100".equals(reply.errorCode()),
                        name + reply.status() + reply.body());
                assertTrue(millis < 2000, name + " took " + millis + " ms");
            }
            server.await(() -> server.status("/health/ready") == 503, Duration.ofSeconds(60));
            assertEquals(200, server.status("/health/live"));
            postgres = start(data, port);
            server.await(
                    () -> Sample.of("send-dist-envelope-soap12")
                                    .send(server.url(), Sample.uuid())
                                    .status()
                            == 202,
                    Duration.ofSeconds(60));
        } finally {
            postgres.close();
        }
    }

    @Test
    void startsWithoutItsDatabase() throws IOException {
        var data = folder.resolve("pg");
        int port = ServerProcess.freePort();
        try (var server = ServerProcess.at(folder.resolve("home"))
                .with("ITK_DB_URL", "jdbc:postgresql://127.0.0.1:" + port + "/postgres")
                .with("ITK_DB_USER", "postgres")
                .launch()) {
            server.await(() -> server.status("/health/live") == 200, Duration.ofSeconds(60));
            // nothing is accepted before the start is complete
            assertEquals(
                    503,
                    Sample.of("send-document-pdf")
                            .send(server.url(), Sample.uuid())
                            .status());
            try (var postgres = start(data, port)) {
                assertTrue(postgres.getPort() > 0);
                server.await(() -> server.status("/health/ready") == 200, Duration.ofSeconds(60));
                assertEquals(
                        200,
                        Sample.of("send-document-pdf")
                                .send(server.url(), Sample.uuid())
                                .status());
                assertTrue(Files.exists(server.home().resolve("first-run.txt")));
            }
        }
    }

    private static EmbeddedPostgres start(Path data, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setPort(port)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofMinutes(2))
                .start();
    }

    private static String ready(ServerProcess server) {
        try {
            return server.get("/health/ready").body().replaceAll(".*\"status\":\"(\\w+)\".*\\s*", "$1");
        } catch (IOException e) {
            return "no answer";
        }
    }

    private static double secondsSinceSuccess(ServerProcess server, String loop) {
        try {
            var line = server.get("/metrics")
                    .body()
                    .lines()
                    .filter(one -> one.startsWith("itk_loop_last_success_seconds{loop=\"" + loop + "\""))
                    .findFirst()
                    .orElseThrow();
            return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A statement of a loop that the database refuses while it can be reached; a missing right is of the same kind. */
    @Test
    void aLoopWhoseTableIsRefusedHasFailedAndNotSucceeded() {
        try (var postgres = new Postgres();
                var server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                        .start()) {
            server.await(() -> ready(server).equals("up"), Duration.ofSeconds(60));
            for (var loop : Map.of("bulk_resend", "bulk resend", "retention_run", "retention")
                    .entrySet()) {
                postgres.execute("alter table " + loop.getKey() + " rename to elsewhere");
                server.await(() -> ready(server).equals("degraded"), Duration.ofSeconds(60));
                server.await(() -> secondsSinceSuccess(server, loop.getValue()) > 5, Duration.ofSeconds(60));
                var alert = "select count(*) from alert where cause like 'loop-failing:%" + loop.getValue() + "'";
                server.await(() -> postgres.count(alert) > 0, Duration.ofSeconds(60));
                postgres.execute("alter table elsewhere rename to " + loop.getKey());
                server.await(() -> ready(server).equals("up"), Duration.ofSeconds(60));
            }

            postgres.execute("alter table delivery rename to elsewhere");
            server.await(() -> ready(server).equals("down"), Duration.ofSeconds(60));
            postgres.execute("alter table elsewhere rename to delivery");
            server.await(() -> ready(server).equals("up"), Duration.ofSeconds(60));
        }
    }

    @Test
    void onePoisonedEntryAmong64FailsAlone() throws Exception {
        try (var postgres = new Postgres();
                var server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                        .start()) {
            postgres.execute("create function poison() returns trigger language plpgsql as $$ begin "
                    + "if new.tracking_id like 'DEADDEAD%' then raise exception 'poison'; end if; return new; end $$");
            postgres.execute("create trigger poison before insert on message for each row execute function poison()");
            var number = new AtomicInteger();
            var replies = ExchangeIT.together(64, () -> {
                var id = number.getAndIncrement() == 30
                        ? "DEADDEAD" + Sample.uuid().substring(8)
                        : Sample.uuid();
                return Sample.of("send-cda-non-coded").send(server.url(), id);
            });
            var refused = new ArrayList<String>();
            replies.stream().filter(r -> r.status() != 200).forEach(r -> refused.add(r.errorCode()));

            assertEquals(List.of("2200"), refused);
            assertEquals(63, postgres.count("select count(*) from message"));
        }
    }
}
