package faults;

import faults.Message.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Back ends that are slow, stuck, broken, or the end of the process. */
final class Handlers {
    private Handlers() {}

    /** F-13: one back end takes thirty seconds and twenty others hang; senders and the other back end must not feel it. */
    static void slow(Run run) throws Exception {
        int seconds = run.brief ? 7 : 30;
        int hanging = 20;
        try (var bed = run.bed(1, Map.of("ITK_RETRY_ATTEMPTS", "50"))) {
            bed.handler("slow", "PT35S");
            for (int i = 0; i < hanging; i++) {
                bed.handler("hang" + i, "PT25S");
            }
            var stuck = new boolean[] {true};
            bed.backEnd.follow(call -> call.lane().equals("slow") ? new BackEnd.Answer(200, stuck[0] ? 30_000 : 0)
                    : call.lane().startsWith("hang") && stuck[0] ? new BackEnd.Answer(200, 28_000) : BackEnd.Answer.OK);
            run.row("what", "accepting", "delivering");
            bed.start();
            bed.clients.start(2, bed.dice);
            measured(bed, seconds);
            var before = measured(bed, seconds);
            run.row("before", before.get(0), before.get(1));
            pile(bed, "slow", 4);
            var one = measured(bed, seconds);
            run.row("one back end takes 30 s", one.get(0), one.get(1));
            pile(bed, "hang0", 4);
            var two = measured(bed, seconds);
            run.row("another hangs", two.get(0), two.get(1));
            for (int i = 1; i < hanging; i++) {
                pile(bed, "hang" + i, 6);
            }
            var many = measured(bed, seconds);
            run.row(hanging + " hang", many.get(0), many.get(1));
            stuck[0] = false;
            for (var now : List.of(one, two, many)) {
                run.expect(now.get(0).p99() < Math.max(2 * before.get(0).p99(), 300),
                        "F-13 accepting went from p99 %.0f to %.0f ms", before.get(0).p99(), now.get(0).p99());
                run.expect(now.get(1).p99() < Math.max(2 * before.get(1).p99(), 500),
                        "F-13 the other back end went from p99 %.0f to %.0f ms", before.get(1).p99(), now.get(1).p99());
            }
            run.finish(bed, 200);
        }
        deadWithStuck(run);
    }

    /** The process dies with work at a back end that hangs and at one that is well; the second must not wait for the first. */
    private static void deadWithStuck(Run run) throws Exception {
        try (var bed = run.bed(1, Map.of("ITK_RETRY_ATTEMPTS", "50"))) {
            bed.handler("a-hang", "PT20S");
            var stuck = new boolean[] {true};
            bed.backEnd.follow(call -> new BackEnd.Answer(200,
                    !stuck[0] ? 0 : call.lane().equals("a-hang") ? 22_000 : 3000));
            bed.start();
            bed.clients.start(2, bed.dice);
            pile(bed, "a-hang", 8);
            var ids = new ArrayList<String>();
            for (int i = 0; i < 8; i++) {
                var message = Message.fresh(Kind.HTTP);
                ids.add(message.id());
                bed.clients.deliver(message);
            }
            Shell.sleep(500);
            bed.node().kill();
            bed.backEnd.follow(call -> new BackEnd.Answer(200, call.lane().equals("a-hang") && stuck[0] ? 22_000 : 0));
            bed.node().start();
            long begin = System.nanoTime();
            Bed.await("the work of the back end that is well", 300, () -> bed.store.number(
                    "select count(*) from delivery where handler = 'back-end'") == 0);
            double took = (System.nanoTime() - begin) / 1e9;
            stuck[0] = false;
            run.sum("after a death: work of the well back end done s after the start", took);
            run.expect(took < 10, "F-13 after a death the well back end's work took %.1f s, behind a back end that hangs", took);
            run.finish(bed, 200);
        }
    }

    private static void pile(Bed bed, String lane, int messages) {
        for (int i = 0; i < messages; i++) {
            bed.clients.deliver(Message.fresh(Kind.HTTP, "Z9999:" + lane));
        }
    }

    /** How long senders wait, and how long it takes to the good back end, at fifty messages a second. */
    private static List<Latency> measured(Bed bed, int seconds) {
        var ids = new ArrayList<String>();
        var accepting = bed.clients.openLoop(50, seconds, 400, () -> {
            var message = Message.fresh(ids.size() % 2 == 0 ? Kind.HTTP : Kind.HTTP_ACK);
            ids.add(message.id());
            return message;
        });
        Shell.sleep(1000);
        var delivering = new Latency();
        for (var id : ids) {
            var at = bed.backEnd.firstArrivals().get(id);
            delivering.add(at == null ? 60_000 : at - bed.clients.firstSent().get(id), at == null ? "late" : "came");
        }
        return List.of(accepting, delivering);
    }

