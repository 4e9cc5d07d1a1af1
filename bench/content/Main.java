package content;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Sends generated payloads through a server and compares what comes out:
 * {@code Main SERVER-PORT PEERS-PORT HOME COUNT SEED MINUTES [stop]}: at most so many minutes, and with {@code stop} up to the first
 * difference. Prints a table; exit code 1 on a difference.
 */
public final class Main {
    private static final int WORKERS = 24;
    private static final int OUTBOXES = 6;
    /** Console downloads, and how often a payload goes through an outbox, too. */
    private static final int DOWNLOADS = 2_000;
    private static final int OUTBOX_EVERY = 10;

    private final Tally tally = new Tally();
    private final Exits exits = new Exits();
    private final AtomicLong done = new AtomicLong();
    /** How many payloads were done when the first difference was seen. */
    private final AtomicLong first = new AtomicLong();
    private final ExecutorService pool = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });
    private final List<Future<?>> running = new ArrayList<>();

    private Main() {}

    public static void main(String[] args) throws Exception {
        var main = new Main();
        main.run(args);
        System.out.println("PAYLOADS " + main.done);
        System.out.println(main.tally.table());
        if (main.tally.differences() > 0) {
            System.out.println("FIRST " + main.first + " payloads were compared before the first difference: " + main.tally.first());
        }
        System.exit(main.tally.differences() == 0 ? 0 : 1);
    }

    private void run(String[] args) throws Exception {
        var home = Path.of(args[2]);
        long count = Long.parseLong(args[3]);
        long seed = Long.parseLong(args[4]);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Long.parseLong(args[5]));
        boolean stops = args.length > 6;
        var secrets = Files.readAllLines(home.resolve("first-run.txt"));
        var bed = new Bed("http://127.0.0.1:" + args[0], "http://127.0.0.1:" + args[1], home, after(secrets, "api-token="),
                after(secrets, "admin-password="));
        var peers = new Peers(Integer.parseInt(args[1]), exits);
        pool.execute(new Queue(bed, exits, "subscriber-1", "letters"));
        pool.execute(new Queue(bed, exits, "gp-system-1", "replies"));
        var flows = new Flows(bed, exits, peers, tally, new Console(bed, tally));
        long every = Math.max(1, count / DOWNLOADS);
        var next = new AtomicLong();
        for (int i = 0; i < WORKERS; i++) {
            start(() -> {
                for (long n = next.getAndIncrement(); n < count && System.nanoTime() < end; n = next.getAndIncrement()) {
                    if (stops && tally.differences() > 0) {
                        break;
                    }
                    one(flows, seed + n, n % every == 0);
                }
                return null;
            });
        }
        if (!stops) {
            outboxes(bed, seed, count, end);
        }
        for (var each : running) {
            each.get();
        }
        exits.deliveredAlthoughRefused().forEach(id -> tally.differ(id + " was refused and came out"));
    }

    private void one(Flows flows, long seed, boolean download) {
        try {
            flows.run(seed, download);
        } catch (Exception e) {
            tally.differ("seed " + seed + ": " + e);
        }
        long n = done.incrementAndGet();
        if (tally.differences() > 0) {
            first.compareAndSet(0, n);
        }
        if (n % 1000 == 0) {
            System.err.println(n + " payloads, " + tally.differences() + " differences");
        }
    }

    private void outboxes(Bed bed, long seed, long count, long end) {
        for (int i = 0; i < OUTBOXES; i++) {
            int number = i + 1;
            var seeds = LongStream.range(0, count / OUTBOX_EVERY)
                    .filter(n -> n % OUTBOXES == number - 1)
                    .mapToObj(n -> seed + n * OUTBOX_EVERY)
                    .toList();
            start(() -> {
                new Outboxes(bed, exits, tally).run(number, seeds, end);
                return null;
            });
        }
    }

    private void start(Callable<Void> task) {
        running.add(pool.submit(task));
    }

    private static String after(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst().orElseThrow().substring(name.length());
    }
}
