import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Turns what bench/run measured (rounds.tsv, stored.tsv, acks.tsv, big.tsv, facts) into the tables of results.md. */
public final class Report {
    private static final Map<String, String> NAMES = Map.of(
            "a", "a bare servlet, constant answer",
            "b", "b bare CXF Provider, echo",
            "c", "c this server, PostgreSQL",
            "d", "d this server, H2",
            "p", "p previous version, PostgreSQL");

    private final Path folder;
    private final double msPerTick;
    private final Map<String, List<Round>> rounds = new LinkedHashMap<>();
    private final Map<String, List<Ack>> acks = new LinkedHashMap<>();
    private final StringBuilder out = new StringBuilder();

    private Report(Path folder, double msPerTick) {
        this.folder = folder;
        this.msPerTick = msPerTick;
    }

    /** One contender's round: times in microseconds, CPU in ticks, memory in kB. */
    private record Round(
            String contender,
            int connections,
            double requests,
            double micros,
            double p50,
            double p99,
            double server,
            double database,
            double rss,
            double others,
            double wall) {

        static Round of(String line) {
            var f = line.split("\\s+");
            var n = new double[f.length];
            for (int i = 1; i < f.length; i++) {
                n[i] = Double.parseDouble(f[i]);
            }
            return new Round(f[0], (int) n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10]);
        }

