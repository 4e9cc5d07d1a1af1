package faults;

import faults.Message.Kind;
import faults.Partner.Event;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Partners that do not answer as they should. */
final class Partners {
    private static final int ATTEMPTS = 4;

    private Partners() {}

    /** What is expected of a message whose next hop behaves like this. */
    private record Case(String behaviour, String state, int attempts, double spacing) {}

    private static final List<Case> CASES = List.of(
            new Case("good", "sent", 1, 0),
            new Case("accepted", "sent", 1, 0),
            new Case("empty200", "sent", 1, 0),
            new Case("slow:2000", "sent", 1, 0),
            new Case("fault:2100*2,good", "sent", 3, 0.7),
            new Case("reset*2,good", "sent", 3, 0.7),
            new Case("refuse", "dead-letter", ATTEMPTS, 0.7),
            new Case("reset", "dead-letter", ATTEMPTS, 0.7),
            new Case("hang", "dead-letter", ATTEMPTS, 3.7),
            new Case("drip", "dead-letter", ATTEMPTS, 3.7),
            new Case("flood", "dead-letter", ATTEMPTS, 0.7),
            new Case("html", "dead-letter", ATTEMPTS, 0.7),
            new Case("html500", "dead-letter", ATTEMPTS, 0.7),
            new Case("garbage", "dead-letter", ATTEMPTS, 0.7),
            new Case("empty500", "dead-letter", ATTEMPTS, 0.7),
            new Case("redirect:CANARY", "dead-letter", ATTEMPTS, 0.7),
            new Case("status:401", "rejected", 1, 0),
            new Case("status:404", "rejected", 1, 0),
            new Case("status:503;retry-after=4", "dead-letter", ATTEMPTS, 4),
            new Case("fault:1000", "rejected", 1, 0),
            new Case("fault:2100", "dead-letter", ATTEMPTS, 0.7),
            new Case("fault:2200", "rejected", 1, 0),
            new Case("fault:3000", "rejected", 1, 0),
            new Case("fault200:1000", "rejected", 1, 0),
            new Case("fault200:2100", "dead-letter", ATTEMPTS, 0.7));

    /** F-08: one partner for each misbehaviour, and a good one whose messages must not wait for them. */
    static void misbehave(Run run) throws Exception {
        try (var bed = run.bed(1, Map.of("ITK_RETRY_FIRST", "PT1S", "ITK_RETRY_LONGEST", "PT4S",
                "ITK_RETRY_ATTEMPTS", "" + ATTEMPTS, "ITK_SEND_TIMEOUT", "PT3S"))) {
            var bad = new Partner(bed.folder, "bad", "B0000", "bad-0", bed.node().port);
            try {
                var rules = new StringBuilder("path=/canary => good\n");
                for (int i = 0; i < CASES.size(); i++) {
                    var behaviour = CASES.get(i).behaviour().replace("CANARY", bad.url("/canary"));
                    // acknowledgements of 25 partners by one simulator would come from the wrong ones
                    if (behaviour.endsWith("good")) {
                        behaviour = behaviour.replaceAll("good$", "silent");
                    }
                    rules.append("path=/b").append(i).append(" => ").append(behaviour).append('\n');
                    bed.partner("bad-" + i, ods(i), "bad-" + i, bad.url("/b" + i), "");
                }
                bad.rules(rules.toString());
                misbehave(run, bed, bad);
            } finally {
                bad.close();
            }
        }
    }

    private static String ods(int number) {
        return String.format(Locale.ROOT, "B%04d", number);
    }

    private static void misbehave(Run run, Bed bed, Partner bad) throws Exception {
        int seconds = run.brief ? 8 : 30;
        run.row("partner", "attempts", "expected", "least wait s", "ends as", "expected", "nacks");
        bed.start();
        bed.clients.start(2, bed.dice);
        var warm = neighbour(bed, 10, seconds);
        var before = neighbour(bed, 10, seconds);
        var sent = new ArrayList<Message>();
        for (int round = 0; round < (run.brief ? 1 : 3); round++) {
            for (int i = 0; i < CASES.size(); i++) {
                var message = Message.fresh(Kind.ROUTED, ods(i) + ":ward");
                bed.clients.deliver(message);
                if (round == 0) {
                    sent.add(message);
                }
            }
        }
        var meanwhile = neighbour(bed, 10, seconds);
        Bed.await("the end of all attempts", 600, () -> bed.store.left() == 0);
        var trail = trail(bed);
        for (int i = 0; i < CASES.size(); i++) {
            one(run, bed, CASES.get(i), sent.get(i), trail.getOrDefault(sent.get(i).id(), List.of()));
        }
        long canary = bad.events().stream().filter(e -> e.get("path").equals("/canary")).count();
        run.sum("calls of the redirect's target", canary);
        run.expect(canary == 0, "F-08 the redirect was followed %d times", canary);
        run.sum("neighbour alone", before + " (the round before it: " + warm + ")");
        run.sum("neighbour meanwhile", meanwhile);
        run.expect(meanwhile.p99() < Math.max(2 * before.p99(), 500), "F-08 the neighbour's p99 went from %.0f to %.0f ms",
                before.p99(), meanwhile.p99());
        run.finish(bed, 120);
    }

    /** Time from the first sending of a message to its arrival at the good partner. */
    private static Latency neighbour(Bed bed, double rate, double seconds) throws IOException {
        var ids = new ArrayList<String>();
        bed.clients.openLoop(rate, seconds, 200, () -> {
            var message = Message.fresh(Kind.ROUTED);
            ids.add(message.id());
            return message;
        });
        Shell.sleep(1500);
        return arrivals(bed, bed.other, ids);
    }

