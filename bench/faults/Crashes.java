package faults;

import faults.Message.Kind;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The process ends by signal 9: at random moments under load, and at named points. */
final class Crashes {
    private Crashes() {}

    /** F-01: signal 9 at a random moment under load. */
    static void killed(Run run) throws Exception {
        int cycles = run.cycles(run.h2() ? 10 : 30, run.h2() ? 2 : 3);
        try (var bed = run.bed(1, Map.of())) {
            bed.clients.pause = 12;
            run.row("cycle", "ready s", "killed after s", "answered", "not answered");
            double first = bed.start();
            bed.load();
            for (int cycle = 1; cycle <= cycles; cycle++) {
                int millis = 2000 + bed.dice.nextInt(run.brief ? 3000 : 13000);
                Shell.sleep(millis);
                bed.node().kill();
                double ready = cycle == cycles ? 0 : bed.node().start();
                run.row(cycle, cycle == 1 ? first : ready, millis / 1e3, bed.clients.answered(),
                        bed.clients.outcomes().getOrDefault("cut", 0));
            }
            run.finish(bed, 180);
        }
    }

    /**
     * F-02: one signal 9 finds six messages at six points: its handler holds the call; the next hop holds the forward; the
     * sender holds the acknowledgement; committed and the answer not read; just sent; just answered.
     */
    static void points(Run run) throws Exception {
        int cycles = run.cycles(20, 1);
        try (var bed = run.bed(1, Map.of("ITK_RETRY_ATTEMPTS", "50"))) {
            Set<String> held = ConcurrentHashMap.newKeySet();
            Set<String> arrived = ConcurrentHashMap.newKeySet();
            bed.backEnd.follow(call -> new BackEnd.Answer(200, held.remove(call.id()) ? 4000 : 0));
            bed.backEnd.witness(call -> arrived.add(call.id()));
            run.row("cycle", "ready s", "settled after s");
            bed.start();
            bed.clients.start(2, bed.dice);
            var points = new LinkedHashMap<String, List<String>>();
            for (int cycle = 1; cycle <= cycles; cycle++) {
                var handler = Message.fresh(Kind.HTTP_ACK);
                var forward = Message.fresh(Kind.ROUTED);
                var ack = Message.fresh(Kind.INBOX_ACK);
                var unread = Message.fresh(Kind.HTTP_ACK);
                var hurried = Message.fresh(Kind.HTTP_ACK);
                var last = Message.fresh(Kind.HTTP_ACK);
                held.add(handler.id());
                bed.other.rules("tracking=" + forward.id() + " => slow:5000,good\n");
                bed.gp.rules("payload=" + ack.id() + " => slow:5000,good\n");
                for (var message : List.of(handler, forward, ack)) {
                    run.expect(bed.clients.deliver(message).equals("yes"), "F-02 %s was not accepted", message.id());
                }
                Bed.await("the handler", 20, () -> arrived.contains(handler.id()));
                bed.other.awaitArrival(forward.id(), 20);
                bed.gp.awaitArrival(ack.id(), 20);
                kill(bed, unread, hurried, last);
                name(points, "after handler, before mark-done", handler);
                name(points, "after forward taken, before mark-sent", forward);
                name(points, "after ack taken, before mark-sent", ack);
                name(points, "after commit, before reply", unread);
                name(points, "0 to 15 ms after the request", hurried);
                name(points, "right after the reply", last);
                double ready = bed.node().start();
                long begin = System.nanoTime();
                bed.clients.enter(Clients.Phase.FINISH);
                Bed.await("the cycle's work", 60, () -> bed.clients.hasNothingOpen() && settled(bed));
                bed.clients.enter(Clients.Phase.WAIT);
                run.row(cycle, ready, (System.nanoTime() - begin) / 1e9);
            }
            var check = run.finish(bed, 60);
            check.perPoint(points, run);
        }
    }

    private static boolean settled(Bed bed) {
        return bed.h2 ? bed.backEnd.isQuiet(3) : bed.store.left() == 0;
    }

    private static void kill(Bed bed, Message unread, Message hurried, Message last) throws Exception {
        var sockets = new ArrayList<Socket>();
        sockets.add(bed.clients.leave(unread, bed.node().base()));
        if (bed.h2) {
            Shell.sleep(100);
        } else {
            Bed.await("the commit", 10, () ->
                    bed.store.number("select count(*) from message where tracking_id = '" + unread.id() + "'") > 0);
        }
        bed.clients.deliver(last);
        sockets.add(bed.clients.leave(hurried, bed.node().base()));
        Shell.sleep(bed.dice.nextInt(15));
        bed.node().kill();
        for (var socket : sockets) {
            socket.close();
        }
    }

    private static void name(Map<String, List<String>> points, String point, Message message) {
        points.computeIfAbsent(point, p -> new ArrayList<>()).add(message.id());
    }
}
