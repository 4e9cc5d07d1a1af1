package killnine;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import killnine.Clients.Phase;
import killnine.Message.Kind;

/**
 * Kills the server with signal 9 under load, again and again, on one home folder and database. Leaves two journals for
 * {@link Check}: {@code client.log}, what was sent and how it was answered, and {@code back-end.log}, what the back end
 * was given. The ITK_DB_ variables name the database; without them it is H2.
 */
public final class KillNine {
    private static final String DIRECTORY =
            """
            organisation:
              ods: Z9999
              address: "urn:nhs-uk:addressing:ods:Z9999"
              auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk"
              username: itk-z9999
            partners: [ { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"] } ]
            handlers: { back-end: { http: "http://127.0.0.1:%d/", timeout: PT10S } }
            routes:
              - { address: "%s", handler: back-end }
              - { address: "%s", handler: back-end }
            """;

    private final String jar;
    private final Path folder;
    private final Random random;
    private final int port = freePort();
    private final BackEnd backEnd;
    private final Clients clients;
    private Process server;

    private KillNine(String jar, Path folder, long seed) throws IOException {
        this.jar = jar;
        this.folder = folder;
        random = new Random(seed);
        backEnd = new BackEnd(folder.resolve("back-end.log"), random.nextLong());
        var template = Files.readString(Path.of("samples/send-cda-discharge.xml"));
        clients = new Clients("http://127.0.0.1:" + port, template, folder.resolve("client.log"), random);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 4) {
            System.err.println("usage: killnine.KillNine SERVER.jar FOLDER CYCLES SEED");
            System.exit(2);
        }
        var run = new KillNine(args[0], Path.of(args[1]), Long.parseLong(args[3]));
        Runtime.getRuntime().addShutdownHook(new Thread(run::kill));
        run.run(Integer.parseInt(args[2]));
        System.exit(0);
    }

    private void run(int cycles) throws IOException, InterruptedException {
        var home = Files.createDirectories(folder.resolve("home"));
        Files.writeString(
                home.resolve("directory.yaml"),
                DIRECTORY.formatted(backEnd.port(), Kind.HTTP.address(), Kind.SYNC.address()));
        for (int cycle = 1; cycle <= cycles; cycle++) {
            double ready = start();
            clients.enter(Phase.LOAD);
            int millis = 2000 + random.nextInt(6000);
            TimeUnit.MILLISECONDS.sleep(millis);
            kill();
            clients.enter(Phase.WAIT);
            clean();
            System.out.printf(
                    Locale.ROOT,
                    "cycle %d: ready after %.1f s, killed %.1f s later, %d messages answered so far%n",
                    cycle,
                    ready,
                    millis / 1e3,
                    clients.answered());
        }
        double ready = start();
        clients.enter(Phase.FINISH);
        await("every message to be answered", 90, clients::hasNothingOpen);
        await("the work to be done", 180, () -> backEnd.hasAll(clients.owed()));
        System.out.printf(Locale.ROOT, "ready after %.1f s, nothing left to do; the server is stopped%n", ready);
        server.destroy();
        if (!server.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not stop");
        }
    }

    /** Starts the server and waits until it is ready; returns the seconds. */
    private double start() throws IOException {
        long begin = System.nanoTime();
        var tmp = Files.createDirectories(folder.resolve("tmp"));
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(java, "-Xmx512m", "-Djava.io.tmpdir=" + tmp, "-jar", jar)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("server.log").toFile()));
        builder.environment().put("ITK_HOME", folder.resolve("home").toString());
        builder.environment().put("ITK_HTTP_PORT", Integer.toString(port));
        server = builder.start();
        await("the server to be ready", 120, clients::isServerReady);
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Signal 9. */
    private void kill() {
        if (server != null && server.isAlive()) {
            server.destroyForcibly();
            server.onExit().join();
        }
    }

    /** Removes what the killed process had unpacked. */
    private void clean() throws IOException {
        try (var files = Files.walk(folder.resolve("tmp"))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void await(String what, int seconds, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || !server.isAlive()) {
                throw new IllegalStateException("waited in vain for " + what + ": see " + folder + "/server.log");
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
