package faults;

import faults.Message.Flaw;
import faults.Message.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the journals of a run with the tables of the stopped server, all of them files of one folder. The rules are I1 to
 * I6 of docs/reliability.md.
 */
final class Check {
    private static final Set<String> REFUSED = Set.of("fault-1000", "fault-2200", "fault-3000");

    /** Rules a scenario breaks on purpose. */
    final Set<String> tolerated = new HashSet<>();

    final Map<String, Integer> numbers = new LinkedHashMap<>();
    final List<String> violations = new ArrayList<>();
    private final Path folder;
    private final Map<String, Sent> sent = new HashMap<>();
    /** Messages that came to a partner more than once, or whose acknowledgements did. */
    final Set<String> cameAgain = new HashSet<>();

    private final Set<String> refused = new HashSet<>();

    Check(Path folder) {
        this.folder = folder;
    }

    /** A good message as its sender knows it. */
    static final class Sent {
        final String id;
        final Kind kind;
        final String envelope;
        final String payload;
        boolean positive;
        boolean ambiguous;
        int attempt;
        int taken;
        final Set<Integer> attempts = new HashSet<>();

        Sent(String id, Kind kind, String envelope, String payload) {
            this.id = id;
            this.kind = kind;
            this.envelope = envelope;
            this.payload = payload;
        }
    }

    void run() throws IOException {
        clients();
        backEnd();
        var tables = Tables.read(folder);
        new StoreCheck(this, tables, sent).run();
        var partners = new ArrayList<List<Partner.Event>>();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(f -> f.getFileName().toString().matches("partner-.*\\.log")).sorted().toList()) {
                partners.add(Partner.events(file));
            }
        }
        new AckCheck(this, tables, sent, partners).run();
    }

    /** What was promised. */
    private void clients() throws IOException {
        for (var line : Files.readAllLines(folder.resolve("client.log"))) {
            var f = line.split(" ");
            var outcome = f[5];
            count("requests");
            count(outcome.equals("yes") ? "positive" : REFUSED.contains(outcome) ? "refused" : "ambiguous");
            if (!f[1].equals(Flaw.NONE.name())) {
                refused.add(f[2] + f[4]);
                violation("I4", f[2], !REFUSED.contains(outcome) && !Clients.OPEN.contains(outcome),
                        "has flaw " + f[1] + " and was answered " + outcome);
                continue;
            }
            var message = sent.computeIfAbsent(f[2], id -> new Sent(id, Kind.valueOf(f[0]), f[3], f[4]));
            message.positive |= outcome.equals("yes");
            message.ambiguous |= Clients.OPEN.contains(outcome);
            violation("I1", f[2], !outcome.equals("yes") && !Clients.OPEN.contains(outcome),
                    "is good and was answered " + outcome);
        }
        numbers.put("messages", sent.size());
    }

    /** What the back end was given: only what was sent, and each call again with a higher attempt. */
    private void backEnd() throws IOException {
        for (var line : Files.readAllLines(folder.resolve("back-end.log"))) {
            var f = line.split(" ");
            int attempt = Integer.parseInt(f[1]);
            if (f[3].equals("400")) {
                count("calls cut short");
                continue;
            }
            count("handler calls");
            var message = sent.get(f[0]);
            violation("I4", f[0], refused.contains(f[0] + f[2]), "was refused and came to the back end");
            if (message == null || message.kind.isInbox() || message.kind == Kind.ROUTED
                    || !message.payload.equals(f[2])) {
                violation("I3", f[0], true, "came to the back end and nobody sent it there with these bytes");
                continue;
            }
            violation("I2", f[0], !message.attempts.add(attempt), "came to the back end twice with attempt " + attempt);
            violation("I2-order", f[0], attempt < message.attempt,
                    "came to the back end with attempt " + attempt + " after attempt " + message.attempt);
            if (message.attempt > 0) {
                count("repeated calls");
            }
            message.attempt = Math.max(attempt, message.attempt);
            message.taken += f[3].startsWith("2") ? 1 : 0;
        }
        for (var message : sent.values()) {
            if (message.taken > 1) {
                count("taken again");
            }
        }
    }

    /** How often the messages of each crash point were taken again. */
    void perPoint(Map<String, List<String>> points, Run run) {
        points.forEach((point, ids) -> {
            long again = ids.stream().filter(id -> sent.containsKey(id) && sent.get(id).attempts.size() > 1).count();
            long repeated = ids.stream().filter(cameAgain::contains).count();
            long lost = ids.stream().filter(id -> violations.stream().anyMatch(v -> v.contains(id))).count();
            run.sum(point, ids.size() + " times, " + again + " called again with a higher attempt, " + repeated
                    + " came to a partner again with the same bytes, " + lost + " violations");
        });
    }

    boolean wasRefused(String id, String payload) {
        return refused.contains(id + payload);
    }

    void count(String what) {
        numbers.merge(what, 1, Integer::sum);
    }

    void violation(String rule, String id, boolean found, String what) {
        if (found && !tolerated.contains(rule)) {
            violations.add(rule + " " + id + " " + what);
        }
    }

    int number(String what) {
        return numbers.getOrDefault(what, 0);
    }

    /** The rules that were broken. */
    Set<String> broken() {
        var out = new HashSet<String>();
        violations.forEach(v -> out.add(v.substring(0, v.indexOf(' '))));
        return out;
    }
}
