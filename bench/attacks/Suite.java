package attacks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * Runs the cases of a family. After each: the answer is what is expected, nothing leaks, the audit rows that are due are
 * there, the next good message is answered within a second, and memory, threads, log and canary are as before.
 */
final class Suite {
    private static final Pattern LEAK = Pattern.compile(
            "Exception|\\bat [a-z]+\\.|wstx|com\\.ctc|org\\.(itkserver|apache|jboss|wildfly)|/tmp/|/var/|\\.java|row,col"
                    + "|\\[row|WildFly|Undertow|JBoss|Woodstox|SQLSTATE|select .* from",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> JUDGED = Set.of("refused", "accepted", "duplicate", "ack-unmatched");
    private static final int REFLECTED = 65;
    private static final Pattern SERVICE = Pattern.compile("urn:nhs-itk:services:201005:[\\w-]+");

    final Bed bed;
    private final List<String> table = new ArrayList<>();
    private final Set<String> constant = new HashSet<>();
    private int good;
    private int bad;

    Suite(Bed bed) throws IOException {
        this.bed = bed;
        warm();
    }

    interface Attack {
        /** @param source the address to send from */
        Reply send(String source) throws Exception;
    }

    /** What a check found that is no exchange of messages; empty when all is well. */
    interface Look {
        String complaint() throws Exception;
    }

    /** Lets the pools of the server fill, so that what is there later is new. */
    private void warm() throws IOException {
        var all = new ArrayList<CompletableFuture<?>>();
        for (int i = 0; i < 200; i++) {
            int n = i;
            all.add(CompletableFuture.runAsync(() -> {
                try (var line = n % 4 == 0 ? bed.secure("127.0.0.1", "tls-a") : bed.line("127.0.0.1")) {
                    line.exchange((n % 4 == 0 ? bed.letter("tls-a", "A1111") : bed.letter()).request());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }));
        }
        all.forEach(CompletableFuture::join);
        var fault = bed.send("127.0.0.1", bed.letter().text("wsa:To", "x"));
        for (var each : List.of(fault, bed.send("127.0.0.1", bed.letter()),
                bed.send("127.0.0.1", bed.letter().block("<x:a xmlns:x=\"urn:x\" soap:mustUnderstand=\"1\"/>")))) {
            grams(SERVICE.matcher(each.all()).replaceAll("SERVICE"), constant);
        }
        bed.health.remember();
    }

    private static void grams(String text, Set<String> into) {
        for (int i = 0; i + REFLECTED <= text.length(); i++) {
            into.add(text.substring(i, i + REFLECTED));
        }
    }

    /** Sends a spoiled letter over plain HTTP. */
    void letter(String id, String sent, Expect expect, Letter letter) {
        attack(id, sent, expect, letter.text, source -> bed.send(source, letter));
    }

    void attack(String id, String sent, Expect expect, Attack attack) {
        attack(id, sent, expect, "", attack);
    }

    /** @param content what of the sender's own words the answer must not repeat at length */
    void attack(String id, String sent, Expect expect, String content, Attack attack) {
        var source = bed.source();
        var wrong = new ArrayList<String>();
        var got = "";
        try {
            var reply = attack.send(source);
            got = reply.brief() + ", " + reply.millis() + " ms";
            wrong.addAll(judge(reply, expect, content));
            wrong.addAll(rows(expect, source, 1));
            wrong.addAll(after());
        } catch (Exception | AssertionError e) {
            wrong.add(String.valueOf(e));
        }
        row(id, sent, expect.text(), got, wrong);
    }

    /** Sends the letter with each of these texts over plain HTTP; every answer must be the same kind of right. */
    void letters(String id, String sent, Expect expect, Letter letter, List<String> texts) {
        var source = bed.source();
        var wrong = new TreeSet<String>();
        var kinds = new TreeMap<String, Integer>();
        long slowest = 0;
        try {
            for (var text : texts) {
                letter.text = text;
                var reply = bed.send(source, letter);
                slowest = Math.max(slowest, reply.millis());
                kinds.merge(reply.brief(), 1, Integer::sum);
                wrong.addAll(judge(reply, expect, text));
            }
            wrong.addAll(rows(expect, source, texts.size()));
            wrong.addAll(after());
        } catch (Exception | AssertionError e) {
            wrong.add(String.valueOf(e));
        }
        var got = new StringJoiner(", ");
        kinds.forEach((kind, count) -> got.add(count + " x " + kind));
        row(id, sent, expect.text(), got + ", slowest " + slowest + " ms", List.copyOf(wrong));
    }

    private List<String> judge(Reply reply, Expect expect, String content) {
        var out = leaks(reply, content);
        if (!expect.right().test(reply)) {
            out.add("not as expected");
        }
        if (reply.millis() > expect.millis()) {
            out.add("slow");
        }
        return out;
    }

    /** A check of the platform or of what an attack left behind. */
    void look(String id, String what, String expected, Look look) {
        var wrong = new ArrayList<String>();
        try {
            var complaint = look.complaint();
            if (!complaint.isEmpty()) {
                wrong.add(complaint);
            }
            wrong.addAll(after());
        } catch (Exception | AssertionError e) {
            wrong.add(String.valueOf(e));
        }
        row(id, what, expected, wrong.isEmpty() ? "so" : "", wrong);
    }

    /** A case that a test of {@code mvn verify} covers, or that this server has no surface for. */
    void elsewhere(String id, String what, String where) {
        table.add("| " + id + " | " + cell(what) + " | | " + cell(where) + " | - |");
    }

    private List<String> leaks(Reply reply, String content) {
        var out = new ArrayList<String>();
        var m = LEAK.matcher(reply.all());
        while (m.find()) {
            // a sender may read its own words, shortened, in a fault
            if (!content.contains(m.group())) {
                out.add("leaks " + m.group());
            }
        }
        if (reply.all().contains(bed.canary.token)) {
            out.add("leaks the canary's token");
        }
        var reflected = new HashSet<String>();
        grams(SERVICE.matcher(reply.all()).replaceAll("SERVICE"), reflected);
        reflected.removeAll(constant);
        var sent = content.length() > 2_000_000 ? content.substring(0, 2_000_000) : content;
        for (int i = 0; i + REFLECTED <= sent.length() && !reflected.isEmpty(); i++) {
            if (reflected.contains(sent.substring(i, i + REFLECTED))) {
                out.add("reflects " + sent.substring(i, i + REFLECTED));
                break;
            }
        }
        return out;
    }

    /** @param times how often the expected thing was done */
    private List<String> rows(Expect expect, String source, int times) throws Exception {
        if (expect.rows() == null) {
            return List.of();
        }
        var due = new TreeMap<String, Integer>();
        expect.rows().forEach(type -> due.merge(type, times, Integer::sum));
        Map<String, Integer> found = Map.of();
        for (int i = 0; i < 40; i++) {
            found = new TreeMap<>(bed.rows(source));
            found.keySet().retainAll(JUDGED);
            if (found.equals(due)) {
                return List.of();
            }
            Health.pause(50);
        }
        return List.of("audit rows " + found + ", due " + due);
    }

    /** The standing invariants that hold after every case. */
    private List<String> after() throws IOException {
        var out = new ArrayList<String>();
        var next = bed.send("127.0.0.1", bed.letter());
        if (next.status() != 200 || next.millis() > 1000) {
            out.add("next good message: " + next.brief() + " in " + next.millis() + " ms");
        }
        out.addAll(bed.health.complaints());
        var calls = bed.canary.calls();
        if (!calls.isEmpty()) {
            out.add("the canary was called: " + calls);
        }
        return out;
    }

    private void row(String id, String sent, String expected, String got, List<String> wrong) {
        boolean ok = wrong.isEmpty();
        if (ok) {
            good++;
        } else {
            bad++;
        }
        var text = ok ? got : (got.isEmpty() ? "" : got + "; ") + String.join("; ", wrong);
        table.add("| " + id + " | " + cell(sent) + " | " + cell(expected) + " | " + cell(text) + " | "
                + (ok ? "ok" : "**no**") + " |");
        System.out.printf("%-4s %-5s %-62s %s%n", ok ? "ok" : "NO", id, sent, text);
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("[\\p{Cntrl}\u2028\u2029]", " ");
    }

    List<String> table() {
        return table;
    }

    int good() {
        return good;
    }

    int bad() {
        return bad;
    }
}
