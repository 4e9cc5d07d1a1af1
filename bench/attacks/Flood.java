package attacks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;

/**
 * D-06: one partner sends as fast as it can over mutual TLS, another ten a second. The flood is a process of its own on one of
 * the cores, so that what the other partner waits for is the server and not the flood's sender.
 */
final class Flood {
    private static final int CONNECTIONS = 64;
    private static final int SECONDS = 30;

    private final Suite suite;
    private final Bed bed;

    Flood(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    void run() {
        flood("tls-flood", "K1111", "who may send 100 a second");
        flood("tls-a", "A1111", "whose entry has no rate");
    }

    private void flood(String partner, String ods, String who) {
        suite.look("D-06", "a partner " + who + " on " + CONNECTIONS + " connections without a pause, another ten a second",
                "the other's p99 below twice its own alone, or 50 ms", () -> {
            bed.rest();
            var alone = times();
            var process = new ProcessBuilder("taskset", "-c", "1", "java", "-cp", System.getProperty("java.class.path"), "attacks.Flood",
                    partner, ods).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try {
                var beside = times();
                process.getOutputStream().close();
                var answers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                var said = "alone " + said(alone) + ", beside the flood " + said(beside);
                System.out.println("          " + said + "; the flood was answered " + answers);
                return at(beside, 99) <= Math.max(50, 2 * at(alone, 99)) ? "" : said;
            } finally {
                process.destroyForcibly();
            }
        });
    }

    /** The flood: sends until its input ends, then prints how often it was answered what. */
    public static void main(String[] args) throws Exception {
        var bed = new Bed();
        var answers = new ConcurrentHashMap<String, Integer>();
        var pool = Executors.newFixedThreadPool(CONNECTIONS, task -> {
            var out = new Thread(task);
            out.setDaemon(true);
            return out;
        });
        for (int i = 0; i < CONNECTIONS; i++) {
            pool.execute(() -> {
                while (true) {
                    send(bed, args[0], args[1], answers);
                }
            });
        }
        System.in.read();
        System.out.println(new TreeMap<>(answers));
    }

    /** Sends over one connection until it is closed. */
    private static void send(Bed bed, String partner, String ods, ConcurrentMap<String, Integer> answers) {
        try (var line = bed.secure("127.0.0.1", partner)) {
            int status;
            do {
                line.write(bed.letter(partner, ods).request());
                status = line.answer().status();
                answers.merge(status == 0 ? "closed" : Integer.toString(status), 1, Integer::sum);
            } while (status != 0);
        } catch (IOException e) {
            answers.merge("closed", 1, Integer::sum);
        }
    }

    /** Milliseconds that the other partner waited for each answer, the shortest first. */
    private long[] times() throws IOException {
        var millis = new long[SECONDS * 10];
        try (var line = bed.secure(bed.source(), "tls-b")) {
            for (int i = 0; i < millis.length; i++) {
                long start = System.nanoTime();
                line.write(bed.letter("tls-b", "B1111").request());
                var reply = line.answer();
                millis[i] = reply.status() == 200 ? (System.nanoTime() - start) / 1_000_000 : 99_999;
                Health.pause(Math.max(0, 100 - millis[i]));
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    private static long at(long[] times, int percent) {
        return times[times.length * percent / 100];
    }

    private static String said(long[] times) {
        return "p50 " + at(times, 50) + ", p99 " + at(times, 99) + " ms";
    }
}
