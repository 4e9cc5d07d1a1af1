package faults;

import faults.Message.Kind;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Too many messages, too many copies, and a stop in the middle. */
final class Loads {
    private Loads() {}

    /** F-14: three times what it can take, whatever it answers. */
    static void tooMuch(Run run) throws Exception {
        int seconds = run.brief ? 10 : 30;
        run.mostFiles = 3000;
        try (var bed = run.bed(1, Map.of())) {
            bed.start();
            var number = new AtomicInteger();
            // letters: what is measured is accepting, and the inbox has no work to do later
            java.util.function.Supplier<Message> next =
                    () -> Message.fresh(number.incrementAndGet() % 10 == 0 ? Kind.HTTP : Kind.INBOX);
            run.row("load", "sent a second", "answered positively a second", "answers", "latency of all");
            double capacity = 0;
            for (int i = 0; i < 3; i++) {
                var warm = bed.clients.openLoop(3000, 5, 64, next);
                capacity = Math.max(capacity, warm.count("yes") / 5.0);
            }
            run.row("capacity, 64 at once", "", capacity, "", "");
            bed.clients.nextLatency();
            long begin = System.nanoTime();
            var much = bed.clients.openLoop(3 * capacity, seconds, 1500, next);
            double took = (System.nanoTime() - begin) / 1e9;
            run.row("three times that for " + seconds + " s, at most 1500 at once", much.count() / took,
                    much.count("yes") / took, much.outcomes(), much);
            run.expect(much.count("yes") / took > 0.5 * capacity, "F-14 only %.0f of %.0f a second are accepted",
                    much.count("yes") / took, capacity);
            run.sum("longest answer ms", bed.clients.nextLatency().most());
            long back = System.nanoTime();
            var after = bed.clients.openLoop(50, 5, 100, next);
            run.row("fifty a second right after it", 50, after.count("yes") / 5.0, after.outcomes(), after);
            run.sum("calm again", after + ", first good answer within "
                    + (System.nanoTime() - back) / 1_000_000_000L + " s");
            bed.clients.start(8, bed.dice);
            run.finish(bed, 240);
        }
    }

    /** F-18: four of ten messages are copied up to five times, at once and later, over two deaths of the server. */
    static void copies(Run run) throws Exception {
        int rounds = run.cycles(5, 2);
        try (var bed = run.bed(1, Map.of())) {
            bed.clients.copied = 40;
            bed.clients.pause = 5;
            run.row("round", "answered", "not answered");
            bed.start();
            bed.load();
            for (int round = 1; round <= rounds; round++) {
                Shell.sleep(run.brief ? 5000 : 15_000);
                atOnce(run, bed);
                if (round < rounds) {
                    bed.node().kill();
                    bed.node().start();
                }
                run.row(round, bed.clients.answered(), bed.clients.outcomes().getOrDefault("cut", 0));
            }
            var check = run.finish(bed, 120);
            run.expect(check.number("refused") > 0, "F-18 nothing was refused");
        }
    }

    /** Eight copies of one message at the same moment. */
    private static void atOnce(Run run, Bed bed) throws InterruptedException {
        for (var kind : Kind.values()) {
            var message = Message.fresh(kind);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 8; i++) {
                var thread = new Thread(() -> bed.clients.deliver(message));
                threads.add(thread);
                thread.start();
            }
            for (var thread : threads) {
                thread.join();
            }
            var other = bed.clients.deliver(message.with(Message.Flaw.OTHER_CONTENT));
            run.expect(other.equals("fault-1000"), "I4 %s with other content was answered %s", message.id(), other);
        }
    }

    /** F-19: signal 15 under load. */
    static void stopped(Run run) throws Exception {
        int cycles = run.cycles(10, 2);
        try (var bed = run.bed(1, Map.of())) {
            bed.clients.pause = 10;
            run.row("cycle", "stopped in s", "readiness while it stops", "answers while it stops", "exit code");
            bed.start();
            bed.load();
            for (int cycle = 1; cycle <= cycles; cycle++) {
                Shell.sleep(3000 + bed.dice.nextInt(3000));
                bed.clients.nextLatency();
                var seen = new ArrayList<Integer>();
                var watch = new Thread(() -> {
                    while (bed.node().isAlive()) {
                        int status = bed.node().status("/health/ready");
                        if (seen.isEmpty() || seen.get(seen.size() - 1) != status) {
                            seen.add(status);
                        }
                        Shell.sleep(20);
                    }
                });
                watch.start();
                double took = bed.node().terminate();
                watch.join();
                var answers = bed.clients.nextLatency().outcomes();
                run.row(cycle, took, seen, answers, bed.node().exitCode());
                run.expect(took < 30, "F-19 it took %.1f s to stop", took);
                bed.node().start();
            }
            var check = run.finish(bed, 120);
            run.sum("messages a handler took again after a stop", check.number("taken again"));
        }
    }
}
