package attacks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Messages that were sent before, on one node and on two. */
final class RReplay {
    private static final int COPIES = 50;
    private static final int FLOOD = 3000;

    private final Suite suite;
    private final Bed bed;
    private final int second = Integer.parseInt(Bed.env("ATTACKS_SECOND"));

    private RReplay(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new RReplay(suite);
        family.again();
        family.atOnce();
        family.variants();
        family.times();
        family.flood();
    }

    private Letter letter() {
        return bed.letter();
    }

    private Reply toSecond(String source, Letter letter) throws Exception {
        try (var line = new Line(source, second, null)) {
            return line.exchange(letter.request());
        }
    }

    private void again() {
        var letter = letter();
        var answers = new ArrayList<String>();
        suite.attack("R-01", "a letter", Expect.accepted(), source -> remember(answers, bed.send(source, letter)));
        var copy = Expect.accepted().due("duplicate");
        suite.attack("R-01", "the same bytes again", copy, source -> remember(answers, bed.send(source, letter)));
        Health.pause(1000);
        suite.attack("R-01", "the same after a second", copy, source -> remember(answers, bed.send(source, letter)));
        suite.attack("R-01", "the same to the other node", copy, source -> remember(answers, toSecond(source, letter)));
        var retry = letter();
        retry.text = letter.text;
        suite.attack("R-01", "a retry with a new MessageID", copy, source -> remember(answers, bed.send(source, retry.freshMessageId())));
        suite.look("R-01", "the answers and what is stored", "one Body, one message, handled once", () -> new TreeSet<>(answers).size() == 1
                && stored(letter) == 1 && handled(letter) == 1
                ? "" : new TreeSet<>(answers).size() + " answers, " + stored(letter) + " stored, " + handled(letter) + " handled");
        suite.elsewhere("R-01", "the same after a restart", "bench/faults/run f01; FaultsIT, RestartIT");
        var other = letter();
        other.text = letter.text.replace("9990000018", "9990000026").replace("dr-exampleton", "dr-other");
        suite.letter("R-02", "the same tracking id, another envelope", Expect.invalid(), other);
        suite.attack("R-02", "the same at the other node", Expect.invalid(), source -> toSecond(source, other));
        suite.letter("R-02", "the first again, to see that nothing was overwritten", copy, letter);
        var foreign = letter();
        foreign.text = letter.text;
        suite.letter("R-02", "the same tracking id from another partner", Expect.accepted()
                .because("the key is partner and tracking id, H9"), foreign.from("other-1", "X1111"));
    }

    private static Reply remember(List<String> answers, Reply reply) {
        answers.add(reply.status() + reply.soapBody());
        return reply;
    }

    private long stored(Letter letter) throws Exception {
        return bed.count("select count(*) from message where tracking_id = ? and partner = 'gp-system'", letter.trackingId());
    }

    private long handled(Letter letter) throws Exception {
        // the inbox takes a message in the commit that accepts it
        return bed.count("select count(*) from audit_event e join message m on m.id = e.message_id where e.type = 'accepted'"
                + " and m.state = 'handled' and e.tracking_id = ? and e.partner = 'gp-system'", letter.trackingId());
    }

