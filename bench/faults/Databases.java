package faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The database goes away, freezes, or is short of connections. PostgreSQL only. */
final class Databases {
    private static final Map<String, String> SETTINGS = Map.of("ITK_LEASE", "PT10S", "ITK_SEND_TIMEOUT", "PT5S");

    private Databases() {}

    /** F-04: restarts without shutting down, every fourth time after a while. */
    static void restarted(Run run) throws Exception {
        int cycles = run.cycles(20, 3);
        int away = run.brief ? 6 : 20;
        try (var bed = run.bed(1, SETTINGS)) {
            bed.clients.pause = 10;
            run.row("cycle", "away s", "first good answer after s", "ready again after s", "answered", "2100 or 503", "cut");
            bed.start();
            bed.load();
            for (int cycle = 1; cycle <= cycles; cycle++) {
                Shell.sleep(2000 + bed.dice.nextInt(2000));
                boolean longer = cycle % 4 == 0 || cycle == cycles;
                long gone = System.nanoTime();
                postgres("stop", "-m", "immediate");
                if (longer) {
                    Shell.sleep(away * 1000L);
                }
                postgres("start");
                long back = System.nanoTime();
                int before = bed.clients.answered();
                Bed.await("a good answer", 60, () -> bed.clients.answered() > before + 8);
                double good = (System.nanoTime() - back) / 1e9;
                Bed.await("readiness", 60, bed.node()::isReady);
                var outcomes = bed.clients.outcomes();
                run.row(cycle, (back - gone) / 1e9, good, (System.nanoTime() - back) / 1e9, bed.clients.answered(),
                        outcomes.getOrDefault("fault-2100", 0) + outcomes.getOrDefault("http-503", 0),
                        outcomes.getOrDefault("cut", 0));
                run.expect(good < 5, "I7 the first good answer came %.1f s after the database", good);
            }
            run.finish(bed, 120);
        }
    }

    private static void postgres(String verb, String... more) {
        var data = System.getenv("PG_DATA");
        var command = new ArrayList<>(List.of(System.getenv("PG_BIN") + "/pg_ctl", "-D", data, "-w", "-s"));
        if (verb.equals("start")) {
            command.addAll(List.of("-l", "/dev/null", "-o", "-p " + System.getenv("PG_PORT")
                    + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + data
                    + " -c fsync=on -c synchronous_commit=on"));
        }
        command.addAll(List.of(more));
        command.add(verb);
        try {
            var process = new ProcessBuilder(Shell.asPostgres(command.toArray(String[]::new)))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pg_ctl " + verb + " failed");
            }
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** F-05: every process of the database is frozen; a table is locked. */
    static void frozen(Run run) throws Exception {
        int cycles = run.cycles(4, 1);
        int seconds = run.brief ? 6 : 10;
        try (var bed = run.bed(1, SETTINGS)) {
            bed.clients.pause = 10;
            run.row("fault", "answers meanwhile", "longest wait s", "first good answer after s");
            bed.start();
            bed.load();
            Shell.sleep(4000);
            for (int cycle = 1; cycle <= cycles; cycle++) {
                during(run, bed, "all of PostgreSQL frozen " + seconds + " s", () -> freeze(seconds));
                if (!run.brief) {
                    during(run, bed, "all of PostgreSQL frozen 25 s", () -> freeze(25));
                }
                during(run, bed, "audit_event locked " + seconds + " s", () -> lock(bed, "audit_event", seconds));
                during(run, bed, "message locked " + seconds + " s", () -> lock(bed, "message", seconds));
                during(run, bed, "delivery locked " + seconds + " s", () -> lock(bed, "delivery", seconds));
            }
            run.finish(bed, 120);
        }
    }

    private static void freeze(int seconds) {
        var pids = backends();
        pids.forEach(pid -> signal("STOP", pid));
        Shell.sleep(seconds * 1000L);
        pids.forEach(pid -> signal("CONT", pid));
    }

    private static void during(Run run, Bed bed, String what, Runnable fault) {
        bed.clients.nextLatency();
        fault.run();
        long back = System.nanoTime();
        int before = bed.clients.answered();
        Bed.await("a good answer", 60, () -> bed.clients.answered() > before + 8);
        double good = (System.nanoTime() - back) / 1e9;
        var latency = bed.clients.nextLatency();
        run.row(what, latency.outcomes(), latency.most() / 1e3, good);
        run.expect(good < 5, "I7 %s: the first good answer came %.1f s after it", what, good);
        run.expect(latency.most() < 21_000, "I7 %s: somebody waited %.1f s for an answer", what, latency.most() / 1e3);
        Shell.sleep(3000);
    }

    /** The processes of the database: its own children only. */
    private static List<String> backends() {
        var first = Shell.run(Shell.asPostgres("head", "-n", "1", System.getenv("PG_DATA") + "/postmaster.pid")
                .toArray(String[]::new)).trim();
        var out = new ArrayList<String>();
        out.add(first);
        ProcessHandle.of(Long.parseLong(first)).ifPresent(p -> p.children().forEach(c -> out.add(String.valueOf(c.pid()))));
        return out;
    }

    private static void signal(String name, String pid) {
        try {
            Shell.run(Shell.asPostgres("kill", "-" + name, pid).toArray(String[]::new));
        } catch (IllegalStateException e) {
            // a backend that has ended meanwhile
        }
    }

    private static void lock(Bed bed, String table, int seconds) {
        try (var connection = bed.store.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table " + table + " in access exclusive mode");
            TimeUnit.SECONDS.sleep(seconds);
            connection.rollback();
        } catch (java.sql.SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** F-12: 128 connections and a lock that is held now and then. */
    static void exhausted(Run run) throws Exception {
        int cycles = run.cycles(6, 1);
        try (var bed = run.bed(1, SETTINGS)) {
            run.row("fault", "answers meanwhile", "longest wait s", "first good answer after s");
            bed.start();
            bed.clients.pause = 100;
            bed.clients.copied = 30;
            bed.clients.start(128, bed.dice);
            bed.clients.enter(Clients.Phase.LOAD);
            Shell.sleep(8000);
            var calm = bed.clients.nextLatency();
            run.sum("128 connections without fault", calm);
            for (int cycle = 1; cycle <= cycles; cycle++) {
                during(run, bed, "message locked 5 s", () -> lock(bed, "message", 5));
                during(run, bed, "delivery locked 5 s", () -> lock(bed, "delivery", 5));
            }
            run.finish(bed, 180);
        }
    }
}
