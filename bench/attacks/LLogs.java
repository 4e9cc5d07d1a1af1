package attacks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** What a sender writes may break no log, and what it sends about people may be in none. */
final class LLogs {
    private final Suite suite;
    private final Bed bed;

    private LLogs(Suite suite) {
        this.suite = suite;
        this.bed = suite.bed;
    }

    static void run(Suite suite) throws Exception {
        var family = new LLogs(suite);
        family.injection();
        family.people();
        family.errors();
        family.console();
    }

    private void injection() {
        for (var value : List.of("a&#13;&#10;2026-01-01T00:00:00,000Z INFO  [Forged] forged line", "a&#10;b", "a&#x85;b", "a&#x2028;b&#x2029;c",
                "&#x202E;kcatta&#x200B;&#xFEFF;", "&#x9B;2Jhidden", "${jndi:ldap://127.0.0.1:" + bed.canary.port + "/a}", "%n%s%d{0}",
                "{\"level\":\"INFO\"}", "x".repeat(1000))) {
            var name = value.substring(0, Math.min(28, value.length()));
            for (var field : List.of("wsse:Username", "wsa:Action", "wsa:MessageID")) {
                suite.letter("L-01", field + " " + name, Expect.that("a fault, one audit row", r -> r.status() == 500).due("refused"),
                        bed.letter().text(field, value));
            }
            var tracking = bed.letter();
            tracking.swap("trackingid=\"" + tracking.trackingId(), "trackingid=\"" + value.replace("\"", "&quot;"));
            suite.letter("L-01", "tracking id " + name, Expect.invalid(), tracking);
            var headers = bed.letter();
            var text = value.replaceAll("&#[^;]*;", "");
            headers.headers.addAll(List.of("User-Agent: " + text, "Referer: " + text, "X-Forwarded-For: " + text));
            headers.text("wsa:MessageID", "none");
            suite.letter("L-01", "User-Agent " + name, Expect.invalid(), headers);
        }
        var type = bed.letter();
        type.contentType = "${jndi:ldap://127.0.0.1:" + bed.canary.port + "/a}\u001b[2J";
        suite.letter("L-01", "Content-Type with jndi and escape", Expect.that("415 or 400", r -> r.status() == 415 || r.status() == 400), type);
        suite.letter("L-01", "Username of 1 MB", Expect.invalid(), bed.letter().text("wsse:Username", "u".repeat(1_000_000)));
    }

    private void people() {
        var all = String.join(" ", Bed.PATIENT);
        suite.letter("L-02", "a letter about a planted patient", Expect.accepted(), bed.letter().payload("<t>" + all + "</t>"));
        suite.letter("L-02", "the same with an element that is no name", Expect.invalid(), bed.letter().payload("<9990000018 Zyxwvut-Planted>"));
        suite.letter("L-02", "the number as MessageID", Expect.invalid(), bed.letter().text("wsa:MessageID", "9990000018"));
        suite.letter("L-02", "the number as Action", Expect.invalid(), bed.letter().text("wsa:Action", "urn:x:9990000018"));
        suite.letter("L-02", "the number as Username", Expect.denied(), bed.letter().text("wsse:Username", "9990000018"));
        suite.letter("L-02", "the number in To", Expect.invalid(), bed.letter().text("wsa:To", "http://127.0.0.1/9990000018"));
        suite.look("L-02", "the patient in the log", "nowhere", () -> in(Files.readString(bed.log)));
        suite.look("L-02", "the patient in the figures", "nowhere", () -> in(bed.send("127.0.0.1", get("/metrics")).all()));
        suite.look("L-02", "the patient in the trail", "nowhere but in what was stored under payload rights", () -> {
            for (var word : Bed.PATIENT) {
                if (bed.count("select count(*) from audit_event where position(? in concat_ws(' ', tracking_id, service, actor, source,"
                        + " detail)) > 0", word) > 0) {
                    return word + ": " + bed.value("select type || ' ' || actor || ' ' || detail from audit_event where"
                            + " position(? in concat_ws(' ', tracking_id, service, actor, source, detail)) > 0", word);
                }
            }
            return "";
        });
        suite.look("L-02", "the patient in a thread dump", "nowhere", () -> in(SIdentity.shell("jcmd " + bed.pid + " Thread.print")));
    }

