package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.itkserver.io.PrivateFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exception, an Error and an interrupt in every background loop and handler of the real jar: visible, bounded, recovered. */
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

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<String> FAILURES = List.of(EXCEPTION, LINKAGE, STACK);
    /** What ends the process wherever it is thrown. */
    private static final List<Death> DEATHS = List.of(
            new Death("org.itkserver.store.Committer", "turn", STACK),
            new Death("org.itkserver.soap.InboundChain", "handle", MEMORY),
            new Death("org.itkserver.api.ContractResource", "contract", MEMORY));

    private record Death(String type, String method, String error) {}

    private static ServerProcess debugged(Path home, int port, FailureSetting peers) throws IOException {
        // its loop runs only when contents are encrypted
        var key = home.resolveSibling("content.key");
        PrivateFiles.write(key, Base64.getEncoder().encodeToString(new byte[32]));
        return ServerProcess.at(home)
                .jvm(
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port)
                .with("ITK_CONTENT_KEY_FILE", key.toString())
                .with("ITK_RETENTION_INTERVAL", "PT1S")
                .with("ITK_RETRY_FIRST", "PT0.1S")
                // each notice is a turn of its own
                .with("ITK_ALERT_WEBHOOK", "http://127.0.0.1:" + peers.application.port() + "/alerts")
                .directory(peers.directory())
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
    void whateverIsThrownIsVisibleBoundedAndOvercome() throws Exception {
        int port = ServerProcess.freePort();
        try (var peers = new FailureSetting();
                var server = debugged(folder.resolve("home"), port, peers)) {
            letter(server);
            String slow;
            try (var injector = new Injector(port)) {
                loops(server, injector);
                handlers(server, injector, peers);
                assertEquals(List.of(), injector.failures());
                slow = peers.sendSlowly(server);
                injector.always("timer", MEMORY);
                assertEquals(70, server.exited(), server.logTail());
            }
            for (int death = 0; death < DEATHS.size(); death++) {
                server.start();
                if (death == 0) {
                    server.await(() -> peers.application.of(slow).size() == 2, SOON);
                } else {
                    server.await(() -> peers.state(server, slow).equals("dead-letter"), SOON);
                    assertEquals(2, peers.application.of(slow).size(), "set aside after two deaths");
                }
                ends(server, port, DEATHS.get(death));
            }
        }
    }

    private static void loops(ServerProcess server, Injector injector) throws Exception {
        var loops = loops(server);
        assertTrue(loops.size() >= 11 && loops.contains("content keys"), loops.toString());
        // a task of a pool ends; a thread that does not is a loop that this test must know
        server.await(() -> unknown(injector.threadsOutside(LOOP + ".run")).isEmpty(), SHORT);
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
        // a notice comes with an alert, and keys are looked at once a minute; the others go on meanwhile
        var late = Set.of("housekeeping", "notices", "content keys");
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
    }

    /** Each kind of work, on its own threads or on those of requests, with each failure at its beginning. */
    private static void handlers(ServerProcess server, Injector injector, FailureSetting peers) throws Exception {
        server.await(peers.intoFolder(server), SOON); // loads its class
        var before = injected(server);
        assertEquals(
                Set.of(
                        "org.itkserver.connector.HttpHandler",
                        "org.itkserver.connector.FolderHandler",
                        "org.itkserver.connector.SampleHandler"),
                injector.implementations("org.itkserver.handler.PayloadHandler"),
                "a handler that this test must know");
        peers.work().keySet().forEach(place -> injector.atEntry(place.type(), place.method(), place.name()));
        var done = new HashMap<String, BooleanSupplier>();
        for (var work : peers.work().entrySet()) {
            var name = work.getKey().name();
            injector.once(name, List.of(EXCEPTION, LINKAGE, STACK, Injector.INTERRUPT));
            if (work.getKey().isRetried()) {
                // all of these at the same time
                done.put(name, work.getValue().begin(server));
            }
        }
        for (var name : done.keySet()) {
            try {
                server.await(done.get(name), SOON);
            } catch (AssertionError e) {
                throw new AssertionError(name + " does not recover", e);
            }
        }
        for (var work : peers.work().entrySet()) {
            if (!work.getKey().isRetried()) {
                for (int i = 0; i < FAILURES.size(); i++) {
                    assertFalse(work.getValue().begin(server).getAsBoolean(), work.getKey() + " " + FAILURES.get(i));
                }
                work.getValue().begin(server).getAsBoolean(); // interrupted
                assertTrue(work.getValue().begin(server).getAsBoolean(), work.getKey() + " does not recover");
            }
        }
        assertEquals(Set.of(), injector.unfinished());
        int work = peers.work().size();
        for (var failure : FAILURES) {
            server.await(() -> injected(server).get(failure) - before.get(failure) >= work, SOON);
        }
        server.await(() -> ready(server).equals("up"), SHORT);
        letter(server);
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

    private static String log(ServerProcess server) {
        try {
            return Files.readString(server.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void visible(ServerProcess server, Set<String> loops) {
        for (var loop : loops) {
            if (!loop.equals("committer")) {
                server.await(() -> log(server).contains("loop " + loop + " failed"), SOON);
                server.await(() -> log(server).contains("loop " + loop + " works again"), SOON);
            }
        }
    }

    private static Set<String> unknown(Set<String> threads) {
        var unknown = new TreeSet<>(threads);
        unknown.remove(COMMITTER);
        return unknown;
    }

    /** How often each failure is in the log. */
    private static Map<String, Long> injected(ServerProcess server) {
        var out = new HashMap<String, Long>();
        for (var failure : FAILURES) {
            out.put(
                    failure,
                    log(server)
                            .lines()
                            .filter(line -> line.contains(failure + ": injected"))
                            .count());
        }
        return out;
    }

    private static void ends(ServerProcess server, int port, Death death) throws Exception {
        try (var injector = new Injector(port)) {
            letter(server);
            assertEquals(200, server.status("/api/openapi.yaml"));
            injector.atEntry(death.type(), death.method(), "it");
            injector.always("it", death.error());
            var answers = List.of(
                    answer(() -> Sample.of("send-cda-discharge")
                            .send(server.url(), Sample.uuid())
                            .status()),
                    answer(() -> server.status("/api/openapi.yaml")));
            try {
                assertEquals(70, server.exited());
            } catch (AssertionError e) {
                throw new AssertionError(death + ": " + answers + injector.failures() + injector.seen(), e);
            }
        }
    }

    /** The process may end before it answers. */
    private static String answer(Callable<Integer> request) {
        try {
            return request.call().toString();
        } catch (Exception e) {
            return e.toString();
        }
    }
}
