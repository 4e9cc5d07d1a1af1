package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An exception, an Error and an interrupt in every background loop of the real jar: visible, bounded, recovered. */
@Tag("alone")
class LoopFailuresIT {
    private static final String LOOP = "org.itkserver.boot.Loop";
    private static final String COMMITTER = "org.itkserver.store.Committer";
    private static final Path SOURCE = Path.of(
            System.getProperty("itk.basedir", "."), "src", "main", "java", "org", "itkserver", "boot", "Loop.java");
    private static final String EXCEPTION = "java.lang.IllegalStateException";
    private static final String LINKAGE = "java.lang.NoClassDefFoundError";
    private static final String STACK = "java.lang.StackOverflowError";
    private static final String MEMORY = "java.lang.OutOfMemoryError";
    private static final Pattern LABEL = Pattern.compile("itk_loop_last_success_seconds\\{loop=\"([^\"]+)\"");
    private static final Duration SHORT = Duration.ofSeconds(10);
    /** Longest pause of a loop, housekeeping's, and the time for its failures. */
    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private static ServerProcess debugged(Path home, int port) {
        return ServerProcess.at(home)
                .jvm(
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port)
                .with("ITK_RETENTION_INTERVAL", "PT1S")
                // each notice is a turn of its own; nothing answers here
                .with("ITK_ALERT_WEBHOOK", "http://127.0.0.1:" + ServerProcess.freePort() + "/")
                .start();
    }

    /** The loops that the running server has, as its metrics name them. */
    private static Set<String> loops(ServerProcess server) throws IOException {
        var names = new TreeSet<String>();
        LABEL.matcher(server.get("/metrics").body()).results().forEach(label -> names.add(label.group(1)));
        return names;
    }

    private static String ready(ServerProcess server) {
        try {
            return server.get("/health/ready").body().replaceAll(".*\"status\":\"(\\w+)\".*\\s*", "$1");
        } catch (IOException e) {
            return "no answer";
        }
    }

    private static void letter(ServerProcess server) throws Exception {
        assertEquals(
                200,
                Sample.of("send-cda-discharge")
                        .send(server.url(), Sample.uuid())
                        .status());
    }

    @Test
    void everyLoopSurvivesWhatIsThrownIntoIt() throws Exception {
        int port = ServerProcess.freePort();
        try (var server = debugged(folder.resolve("home"), port)) {
            letter(server);
            var loops = loops(server);
            assertTrue(loops.size() >= 10, loops.toString());
            try (var injector = new Injector(port)) {
                // a task of a pool ends; a thread that does not is a loop that this test must know
                server.await(
                        () -> unknown(injector.threadsOutside(LOOP + ".run")).isEmpty(), SHORT);
                injector.atLine(LOOP, SOURCE, "turn.run();", "name");
                injector.atEntry(COMMITTER, "turn", "committer");

                for (var loop : loops) {
                    boolean isCommitter = loop.equals("committer");
                    injector.once(
                            loop,
                            isCommitter
                                    ? List.of(EXCEPTION, Injector.INTERRUPT)
                                    : List.of(EXCEPTION, LINKAGE, STACK, Injector.INTERRUPT));
                }
                // housekeeping's first turn is after a minute, and a notice comes with an alert: the others go on
                // meanwhile
                var late = Set.of("housekeeping", "notices");
                server.await(() -> late.containsAll(injector.unfinished()), SHORT.multipliedBy(3));
                server.await(() -> ready(server).equals("up"), SHORT);
                letter(server);
                for (var loop : loops) {
                    if (!late.contains(loop) && !loop.equals("committer")) {
                        dead(server, injector, loop);
                    }
                }
                server.await(() -> injector.unfinished().isEmpty(), LONG);
                assertEquals(loops, injector.seen());
                server.await(() -> ready(server).equals("up"), SHORT);
                visible(server, loops);
                letter(server);
                assertEquals(List.of(), injector.failures());
                injector.always("timer", MEMORY);
                assertEquals(70, server.exited(), server.logTail());
            }
        }
    }

    /** With an Error in each turn of one loop the server says within seconds that it is not well, and recovers. */
    private static void dead(ServerProcess server, Injector injector, String loop) {
        injector.always(loop, LINKAGE);
        try {
            server.await(() -> !ready(server).equals("up"), SHORT);
        } catch (AssertionError e) {
            throw new AssertionError("an Error in each turn of " + loop + " is not seen", e);
        } finally {
            injector.always(loop, null);
        }
        server.await(() -> ready(server).equals("up"), SHORT);
    }

    private static void visible(ServerProcess server, Set<String> loops) throws IOException {
        var log = Files.readString(server.log());
        for (var loop : loops) {
            if (!loop.equals("committer")) {
                assertTrue(log.contains("loop " + loop + " failed"), loop);
                assertTrue(log.contains("loop " + loop + " works again"), loop);
            }
        }
    }

    private static Set<String> unknown(Set<String> threads) {
        var unknown = new TreeSet<>(threads);
        unknown.remove(COMMITTER);
        return unknown;
    }

    @ParameterizedTest
    @CsvSource({
        "org.itkserver.store.Committer, turn, java.lang.StackOverflowError",
        "org.itkserver.soap.InboundChain, handle, java.lang.OutOfMemoryError",
        "org.itkserver.api.ContractResource, contract, java.lang.OutOfMemoryError"
    })
    void anErrorThatLeavesTheProcessUnsureEndsIt(String type, String method, String error) throws Exception {
        int port = ServerProcess.freePort();
        try (var server = debugged(folder.resolve("home"), port);
                var injector = new Injector(port)) {
            letter(server);
            assertEquals(200, server.status("/api/openapi.yaml"));
            injector.atEntry(type, method, "it");
            injector.always("it", error);
            try {
                Sample.of("send-cda-discharge").send(server.url(), Sample.uuid());
                server.status("/api/openapi.yaml");
            } catch (RuntimeException e) {
                // the process may end before it answers
            }
            assertEquals(70, server.exited(), server.logTail());
        }
    }
}