    private static String in(String text) {
        return Bed.PATIENT.stream().filter(text::contains).findFirst().map(word -> word + " is there").orElse("");
    }

    private Letter get(String path) {
        var out = bed.letter();
        out.method = "GET";
        out.path = path;
        out.bytes = new byte[0];
        out.soapActions.clear();
        out.contentType = null;
        return out;
    }

    private void errors() {
        suite.attack("L-03", "GET of nothing", Expect.that("404", r -> r.status() == 404), source -> bed.send(source, get("/nothing/at/all")));
        suite.attack("L-03", "GET with a bad escape", Expect.that("400 or 404", r -> r.status() == 400 || r.status() == 404),
                source -> bed.send(source, get("/itk/%zz")));
        suite.attack("L-03", "console page that does not exist", Expect.that("303, 403 or 404", r -> r.status() == 404 || r.status() == 303
                || r.status() == 403), source -> bed.send(source, get("/admin/nothing")));
        suite.attack("L-03", "API without a token", Expect.that("401", r -> r.status() == 401), source -> bed.send(source, get("/api/inbox")));
        suite.attack("L-03", "plain HTTP to the TLS port", Expect.that("no HTTP answer that tells anything", r -> r.all().length() < 200),
                source -> {
            try (var line = new Line(source, bed.https, null)) {
                line.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return line.answers(1500);
            }
        });
        suite.look("L-03", "the ErrorID of a fault", "finds the log line and the audit row", () -> {
            var reply = bed.send(bed.source(), bed.letter().text("wsa:MessageID", "none"));
            var id = reply.body().replaceAll("(?s).*?ErrorID[^>]*>([^<]*)<.*", "$1");
            Health.pause(100);
            return id.length() == 36 && Files.readString(bed.log).contains(id)
                    && bed.count("select count(*) from audit_event where error_id = ?", id) == 1 ? "" : "ErrorID " + id;
        });
        suite.elsewhere("L-03", "the database away", "DatabaseAwayIT");
    }

    /** The console's family of cases, each by the test that holds it. */
    private void console() {
        suite.elsewhere("P-01", "stored scripts", "HostileRowsTest, HostileRetention, BrowserIT");
        suite.elsewhere("P-02", "forms of somebody else", "ConsoleSecurityIT.aFormOfSomebodyElseIsNotDone, lookingChangesNothing");
        suite.elsewhere("P-03", "what belongs to others", "ConsoleSecurityIT.whatIsDeniedLooksTheSameWhetherItExistsOrNot,"
                + " payloadsComeForAFormAlone (one organisation a server: no tenants)");
        suite.elsewhere("P-04", "roles and routes", "ConsoleSecurityIT.everyRouteLetsInWhomItsRuleNamesAndNobodyElse, RulesTest");
        suite.elsewhere("P-05", "sessions", "ConsoleSecurityIT.aSessionIsNewAtSignInAndOverAfterSignOut, overTlsTheCookieIsForTlsAlone");
        suite.elsewhere("P-06", "signing in", "ConsoleSecurityIT.guessingIsSlowedDownAndTellsNothing, FirstRunTest, SignInThrottleTest");
        suite.elsewhere("P-07", "SQL in searches", "bench/attacks/sqlmap");
        suite.elsewhere("P-08", "searches that cost much", "SearchFormTest, MessageSearchContract; bench/search/run");
        suite.elsewhere("P-09", "formulas in CSV", "AuditFormatTest");
        suite.elsewhere("P-10", "paths", "ConsoleSecurityIT.noPathLeadsOutOfTheConsole");
        suite.elsewhere("P-11", "frames and caches", "ConsoleSecurityIT.noPageIsKeptOrFramed");
        suite.elsewhere("P-12", "people in URLs", "ConsoleSecurityIT, BrowserIT: a search for a patient is a POST");
        suite.elsewhere("P-13", "many payloads opened", "BreakGlassTest, PayloadAuditTest");
    }
}