    private static Latency arrivals(Bed bed, Partner partner, List<String> ids) throws IOException {
        var arrived = new HashMap<String, Long>();
        for (var event : partner.events()) {
            if (event.get("event").equals("received")) {
                arrived.putIfAbsent(event.get("trackingId"), Instant.parse(event.get("time")).toEpochMilli());
            }
        }
        var out = new Latency();
        for (var id : ids) {
            var at = arrived.get(id);
            out.add(at == null ? 60_000 : at - bed.clients.firstSent().get(id), at == null ? "late" : "came");
        }
        return out;
    }

    private record Attempt(String type, Instant at) {}

    private static Map<String, List<Attempt>> trail(Bed bed) {
        var out = new LinkedHashMap<String, List<Attempt>>();
        for (var row : bed.store.rows("select e.tracking_id, e.type, to_char(e.at at time zone 'UTC',"
                + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from audit_event e"
                + " join message m on m.id = e.message_id and m.kind = 'forward'"
                + " where e.type in ('attempt-failed', 'sent', 'rejected', 'dead-letter') order by e.seq")) {
            out.computeIfAbsent(row.get(0), id -> new ArrayList<>()).add(new Attempt(row.get(1), Instant.parse(row.get(2))));
        }
        return out;
    }

    private static void one(Run run, Bed bed, Case expected, Message message, List<Attempt> trail) {
        double least = Double.MAX_VALUE;
        for (int i = 1; i < trail.size(); i++) {
            least = Math.min(least, java.time.Duration.between(trail.get(i - 1).at(), trail.get(i).at()).toMillis() / 1e3);
        }
        var end = trail.isEmpty() ? "nothing" : trail.get(trail.size() - 1).type();
        long nacks = bed.store.number("select count(*) from message a join message m on a.origin = m.id where m.tracking_id = '"
                + message.id() + "' and m.direction = 'in' and a.kind = 'inf-ack' and a.outcome = 'Failure'");
        run.row(expected.behaviour(), trail.size(), expected.attempts(), trail.size() < 2 ? "" : least, end,
                expected.state(), nacks);
        run.expect(end.equals(expected.state()) && trail.size() == expected.attempts(),
                "F-08 %s: %d attempts and %s, expected %d and %s", expected.behaviour(), trail.size(), end,
                expected.attempts(), expected.state());
        run.expect(trail.size() < 2 || least >= expected.spacing() - 0.1, "F-08 %s: tried again after %.1f s",
                expected.behaviour(), least);
        run.expect(nacks == (end.equals("sent") ? 0 : 1), "F-08 %s: %d nacks", expected.behaviour(), nacks);
    }

    /** F-09: a partner is away while a thousand messages for it pile up; another one gets its ten a second. */
    static void dead(Run run) throws Exception {
        int away = run.brief ? 15 : 120;
        int piled = run.brief ? 200 : 1000;
        try (var bed = run.bed(1, Map.of("ITK_RETRY_FIRST", "PT2S", "ITK_RETRY_LONGEST", "PT15M"))) {
            var gone = new Partner(bed.folder, "gone", "G0000", "gone-1", bed.node().port, "--behaviour", "silent");
            try {
                bed.partner("gone", "G0000", "gone-1", gone.url("/messages"), "");
                bed.start();
                bed.clients.start(2, bed.dice);
                neighbour(bed, 10, 8);
                var before = neighbour(bed, 10, run.brief ? 10 : 30);
                gone.control("POST", "/_down?ms=" + away * 1000, "");
                long begin = System.nanoTime();
                var ids = new ArrayList<String>();
                bed.clients.openLoop(100, piled / 100.0, 200, () -> {
                    var message = Message.fresh(Kind.ROUTED, "G0000:ward");
                    ids.add(message.id());
                    return message;
                });
                var meanwhile = neighbour(bed, 10, away - 2 - (System.nanoTime() - begin) / 1e9);
                Shell.sleep(Math.max(0, away * 1000L - (System.nanoTime() - begin) / 1_000_000));
                long back = System.nanoTime();
                Bed.await("everything to be sent", 300, () -> bed.store.left() == 0);
                double drained = (System.nanoTime() - back) / 1e9;
                var arrived = new HashMap<String, Integer>();
                for (Event event : gone.events()) {
                    if (event.get("event").equals("received")) {
                        arrived.merge(event.get("trackingId"), 1, Integer::sum);
                    }
                }
                long once = ids.stream().filter(id -> arrived.getOrDefault(id, 0) == 1).count();
                var stats = new Event(gone.control("GET", "/_stats", ""));
                long failed = bed.store.number("select count(*) from audit_event where type = 'attempt-failed'");
                run.sum("partner away s", away);
                run.sum("messages for it", piled);
                run.sum("attempts that failed", failed);
                run.sum("drained after s", drained);
                run.sum("came once", once);
                run.sum("most connections to it", stats.get("mostConnections"));
                run.sum("neighbour before", before);
                run.sum("neighbour meanwhile", meanwhile);
                run.expect(once == piled, "F-09 %d of %d came once", once, piled);
                run.expect(Integer.parseInt(stats.get("mostConnections")) <= 4, "F-09 %s connections",
                        stats.get("mostConnections"));
                run.expect(meanwhile.p99() < Math.max(2 * before.p99(), 500),
                        "F-09 the neighbour's p99 went from %.0f to %.0f ms", before.p99(), meanwhile.p99());
                run.finish(bed, 60);
            } finally {
                gone.close();
            }
        }
    }
}