    /** R-03: many copies of one letter at one moment, half to each node. */
    private void atOnce() {
        for (int round = 1; round <= 5; round++) {
            var letter = letter();
            var answers = new ArrayList<String>();
            suite.attack("R-03", COPIES + " copies at one moment over two nodes, round " + round, Expect.accepted()
                    .due(copies()), source -> {
                var gate = new CountDownLatch(COPIES);
                var pool = Executors.newFixedThreadPool(COPIES);
                var all = new ArrayList<CompletableFuture<Reply>>();
                for (int i = 0; i < COPIES; i++) {
                    int port = i % 2 == 0 ? bed.plain : second;
                    all.add(CompletableFuture.supplyAsync(() -> {
                        try (var line = new Line(source, port, null)) {
                            gate.countDown();
                            gate.await();
                            line.write(letter.request());
                            return line.answer();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }, pool));
                }
                all.forEach(each -> remember(answers, each.join()));
                pool.shutdown();
                return all.get(0).join();
            });
            suite.look("R-03", "what came of it", "one Body, one message, handled once", () -> new TreeSet<>(answers).size() == 1
                    && answers.size() == COPIES && stored(letter) == 1 && handled(letter) == 1
                    ? "" : new TreeSet<>(answers) + ", " + stored(letter) + " stored, " + handled(letter) + " handled");
        }
    }

    private static String[] copies() {
        var out = new ArrayList<>(List.of("accepted"));
        for (int i = 1; i < COPIES; i++) {
            out.add("duplicate");
        }
        return out.toArray(String[]::new);
    }

    /** R-04: other spellings of one id must not be another id. */
    private void variants() {
        var letter = letter();
        suite.letter("R-04", "a letter", Expect.accepted(), letter);
        var id = letter.trackingId();
        for (var other : List.of(id.toLowerCase(Locale.ROOT), "uuid_" + id, "urn:uuid:" + id, "{" + id + "}", id + "\u00a0",
                id.replace("-", ""), id.replaceFirst(".", "\uff21"))) {
            var again = letter();
            again.text = letter.text.replace("trackingid=\"" + id, "trackingid=\"" + other);
            suite.letter("R-04", "its tracking id as " + other.replace(id, "ID").replace(id.toLowerCase(Locale.ROOT), "id"),
                    Expect.invalid().because("one spelling only"), again);
        }
        var encoded = letter();
        encoded.text = letter.text.replace("trackingid=\"" + id, "trackingid=\"&#" + (int) id.charAt(0) + ";" + id.substring(1));
        suite.letter("R-04", "its first letter as a reference", Expect.invalid()
                .because("the bytes of the envelope differ, H9"), encoded);
        for (var created : List.of("+00:00", ".000Z", ".123456Z")) {
            var again = letter();
            again.text = letter.text.replaceAll("(<wsu:Created>[^<]*)Z<", "$1" + created + "<");
            suite.letter("R-04", "Created with " + created, Expect.accepted().due("duplicate"), again.freshMessageId());
        }
        var lower = letter();
        lower.text = letter.text;
        suite.letter("R-04", "a lower-case MessageID", Expect.accepted().due("duplicate"),
                lower.text("wsa:MessageID", "urn:uuid:" + Letter.uuid().toLowerCase(Locale.ROOT)));
    }

    private void time(String sent, String created, String expires) {
        suite.letter("R-05", sent, Expect.invalid(), letter().text("wsu:Created", created).text("wsu:Expires", expires));
    }

    private static String in(int minutes) {
        return java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).plusSeconds(60L * minutes).toString();
    }

    private void times() {
        time("expired ten minutes ago", in(-20), in(-10));
        time("made in ten minutes", in(10), in(20));
        time("Created is Expires", in(0), in(0));
        time("Created after Expires", in(2), in(1));
        time("lives for ten years", in(0), in(60 * 24 * 3650));
        time("lives for 24 hours and a minute", in(0), in(60 * 24 + 1));
        time("no zone", in(0).replace("Z", ""), in(10));
        time("year 9999", in(0), "9999-12-31T23:59:59Z");
        time("year 10^9", in(0), "1000000000-01-01T00:00:00Z");
        time("year -1", "-0001-01-01T00:00:00Z", in(10));
        time("leap second", in(0), "2026-12-31T23:59:60Z");
        time("24:00:00", in(0), in(10).substring(0, 10) + "T24:00:00Z");
        time("20 digits of fraction", in(0).replace("Z", ".12345678901234567890Z"), in(10));
        time("zone of 99 hours", in(0).replace("Z", "+99:00"), in(10));
        time("30 February", "2026-02-30T00:00:00Z", in(10));
        suite.elsewhere("R-05", "a replay after its key was forgotten", "the key lives as long as the message's row, 8 years, and a"
                + " Timestamp 24 hours");
    }

    /** R-06: unique messages of one partner; another is served all the while. */
    private void flood() {
        suite.look("R-06", FLOOD + " unique letters of one partner, and one of another now and then",
                "all stored once, the other in 1 s (no quota: the duplicate key is a row of the database and holds no memory)", () -> {
            var pool = Executors.newFixedThreadPool(16);
            var statuses = new TreeMap<Integer, Integer>();
            var all = new ArrayList<CompletableFuture<Integer>>();
            var source = bed.source();
            for (int i = 0; i < FLOOD; i++) {
                all.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return bed.send(source, letter()).status();
                    } catch (java.io.IOException e) {
                        return 0;
                    }
                }, pool));
            }
            long slowest = 0;
            for (int i = 0; i < 20; i++) {
                var other = bed.send(bed.source(), letter().from("other-1", "X1111"));
                slowest = Math.max(slowest, other.status() == 200 ? other.millis() : 99_999);
                Health.pause(50);
            }
            all.forEach(each -> statuses.merge(each.join(), 1, Integer::sum));
            pool.shutdown();
            return statuses.keySet().equals(java.util.Set.of(200)) && slowest < 1000 ? "" : statuses + ", the other's slowest " + slowest + " ms";
        });
    }
}
