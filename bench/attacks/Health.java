package attacks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** How the server's process does: live heap, threads, and what it writes to its log. */
final class Health {
    private static final long GROWTH = 20 << 20;
    private static final int MORE_THREADS = 3;
    private static final Pattern LINE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d,\\d{3}Z [A-Z]+ .*");
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\t]]");
    private static final int LONGEST_LINE = 1000;
    /** Threads of the JVM itself, and of pools whose size is bounded: WildFly's, 64 workers, and those of the HTTP edge. */
    private static final Pattern OTHERS = Pattern.compile(
            "(GC|G1|C1|C2|VM|java|Signal|Finalizer|Reference|Service|ServerService|Monitor|Sweeper|Common|Notif|Attach|default task|Cleaner"
                    + "|process reaper|ForkJoin|itk-(api|console|export|handshake|health|large|notices|other|spool)).*");

    private final long pid;
    private final Path log;
    private final List<String> forbidden;
    private long read;
    private long heap;
    private TreeSet<String> threads = new TreeSet<>();

    /** @param forbidden what may be in no line of the log */
    Health(long pid, Path log, List<String> forbidden) {
        this.pid = pid;
        this.log = log;
        this.forbidden = forbidden;
    }

    /** Remembers how it does now. */
    void remember() throws IOException {
        heap = live();
        threads.addAll(threadNames());
        lines();
    }

    /** Bytes that are reachable: a full collection comes first. */
    private long live() throws IOException {
        var process = new ProcessBuilder("jcmd", Long.toString(pid), "GC.class_histogram").redirectErrorStream(true).start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip().split("\n");
        var words = lines[lines.length - 1].strip().split("\\s+");
        try {
            process.waitFor(20, TimeUnit.SECONDS);
            return Long.parseLong(words[2]);
        } catch (RuntimeException | InterruptedException e) {
            throw new IOException("jcmd said: " + lines[lines.length - 1], e);
        }
    }

    private TreeSet<String> threadNames() throws IOException {
        var out = new TreeSet<String>();
        try (var tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (var task : tasks.toList()) {
                try {
                    var name = Files.readString(task.resolve("comm")).strip();
                    if (!OTHERS.matcher(name).matches()) {
                        out.add(name + "/" + task.getFileName());
                    }
                } catch (IOException e) {
                    // it ended
                }
            }
        }
        return out;
    }

    /** What is not as it was; empty when all is well. */
    List<String> complaints() throws IOException {
        var out = new ArrayList<>(lines());
        long now = live();
        for (int i = 0; i < 20 && now > heap + GROWTH; i++) {
            pause(250);
            now = live();
        }
        if (now > heap + GROWTH) {
            out.add("live heap " + (heap >> 20) + " to " + (now >> 20) + " MB");
        }
        heap = now;
        var more = threadNames();
        more.removeAll(threads);
        for (int i = 0; i < 20 && more.size() > MORE_THREADS; i++) {
            pause(250);
            more = threadNames();
            more.removeAll(threads);
        }
        if (more.size() > MORE_THREADS) {
            out.add("new threads " + more);
        }
        return out;
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is wrong with the lines that were logged since the last look. */
    List<String> lines() throws IOException {
        var out = new ArrayList<String>();
        byte[] bytes;
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(read);
            bytes = new byte[(int) (file.length() - read)];
            file.readFully(bytes);
        }
        var text = new String(bytes, StandardCharsets.UTF_8);
        int whole = text.lastIndexOf('\n') + 1;
        read += text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
        for (var line : text.substring(0, whole).split("\n")) {
            if (line.isEmpty()) {
                continue;
            }
            var start = line.substring(0, Math.min(160, line.length()));
            if (!LINE.matcher(line).matches() || UNSEEN.matcher(line).find() || line.length() > LONGEST_LINE) {
                out.add("log line: " + start);
            } else if (line.contains(" ERROR ") || line.contains("Exception")) {
                out.add("logged: " + start);
            }
            forbidden.stream().filter(line::contains).forEach(word -> out.add("logged " + word));
        }
        return out.size() > 3 ? out.subList(0, 3) : out;
    }
}
