package faults;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Two nodes on one PostgreSQL. */
final class Nodes {
    private static final int LEASE = 10;

    private Nodes() {}

    /** F-11: one of the two is killed and comes back after its lease, or is frozen for longer than its lease. */
    static void two(Run run) throws Exception {
        int cycles = run.cycles(20, 2);
        try (var bed = run.bed(2, Map.of("ITK_LEASE", "PT" + LEASE + "S", "ITK_SEND_TIMEOUT", "PT5S"))) {
            bed.clients.pause = 20;
            bed.clients.patience = 20;
            run.row("cycle", "fault", "its claims", "taken over after s", "answered", "not answered");
            bed.start();
            bed.load();
            for (int cycle = 1; cycle <= cycles; cycle++) {
                Shell.sleep(2000 + bed.dice.nextInt(2000));
                var node = bed.nodes.get(bed.dice.nextInt(2));
                boolean frozen = run.brief ? cycle % 2 == 0 : bed.dice.nextBoolean();
                if (frozen) {
                    node.signal("STOP");
                } else {
                    node.kill();
                }
                long begin = System.nanoTime();
                long most = bed.store.number(claims(node));
                double taken = takenOver(bed, node, begin);
                if (frozen) {
                    Shell.sleep(Math.max(0, 15_000 - (System.nanoTime() - begin) / 1_000_000));
                    node.signal("CONT");
                } else {
                    node.start();
                }
                run.row(cycle, (frozen ? "SIGSTOP " : "kill -9 ") + node.name, most, taken, bed.clients.answered(),
                        bed.clients.outcomes().getOrDefault("cut", 0));
                run.expect(taken < LEASE + 5, "I7 work of %s was taken over after %.1f s", node.name, taken);
            }
            // a frozen node may call with an attempt that another has overtaken meanwhile; the number tells
            var check = run.finish(bed, 180, "I2-order");
            run.sum("calls of an overtaken attempt", "tolerated");
            run.sum("taken more than once", check.number("taken again"));
        }
    }

    private static String claims(Node node) {
        return "select count(*) from delivery where claimed_by = '" + node.name + "' and kind in ('handle', 'send')";
    }

    private static double takenOver(Bed bed, Node node, long begin) {
        while (bed.store.number(claims(node)) > 0) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(40)) {
                return 99;
            }
            Shell.sleep(100);
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
