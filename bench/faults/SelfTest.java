package faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Plants violations in copies of a good run's journals and tables, one at a time, and sees that each is found. */
final class SelfTest {
    private SelfTest() {}

    /** A change of one file, the rule it must break and what is said then. */
    private record Plant(String what, String rule, String words, String file, UnaryOperator<List<String>> change) {}

    static void run(Run run) throws Exception {
        try (var bed = run.bed(1, Map.of("ITK_RETRY_ATTEMPTS", "3"))) {
            var poison = Message.fresh(Message.Kind.HTTP_ACK);
            bed.backEnd.follow(call -> new BackEnd.Answer(call.id().equals(poison.id()) ? 500 : 200, 0));
            bed.clients.pause = 20;
            bed.start();
            bed.load();
            bed.clients.deliver(poison);
            Shell.sleep(4000);
            // a message of each kind and flaw, so that each plant finds its line
            for (var kind : Message.Kind.values()) {
                bed.clients.deliver(Message.fresh(kind));
            }
            var flawed = Message.fresh(Message.Kind.INBOX);
            bed.clients.deliver(flawed);
            for (var flaw : List.of(Message.Flaw.STRANGER, Message.Flaw.EXPIRED)) {
                bed.clients.deliver(Message.fresh(Message.Kind.INBOX).with(flaw));
            }
            bed.clients.deliver(flawed.with(Message.Flaw.OTHER_CONTENT));
            // other messages around them, also on a busy machine
            Bed.await("enough messages", 120, () -> bed.clients.answered() >= 200);
            var check = run.finish(bed, 180);
            run.expect(check.violations.isEmpty(), "the run without a plant has violations");
            run.row("planted", "rule", "found");
            for (var plant : plants(bed.folder)) {
                one(run, bed.folder, plant);
            }
        }
    }

