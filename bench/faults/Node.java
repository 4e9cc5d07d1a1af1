package faults;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** One server process: started, killed, frozen, stopped; and the most it used. */
final class Node {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    private final Path folder;
    private final String jar;
    private final Map<String, String> settings;
    final String name;
    final int port = freePort();
    private volatile Process process;
    private volatile boolean sampling = true;
    volatile long mostMemory;
    volatile long mostThreads;
    volatile long mostFiles;
    double longestStart;

    Node(Path folder, String name, String jar, Map<String, String> settings) {
        this.folder = folder;
        this.name = name;
        this.jar = jar;
        this.settings = settings;
        var sampler = new Thread(this::sample, "sampler");
        sampler.setDaemon(true);
        sampler.start();
    }

    Path home() {
        return folder.resolve("home-" + name);
    }

    String base() {
        return "http://127.0.0.1:" + port;
    }

    /** Starts it and waits until it is ready; returns the seconds. */
    double start() throws IOException {
        long begin = launch();
        long end = begin + TimeUnit.SECONDS.toNanos(120);
        while (!isReady()) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new IllegalStateException("node " + name + " did not become ready: see " + folder);
            }
            LockSupport.parkNanos(50_000_000);
        }
        double took = (System.nanoTime() - begin) / 1e9;
        longestStart = Math.max(longestStart, took);
        return took;
    }

    /** Starts it without waiting. */
    long launch() throws IOException {
        var tmp = folder.resolve("tmp-" + name);
        clean(tmp);
        Files.createDirectories(tmp);
        long begin = System.nanoTime();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(java, "-Xmx512m", "-Djava.io.tmpdir=" + tmp, "-jar", jar)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("server-" + name + ".log").toFile()));
        builder.environment().putAll(settings);
        builder.environment().put("ITK_HOME", home().toString());
        builder.environment().put("ITK_HTTP_PORT", Integer.toString(port));
        process = builder.start();
        return begin;
    }

    private static void clean(Path tmp) throws IOException {
        if (Files.exists(tmp)) {
            try (var files = Files.walk(tmp)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    boolean isReady() {
        return status("/health/ready") == 200;
    }

    /** HTTP status of a GET; 0 when there is no answer. */
    int status(String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create(base() + path)).timeout(Duration.ofSeconds(5));
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** What it counts of its own doings, one number: it stands still when nothing is done. */
    String work() {
        try {
            var request = HttpRequest.newBuilder(URI.create(base() + "/metrics")).timeout(Duration.ofSeconds(5));
            var text = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
            return Pattern.compile("(?m)^itk_(messages|attempts)\\S+ .*$").matcher(text).results()
                    .map(found -> found.group())
                    .toList()
                    .toString();
        } catch (IOException e) {
            return "away";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "away";
        }
    }

    /** Signal 9. */
    void kill() {
        if (isAlive()) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    void signal(String name) {
        Shell.run("kill", "-" + name, Long.toString(process.pid()));
    }

    /** Signal 15; returns the seconds until the end. */
    double terminate() {
        long begin = System.nanoTime();
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("node " + name + " did not stop in 60 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    int exitCode() {
        return process.exitValue();
    }

    void close() {
        sampling = false;
        if (isAlive()) {
            signal("CONT");
            kill();
        }
    }

    private void sample() {
        while (sampling) {
            var running = process;
            if (running != null && running.isAlive()) {
                try {
                    var status = Files.readString(Path.of("/proc", Long.toString(running.pid()), "status"));
                    mostMemory = Math.max(mostMemory, number(status, "VmRSS") / 1024);
                    mostThreads = Math.max(mostThreads, number(status, "Threads"));
                    try (var files = Files.list(Path.of("/proc", Long.toString(running.pid()), "fd"))) {
                        mostFiles = Math.max(mostFiles, files.count());
                    }
                } catch (IOException | java.io.UncheckedIOException e) {
                    // it has just ended
                }
            }
            LockSupport.parkNanos(500_000_000);
        }
    }

    private static long number(String status, String name) {
        var found = Pattern.compile(name + ":\\s+(\\d+)").matcher(status);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    String used() {
        return String.format(Locale.ROOT, "%d MB, %d threads, %d files", mostMemory, mostThreads, mostFiles);
    }

    /** Below the ports of outgoing connections: one of those may not take it while the node is down. */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 18_000);
            try (var socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // in use
            }
        }
    }
}
