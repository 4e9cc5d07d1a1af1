package faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One scenario under way: its arguments, what it found, and its report. */
final class Run {
    private static final int SHOWN = 15;
    private static final long MOST_MEMORY = 1200;
    private static final long MOST_THREADS = 300;

    final Path folder;
    final long seed;
    final boolean brief;
    final String name;
    final List<String> arguments;
    private final List<String> failures = new ArrayList<>();
    private final StringBuilder table = new StringBuilder();
    private final Map<String, String> summary = new LinkedHashMap<>();
    private int beds;
    /** Open files of a node: 1000 and one for each connection that a scenario makes. */
    long mostFiles = 1000;


    Run(Path folder, long seed, boolean brief, String name, List<String> arguments) {
        this.folder = folder;
        this.seed = seed;
        this.brief = brief;
        this.name = name;
        this.arguments = arguments;
    }

    /** Whether everything held. */
    boolean run() throws IOException {
        long begin = System.nanoTime();
        try {
            Scenarios.of(name).run(this);
        } catch (Exception e) {
            e.printStackTrace();
            fail("the scenario did not come to its end: " + e);
        }
        summary.put("seconds", String.valueOf((System.nanoTime() - begin) / 1_000_000_000L));
        report();
        return failures.isEmpty();
    }

    /** The number of cycles: the argument, or the usual one. */
    int cycles(int full, int shortly) {
        for (var argument : arguments) {
            if (argument.matches("[0-9]+")) {
                return Integer.parseInt(argument);
            }
        }
        return brief ? shortly : full;
    }

    boolean h2() {
        return arguments.contains("h2");
    }

    Bed bed(int nodes, Map<String, String> settings) throws IOException {
        return new Bed(folder.resolve(name + (h2() ? "_h2" : "") + (beds++ == 0 ? "" : "_" + beds)), h2(), nodes, seed,
                settings);
    }

    void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, "  " + format + "%n", values);
    }

    /** A line of the scenario's own table. */
    void row(Object... cells) {
        var line = new StringBuilder("|");
        for (var cell : cells) {
            line.append(' ').append(cell instanceof Double d ? String.format(Locale.ROOT, "%.1f", d) : cell).append(" |");
        }
        if (table.isEmpty()) {
            table.append(line).append('\n').append("|---".repeat(cells.length)).append("|\n");
        } else {
            table.append(line).append('\n');
            System.out.println("  " + line);
        }
    }

    void sum(String what, Object value) {
        summary.put(what, value instanceof Double d ? String.format(Locale.ROOT, "%.1f", d) : String.valueOf(value));
    }

    void fail(String what) {
        failures.add(what);
        System.out.println("  VIOLATION " + what);
    }

    void expect(boolean holds, String format, Object... values) {
        if (!holds) {
            fail(String.format(Locale.ROOT, format, values));
        }
    }

    /** Drains, stops and checks. */
    Check finish(Bed bed, int seconds, String... tolerated) throws Exception {
        double took = bed.drain(seconds);
        bed.store.dump(bed.folder);
        var check = new Check(bed.folder);
        check.tolerated.addAll(List.of(tolerated));
        check.run();
        check.violations.stream().limit(SHOWN).forEach(this::fail);
        if (check.violations.size() > SHOWN) {
            fail("and " + (check.violations.size() - SHOWN) + " more");
        }
        var part = beds < 2 ? "" : "part " + beds + ": ";
        check.numbers.forEach((what, number) -> sum(part + what, number));
        sum(part + "drained in s", took);
        for (var node : bed.nodes) {
            sum(part + "most used by " + node.name, node.used());
            sum(part + "longest start of " + node.name + " s", node.longestStart);
            expect(node.mostMemory < MOST_MEMORY && node.mostThreads < MOST_THREADS && node.mostFiles < mostFiles,
                    "I7 node %s used %s", node.name, node.used());
        }
        return check;
    }

    private void report() throws IOException {
        var out = new StringBuilder("### " + name + " " + String.join(" ", arguments) + "\n\n");
        out.append(failures.isEmpty() ? "No violation.\n\n" : failures.size() + " violations:\n\n");
        failures.stream().limit(SHOWN + 1).forEach(f -> out.append("- ").append(f).append('\n'));
        if (!failures.isEmpty()) {
            out.append('\n');
        }
        if (!table.isEmpty()) {
            out.append(table).append('\n');
        }
        out.append("| | |\n|---|---|\n");
        summary.forEach((what, value) -> out.append("| ").append(what).append(" | ").append(value).append(" |\n"));
        Files.writeString(folder.resolve(name + (h2() ? "-h2" : "") + ".md"), out + "\n");
        System.out.println(out);
    }
}
