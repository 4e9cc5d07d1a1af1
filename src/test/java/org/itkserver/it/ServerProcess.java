package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The real bootable JAR as a process of its own, for tests that stop, kill or configure it. */
public final class ServerProcess implements AutoCloseable {
    /** A server that lives for seconds does not earn back what the optimizing compiler and the threads of G1 cost. */
    private static final List<String> SHORT_LIVED = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final Duration START = Duration.ofSeconds(180);
    private static final Duration STOP = Duration.ofSeconds(90);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(30))
            .build();

    private final Path home;
    private final int port;
    private final Map<String, String> env;
    /** Null for those of a server that lives for seconds. */
    private final @Nullable List<String> jvm;

    private String url;
    private HttpClient client = CLIENT;
    private Process process;
    private boolean isFirstStart;

    private ServerProcess(Path home, Map<String, String> env, @Nullable List<String> jvm) {
        this.home = home;
        this.env = new HashMap<>(env);
        this.jvm = jvm;
        this.port = freePort();
        this.url = "http://127.0.0.1:" + port;
    }

    /** A server on the embedded database, not yet started; a new home has the accounts of a first start already. */
    public static ServerProcess at(Path home) {
        return new ServerProcess(home, Map.of(), null);
    }

    /** JVM arguments of a server that lives for seconds, and others. */
    static String[] shortLived(List<String> others) {
        return Stream.concat(SHORT_LIVED.stream(), others.stream()).toArray(String[]::new);
    }

    /** A server that finds nothing. */
    static ServerProcess firstStart(Path home) {
        var server = at(home);
        server.isFirstStart = true;
        return server;
    }

    public ServerProcess with(String name, String value) {
        env.put(name, value);
        return this;
    }

    /** Writes its directory.yaml. */
    ServerProcess directory(String yaml) {
        try {
            Files.createDirectories(home);
            var written = Files.writeString(home.resolve("directory.yaml.new"), yaml);
            Files.move(written, home.resolve("directory.yaml"), StandardCopyOption.REPLACE_EXISTING);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reached at another address than that of plain HTTP. */
    ServerProcess reachedAt(String base, HttpClient by) {
        url = base;
        client = by;
        return this;
    }

    /** The same settings with other JVM arguments. */
    public ServerProcess jvm(String... arguments) {
        return new ServerProcess(home, env, List.of(arguments));
    }

    /** A port that no other process of the tests is given, see {@link FreePorts}. */
    public static int freePort() {
        return FreePorts.next();
    }

    /** Starts and waits until it is ready. */
    public ServerProcess start() {
        launch();
        await(() -> status("/health/ready") == 200, START);
        return this;
    }

    /** Starts without waiting. */
    public ServerProcess launch() {
        try {
            Files.createDirectories(home);
            if (!isFirstStart && !env.containsKey("ITK_DB_URL")) {
                FirstAccounts.copyTo(home);
            }
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvm == null ? List.of(shortLived(SharedClasses.flags())) : jvm);
            command.add("-jar");
            command.add(System.getProperty("itk.jar", "target/itk-transport-server-bootable.jar"));
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            builder.environment().keySet().removeIf(name -> name.startsWith("ITK_"));
            builder.environment().putAll(env);
            builder.environment().put("ITK_HOME", home.toString());
            builder.environment().put("ITK_HTTP_PORT", Integer.toString(port));
            process = builder.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a condition with short looks at it; fails loudly, with the end of the log, when it never holds. */
    public void await(java.util.function.BooleanSupplier condition, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || process != null && !process.isAlive()) {
                throw new AssertionError("not in " + longest + "; log ends with:\n" + logTail());
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** HTTP status of a GET, 0 when nobody answers. */
    public int status(String path) {
        try {
            return get(path).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    public HttpResponse<String> get(String path) throws IOException {
        try {
            var request = HttpRequest.newBuilder(URI.create(url() + path))
                    .timeout(Duration.ofSeconds(60))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    public String url() {
        return url;
    }

    public Path home() {
        return home;
    }

    /** The console's first admin's password. */
    public String adminPassword() {
        return firstRun("admin-password=");
    }

    /** The token of the REST API's first client. */
    public String apiToken() {
        return firstRun("api-token=");
    }

    private String firstRun(String name) {
        try (var lines = Files.lines(home.resolve("first-run.txt"))) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .orElseThrow()
                    .substring(name.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return home.resolveSibling(home.getFileName() + ".log");
    }

    public String logTail() {
        try {
            var lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "no log";
        }
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly();
        exited();
    }

    /** SIGTERM, and waits. */
    public int stop() {
        return stop(STOP);
    }

    /** SIGTERM, and waits so long at most. */
    int stop(Duration longest) {
        process.destroy();
        return exited(longest);
    }

    /** Waits for the process to end by itself and returns its exit code. */
    public int exited() {
        return exited(STOP);
    }

    private int exited(Duration longest) {
        try {
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the server did not stop; log ends with:\n" + logTail());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroyForcibly();
            exited();
        }
    }
}