        double rate() {
            return requests / micros * 1e6;
        }
    }

    /** A round with acknowledgements: times in microseconds, CPU in ticks. */
    private record Ack(
            String contender,
            int connections,
            double messages,
            double loaded,
            double whole,
            double waiting,
            double server,
            double database) {

        static Ack of(String line) {
            var f = line.split(" ");
            var n = new double[f.length];
            for (int i = 1; i < f.length; i++) {
                n[i] = Double.parseDouble(f[i]);
            }
            return new Ack(f[0], (int) n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
        }

        double rate() {
            return messages / whole * 1e6;
        }
    }

    public static void main(String[] args) throws IOException {
        var report = new Report(Path.of(args[0]), 1000.0 / Integer.parseInt(args[1]));
        report.write();
        System.out.print(report.out);
    }

    private void write() throws IOException {
        for (var line : lines("rounds.tsv")) {
            var round = Round.of(line);
            rounds.computeIfAbsent(round.connections() + round.contender(), k -> new ArrayList<>())
                    .add(round);
        }
        out.append("# Measured\n\n");
        for (var fact : lines("facts")) {
            out.append("- ").append(fact.replaceFirst(" ", ": ")).append('\n');
        }
        others();
        throughput();
        for (var text : lines("acks.tsv")) {
            var ack = Ack.of(text);
            acks.computeIfAbsent(ack.connections() + ack.contender(), k -> new ArrayList<>())
                    .add(ack);
        }
        acknowledged();
        against();
        large();
    }

    private void others() {
        var cores = rounds.values().stream()
                .flatMap(List::stream)
                .map(r -> r.others() * msPerTick * 1000 / r.wall())
                .sorted()
                .toList();
        line(
                "- Other processes on the machine took %.2f cores (median of the rounds), %.2f at most%s",
                cores.get(cores.size() / 2),
                cores.get(cores.size() - 1),
                cores.get(cores.size() / 2) > 0.1 ? ": **not quiet, do not quote these figures**" : "");
    }

    private void throughput() throws IOException {
        var stored = new LinkedHashMap<String, Double>();
        for (var text : lines("stored.tsv")) {
            var f = text.split(" ");
            stored.put(f[0], Double.parseDouble(f[1]) / Double.parseDouble(f[2]));
        }
        line("");
        line("## Messages a second");
        line("");
        line("Medians; every answer was positive. All run on the same WildFly with the same settings and libraries.");
        line("c and d check the message, remember it against duplicates, store and audit it and force it to disk");
        line("before they answer. CPU is in ms a message; that of the database includes what it does afterwards.");
        line("");
        line("| Connections | Contender | msg/s (lowest - highest) | / a | p50 ms | p99 ms | CPU server | CPU"
                + " database | CPU / a | RSS MB | Stored bytes a message |");
        line("|---|---|---|---|---|---|---|---|---|---|---|");
        for (var list : rounds.values()) {
            row(
                    list,
                    rounds.get(list.get(0).connections() + "a"),
                    stored.get(list.get(0).contender()));
        }
    }

    private void acknowledged() {
        line("");
        line("## Acknowledged messages a second, PostgreSQL");
        line("");
        line("Accepted, stored, and the infrastructure acknowledgement it asked for delivered to the partner (contender a),");
        line("which is an outbound message of its own: stored, claimed, sent, settled. The time runs until the last has");
        line("left. Medians.");
        line("");
        line("| Connections | Contender | Messages | Acknowledged msg/s (lowest - highest) | Accepted msg/s meanwhile"
                + " | Waiting at the end of the load | CPU server | CPU database |");
        line("|---|---|---|---|---|---|---|---|");
        for (var list : acks.values()) {
            var each = list.stream().mapToDouble(Ack::rate).summaryStatistics();
            line(
                    "| %d | %s | %.0f | %.0f (%.0f - %.0f) | %.0f | %.0f | %.3f | %.3f |",
                    list.get(0).connections(),
                    list.get(0).contender().equals("e") ? "e this server" : "q previous version",
                    list.stream().mapToDouble(Ack::messages).sum(),
                    median(list, Ack::rate),
                    each.getMin(),
                    each.getMax(),
                    median(list, a -> a.messages() / a.loaded() * 1e6),
                    median(list, Ack::waiting),
                    median(list, a -> a.server() * msPerTick / a.messages()),
                    median(list, a -> a.database() * msPerTick / a.messages()));
        }
    }

    /** The bounds: CPU at most 1.03, rate at least 0.97 of the version before. */
    private void against() {
        if (rounds.keySet().stream().noneMatch(key -> key.endsWith("p"))) {
            return;
        }
        line("");
        line("## Against the previous version");
        line("");
        line("Ratios of the rounds in their order: median, and the quartiles around it. CPU is of server and database.");
        line("");
        line("| | Connections | Rounds | Rate | CPU a message |");
        line("|---|---|---|---|---|");
        for (var list : rounds.values()) {
            var before = rounds.get(list.get(0).connections() + "p");
            if (list.get(0).contender().equals("c") && before != null) {
                line(
                        "| accepting | %d | %d | %s | %s |",
                        list.get(0).connections(),
                        list.size(),
                        ratio(list, before, Round::rate),
                        ratio(list, before, r -> server(r) + database(r)));
            }
        }
        for (var list : acks.values()) {
            var before = acks.get(list.get(0).connections() + "q");
            if (list.get(0).contender().equals("e") && before != null) {
                line(
                        "| acknowledging | %d | %d | %s | %s |",
                        list.get(0).connections(),
                        list.size(),
                        ratio(list, before, Ack::rate),
                        ratio(list, before, a -> (a.server() + a.database()) / a.messages()));
            }
        }
    }

    private static <T> String ratio(List<T> now, List<T> before, ToDoubleFunction<T> of) {
        var ratios = new double[Math.min(now.size(), before.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = of.applyAsDouble(now.get(i)) / of.applyAsDouble(before.get(i));
        }
        Arrays.sort(ratios);
        int n = ratios.length;
        return text(
                "%.3f (%.3f - %.3f)",
                n % 2 == 1 ? ratios[n / 2] : (ratios[n / 2 - 1] + ratios[n / 2]) / 2,
                ratios[n / 4],
                ratios[n - 1 - n / 4]);
    }

    private void row(List<Round> list, List<Round> bare, Double stored) {
        var first = list.get(0);
        double rate = median(list, Round::rate);
        var each = list.stream().mapToDouble(Round::rate).summaryStatistics();
        double server = median(list, this::server);
        double database = median(list, this::database);
        line(
                "| %d | %s | %.0f (%.0f - %.0f) | %.2f | %.2f | %.1f | %.3f | %s | %.1f | %.0f | %s |",
                first.connections(),
                NAMES.get(first.contender()),
                rate,
                each.getMin(),
                each.getMax(),
                rate / median(bare, Round::rate),
                median(list, Round::p50) / 1000,
                median(list, Round::p99) / 1000,
                server,
                "cp".contains(first.contender()) ? text("%.3f", database) : "-",
                (server + database) / median(bare, this::server),
                median(list, Round::rss) / 1024,
                stored == null ? "-" : text("%.0f", stored));
    }

    private double server(Round r) {
        return r.server() * msPerTick / r.requests();
    }

    private double database(Round r) {
        return r.database() * msPerTick / r.requests();
    }

    private static <T> double median(List<T> list, ToDoubleFunction<T> of) {
        var sorted = list.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private void large() throws IOException {
        line("");
        line("## Large messages, PostgreSQL, -Xmx256m");
        line("");
        line("base64 is one text, xml has 400,000 elements. Heap is what lives after a collection.");
        line("");
        line("| Payload | MB | At once | Seconds | Heap before MB | Heap growth MB | RSS MB |");
        line("|---|---|---|---|---|---|---|");
        for (var text : lines("big.tsv")) {
            var f = text.split(" ");
            double before = Double.parseDouble(f[4]);
            line(
                    "| %s | %s | %s | %s | %.0f | %.1f | %.0f |",
                    f[0],
                    f[1],
                    f[2],
                    f[3],
                    before / (1 << 20),
                    (Double.parseDouble(f[5]) - before) / (1 << 20),
                    Double.parseDouble(f[6]) / 1024);
        }
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(folder.resolve(file));
    }

    private void line(String format, Object... values) {
        out.append(text(format, values)).append('\n');
    }

    private static String text(String format, Object... values) {
        return values.length == 0 ? format : String.format(Locale.ROOT, format, values);
    }
}
