package faults;

import faults.Message.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A subscriber takes messages from its queue and dies before it confirms them. */
final class Queues {
    private static final int TIMEOUT = 4;
    private static final Pattern TRACKING = Pattern.compile("trackingid=\\\\?\"([0-9A-Fa-f-]{36})");

    private Queues() {}

    /** What is not confirmed comes again after the timeout; what is confirmed never does. The server dies in between. */
    static void taken(Run run) throws Exception {
        int messages = run.brief ? 60 : 200;
        try (var bed = run.bed(1, Map.of("ITK_QUEUE_TIMEOUT", "PT" + TIMEOUT + "S"))) {
            var reader = new Partner(bed.folder, "reader", "Q0000", "queue-reader", bed.node().port);
            try {
                bed.partner("queue-reader", "Q0000", "queue-reader", "queue:letters", "    queues: [letters]\n");
                bed.start();
                bed.clients.start(2, bed.dice);
                Set<String> sent = new HashSet<>();
                for (int i = 0; i < messages; i++) {
                    var message = Message.fresh(Kind.ROUTED, "Q0000:ward");
                    sent.add(message.id());
                    bed.clients.deliver(message);
                }
                var taken = take(reader, messages / 2, false);
                var hidden = take(reader, messages, false);
                run.expect(taken.size() == messages / 2, "queue: %d of %d were taken", taken.size(), messages / 2);
                run.expect(hidden.stream().noneMatch(taken::contains), "queue: a taken message was given to another");
                Shell.sleep(TIMEOUT * 1000L + 500);
                bed.node().kill();
                bed.node().start();
                var confirmed = new HashMap<String, Integer>();
                for (int round = 0; round < 3 * messages / 10 && confirmed.size() < messages; round++) {
                    var again = take(reader, 10, true);
                    again.forEach(id -> confirmed.merge(id, 1, Integer::sum));
                    if (round == 2) {
                        bed.node().kill();
                        bed.node().start();
                    } else if (again.isEmpty()) {
                        Shell.sleep(1000);
                    }
                }
                Shell.sleep(TIMEOUT * 1000L + 1000);
                var left = take(reader, messages, false);
                long twice = confirmed.values().stream().filter(n -> n > 1).count();
                run.sum("messages in the queue", messages);
                run.sum("taken and not confirmed", taken.size() + hidden.size());
                run.sum("confirmed", confirmed.size());
                run.sum("given again after they were confirmed", twice + left.size());
                run.expect(confirmed.keySet().equals(sent), "queue: %d of %d were confirmed", confirmed.size(), messages);
                run.expect(left.isEmpty() && twice == 0, "queue: %d came again after they were confirmed", left.size() + twice);
                run.finish(bed, 60);
            } finally {
                reader.close();
            }
        }
    }

    /** The tracking ids of what the queue gave. */
    private static List<String> take(Partner reader, int most, boolean confirm) {
        var answer = reader.control("POST", "/_collect?queue=letters&count=" + most + "&confirm=" + confirm, "");
        var out = new ArrayList<String>();
        var found = TRACKING.matcher(answer);
        while (found.find()) {
            out.add(found.group(1));
        }
        return out;
    }
}