    /** F-17: a message the back end never takes, and one under which the process dies each time. */
    static void poison(Run run) throws Exception {
        always500(run);
        killer(run);
    }

    private static void always500(Run run) throws Exception {
        int attempts = 4;
        try (var bed = run.bed(1, Map.of("ITK_RETRY_ATTEMPTS", "" + attempts))) {
            Set<String> poison = ConcurrentHashMap.newKeySet();
            bed.backEnd.follow(call -> poison.contains(call.id()) ? new BackEnd.Answer(500, 0) : BackEnd.Answer.OK);
            bed.start();
            bed.clients.pause = 20;
            bed.load();
            Shell.sleep(1000);
            for (int i = 0; i < 20; i++) {
                var message = Message.fresh(Kind.HTTP_ACK);
                poison.add(message.id());
                bed.clients.deliver(message);
            }
            Shell.sleep(run.brief ? 8000 : 30_000);
            run.finish(bed, 120);
            var tables = Tables.read(bed.folder);
            long dead = tables.messages().stream()
                    .filter(m -> "in".equals(m.get("direction")) && poison.contains(m.get("tracking_id")))
                    .filter(m -> m.get("state").equals("dead-letter")).count();
            long innocents = tables.messages().stream().filter(m -> m.get("direction").equals("in"))
                    .filter(m -> m.get("state").equals("dead-letter") && !poison.contains(m.get("tracking_id"))).count();
            var others = new Latency();
            bed.backEnd.firstArrivals().forEach((id, at) -> {
                if (!poison.contains(id)) {
                    others.add(at - bed.clients.firstSent().getOrDefault(id, at), "came");
                }
            });
            run.sum("to the back end, other messages", others);
            run.expect(others.most() < 10_000, "F-17 a good message came to the back end after %.1f s", others.most() / 1e3);
            run.sum("messages the back end never takes", 20);
            run.sum("of them dead letters with alert", dead);
            run.sum("other messages that became dead letters", innocents);
            run.expect(dead == 20, "F-17 %d of 20 became dead letters", dead);
            run.expect(innocents == 0, "F-17 %d other messages became dead letters", innocents);
        }
    }

    /** The handler brings the process down; its three neighbours in the lane are innocent. */
    private static void killer(Run run) throws Exception {
        try (var bed = run.bed(1, Map.of("ITK_RETRY_ATTEMPTS", "20"))) {
            var killer = Message.fresh(Kind.HTTP_ACK);
            var arrivals = new AtomicInteger();
            var killed = new Semaphore(0);
            bed.backEnd.follow(call -> new BackEnd.Answer(200, 1500));
            bed.backEnd.witness(call -> {
                if (call.id().equals(killer.id())) {
                    arrivals.incrementAndGet();
                    bed.node().kill();
                    killed.release();
                }
            });
            bed.start();
            bed.clients.start(2, bed.dice);
            var innocent = new ArrayList<Message>();
            for (int i = 0; i < 3; i++) {
                innocent.add(Message.fresh(Kind.HTTP_ACK));
                bed.clients.deliver(innocent.get(i));
            }
            bed.clients.deliver(killer);
            int kills = 0;
            while (kills < 12 && killed.tryAcquire(60, TimeUnit.SECONDS)) {
                kills++;
                bed.node().launch();
                Bed.await("an end or another death", 90, () -> killed.availablePermits() > 0
                        || bed.store.number("select count(*) from message where state <> 'accepted' and direction = 'in'"
                                + " and tracking_id = '" + killer.id() + "'") > 0);
                if (killed.availablePermits() == 0) {
                    break;
                }
            }
            bed.clients.enter(Clients.Phase.WAIT);
            Bed.await("readiness", 60, bed.node()::isReady);
            run.finish(bed, 60);
            var rows = Tables.read(bed.folder).messages();
            var states = innocent.stream().map(m -> state(rows, m)).toList();
            run.sum("times the process died under one message", kills);
            run.sum("that message ends as", state(rows, killer));
            run.sum("its neighbours in the lane end as", states);
            run.expect(kills == 5 && arrivals.get() == 5, "F-17 the process died %d times of it", kills);
            run.expect(state(rows, killer).equals("dead-letter"), "F-17 the killer ends as %s", state(rows, killer));
            run.expect(states.stream().allMatch("handled"::equals), "F-17 innocent neighbours end as %s", states);
        }
    }

    private static String state(List<Map<String, String>> rows, Message message) {
        return rows.stream()
                .filter(r -> r.get("direction").equals("in") && r.get("tracking_id").equals(message.id()))
                .map(r -> r.get("state")).findFirst().orElse("nothing");
    }
}