    private static void one(Run run, Path good, Plant plant) throws IOException {
        var folder = Files.createTempDirectory(run.folder, "planted");
        try (var files = Files.list(good)) {
            for (var file : files.filter(f -> f.toString().matches(".*\\.(log|tsv)")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        var file = folder.resolve(plant.file());
        var before = Files.readAllLines(file);
        var after = plant.change().apply(new ArrayList<>(before));
        run.expect(!after.equals(before), "nothing could be planted: %s", plant.what());
        Files.write(file, after);
        var check = new Check(folder);
        check.run();
        var found = check.violations.stream()
                .filter(v -> v.startsWith(plant.rule() + ' ') && v.contains(plant.words())).findFirst();
        run.row(plant.what(), plant.rule(), found.orElse("nothing"));
        run.expect(found.isPresent(), "planted and not found: %s", plant.what());
    }

    private static List<Plant> plants(Path good) throws IOException {
        var handled = handled(good);
        var other = "0".repeat(64);
        return List.of(
                new Plant("an accepted message is not in the store", "I1", "was accepted and is not in the store", "table-message.tsv",
                        l -> remove(l, ".*\\tin\\t.*SendDocument.*")),
                new Plant("a handled message never came to the back end", "I1", "the back end never took it", "back-end.log",
                        l -> { l.removeIf(x -> x.startsWith(handled)); return l; }),
                new Plant("a good message is refused", "I1", "is good and was answered", "client.log", l -> replace(l, " yes ", " fault-1000 ")),
                new Plant("the bytes are gone", "I1", "has no bytes", "table-message_part.tsv",
                        // all of the first message's: of a synchronous one, the request and the response
                        l -> { var id = l.get(1).split("\t")[0] + "\t"; l.removeIf(x -> x.startsWith(id)); return l; }),
                new Plant("an accepted acknowledgement of a partner is lost", "I1", "is an accepted acknowledgement and not in the store", "table-message.tsv",
                        l -> remove(l, ".*\\tin\\tother-trust\\t.*")),
                new Plant("the back end is called twice with one attempt number", "I2", "twice with attempt", "back-end.log",
                        l -> { l.add(first(l, handled + ".*")); return l; }),
                new Plant("an attempt number goes back", "I2-order", "after attempt", "back-end.log",
                        l -> { l.add(first(l, handled + ".*").replaceFirst(" \\d+ ", " 0 ")); return l; }),
                new Plant("a message is in the store twice", "I2", "is in the store twice", "table-message.tsv",
                        l -> { l.add(first(l, ".*\\tin\\tgp-system.*")); return l; }),
                new Plant("the back end gets what nobody sent", "I3", "nobody sent it there", "back-end.log",
                        l -> { l.add(Message.uuid() + " 1 " + other + " 200 0 back-end"); return l; }),
                new Plant("the back end gets other bytes", "I3", "nobody sent it there", "back-end.log",
                        l -> replace(l, "( \\d+ )[0-9a-f]{64} 200", "$1" + other + " 200")),
                new Plant("other bytes are stored", "I3", "was stored with another content", "table-message.tsv",
                        l -> change(l, ".*\\tin\\tgp-system.*", "[0-9a-f]{64}", other)),
                new Plant("the store holds what nobody sent", "I3", "is in the store and nobody sent it", "client.log", l -> {
                    var id = first(l, "INBOX NONE.* yes .*").split(" ")[2];
                    l.removeIf(x -> x.contains(id));
                    return l;
                }),
                new Plant("a partner gets other bytes", "I3", "with other bytes", "partner-other.log",
                        l -> replace(l, "\"sha256\":\"[0-9a-f]{64}", "\"sha256\":\"" + other)),
                new Plant("a refused message comes to the back end", "I4", "was refused and came to the back end", "client.log",
                        l -> { l.add(first(l, "HTTP.* NONE " + handled + ".*").replace("NONE", "EXPIRED").replace(" yes ",
                                " fault-1000 ")); return l; }),
                new Plant("a flawed message is accepted", "I4", "has flaw", "client.log",
                        l -> change(l, ".* (STRANGER|EXPIRED|OTHER_CONTENT) .*", " fault-[0-9]+ ", " yes ")),
                new Plant("an acknowledgement is missing", "I5", "has 0 inf-ack OK", "table-message.tsv",
                        l -> remove(l, ".*\\tout\\t.*\\tinf-ack\\t.*")),
                new Plant("there are two acknowledgements", "I5", "has 2 inf-ack OK", "table-message.tsv",
                        l -> { l.add(first(l, ".*\\tout\\t.*\\tinf-ack\\t.*")); return l; }),
                new Plant("an acknowledgement never came", "I5", "came to no partner", "partner-gp.log", l -> { l.remove(0); return l; }),
                new Plant("a dead letter without alert", "I6", "is a dead letter without an alert", "table-audit_event.tsv",
                        l -> { l.removeIf(x -> x.contains("\talert\t")); return l; }),
                new Plant("a gap in the trail", "I6", "comes where", "table-audit_event.tsv", l -> { l.remove(l.size() / 2); return l; }),
                new Plant("a changed row in the trail", "I6", "does not have its hash", "table-audit_event.tsv",
                        l -> replace(l, "for back-end", "for nobody")),
                new Plant("work is left over", "I6", "left-over piece of work", "table-delivery.tsv",
                        l -> { l.add("1\t0\thandle\tback-end"); return l; }),
                new Plant("a message has no end", "I6", "ends as accepted", "table-message.tsv",
                        l -> change(l, ".*\\tin\\tgp-system.*", "\thandled\t", "\taccepted\t")));
    }

    /** A message that was answered when it was stored and that the back end took afterwards. */
    private static String handled(Path good) throws IOException {
        var taken = Files.readAllLines(good.resolve("back-end.log")).stream()
                .filter(l -> l.matches(".* 200 .*")).map(l -> l.split(" ")[0]).toList();
        return Files.readAllLines(good.resolve("client.log")).stream()
                .filter(l -> l.matches("HTTP.* NONE .* yes .*")).map(l -> l.split(" ")[2])
                .filter(taken::contains).findFirst().orElseThrow();
    }

    private static String first(List<String> lines, String pattern) {
        return lines.stream().filter(l -> l.matches(pattern)).findFirst().orElseThrow();
    }

    private static List<String> remove(List<String> lines, String pattern) {
        lines.remove(first(lines, pattern));
        return lines;
    }

    /** In the first line that it changes. */
    private static List<String> replace(List<String> lines, String from, String to) {
        return change(lines, ".*" + from + ".*", from, to);
    }

    private static List<String> change(List<String> lines, String where, String from, String to) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches(where)) {
                lines.set(i, lines.get(i).replaceFirst(from, to));
                break;
            }
        }
        return lines;
    }
}
