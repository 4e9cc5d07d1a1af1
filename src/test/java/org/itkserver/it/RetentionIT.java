package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destruction on the real jar and PostgreSQL: gone, told, proven; and nothing is handled again because of it. */
class RetentionIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String BYTES =
            "select count(*) from message_part where message_id in (select id from message where tracking_id = ?)";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static BackEnd partner;
    private static ApiCaller api;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres();
        partner = new BackEnd(0);
        partner.answer = ApiContract.OK;
        server = postgres.configure(ServerProcess.at(folder.resolve("home"))).with("ITK_RETENTION_INTERVAL", "PT1S");
        server.directory(directory()).start();
        api = ApiCaller.of(server, new OpenApi(server.get("/api/openapi.yaml").body()));
    }

    private static String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%1$d/gp" } }
              - { id: registry, ods: [Y7777], usernames: [registry-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%1$d/registry" } }
            services:
              - { name: SendCDADocument-v2-0, ackDeadline: PT1S, retention: { payload: PT0S } }
              - { name: verifyNHSNumber-v1-0, handler: sample, retention: { payload: PT0S } }
            """
                .formatted(partner.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        partner.close();
        postgres.close();
    }

    private static boolean isGone(String trackingId) {
        return postgres.count(BYTES, trackingId) == 0;
    }

    @Test
    void whatIsDestroyedIsGoneAndEverybodyIsToldSo() throws Exception {
        var held = Sample.uuid();
        var free = Sample.uuid();
        var asked = Sample.uuid();
        var admin = Visitor.admin(server);
        var set = form("trackingId", held, "reason", "subject access request", "reference", "CASE-1");
        assertEquals(303, admin.submit("/admin/retention/holds/set", set).statusCode());
        var letter = Sample.of("send-cda-discharge");
        var query = Sample.of("verify-nhs-number");
        letter.send(server.url(), held);
        var first = letter.send(server.url(), free);
        assertEquals(200, query.send(server.url(), asked).status());
        server.await(() -> isGone(free) && isGone(asked), SOON);

        var payload = api.get("/api/messages/" + free + "/payloads/1");
        assertEquals(410, payload.status(), payload.body());
        assertTrue(payload.json().get("destroyedAt").asText().endsWith("Z"), payload.body());
        assertEquals(200, api.get("/api/messages/" + free).status());
        var decided = api.post("/api/messages/" + free + "/business-ack", "{'outcome':'accepted'}");
        assertEquals(410, decided.status(), decided.body());
        assertEquals(200, api.get("/api/messages/" + held + "/payloads/1").status());

        var copy = letter.send(server.url(), free);
        assertEquals(first.status(), copy.status());
        var again = query.send(server.url(), asked);
        assertEquals("2200", again.errorCode(), again.body());
        for (var trackingId : new String[] {free, asked}) {
            assertEquals(1, postgres.count("select count(*) from message where tracking_id = ?", trackingId));
            assertEquals(1, events("duplicate", trackingId));
        }
        assertEquals(1, events("answered", asked), "it was not handled again");

        var hold = postgres.column("select cast(id as text) from legal_hold where tracking_id = ?", held)
                .get(0);
        var lift = form("hold", hold, "reason", "the case is closed", "reference", "CASE-1");
        assertEquals(303, admin.submit("/admin/retention/holds/lift", lift).statusCode());
        server.await(() -> isGone(held), SOON);
        assertTrue(postgres.count("select count(*) from purge_run where state = 'done' and contents > 0") > 0);
        var report = verify();
        assertTrue(report.contains("INTACT") && report.contains(" of them purged)"), report);
    }

    @Test
    void aResponseIsDestroyedWithItsRequest() {
        var asked = Sample.uuid();
        partner.answer = ApiContract.response(
                "<itk:manifestitem id=\"uuid_1\" mimetype=\"text/xml\"/>",
                "<itk:payload id=\"uuid_1\"><r xmlns=\"\">yes</r></itk:payload>");
        assertEquals(
                202, api.post("/api/messages", ApiContract.query(asked, "PT0S")).status());
        server.await(
                () -> api.get("/api/messages/" + asked + "/response/payloads/1").status() == 410, SOON);
        assertTrue(isGone(asked));
        partner.answer = ApiContract.OK;
    }

    @Test
    void theConsoleSaysWhatIsHeldAndWhatIsGone() throws Exception {
        var number = "9990000018";
        var admin = Visitor.admin(server);
        var set = form("nhsNumber", "999 000 0018", "reason", "subject access request", "reference", "SAR-7");
        assertEquals(303, admin.submit("/admin/retention/holds/set", set).statusCode());
        var holds = admin.get("/admin/retention/holds").body();
        assertTrue(holds.contains("is set. ") && holds.contains("SAR-7") && !holds.contains(number), holds);
        var id = Sample.uuid();
        Sample.of("send-cda-discharge").send(server.url(), id);
        var path = RetentionStops.message(admin, id);
        assertTrue(admin.get(path).body().contains("<strong>Held</strong> by"));
        assertEquals(
                200,
                admin.submit(path + "/payload", form("reason", "test message")).statusCode());

        var hold = RetentionStops.first(admin, "/admin/retention/holds", "lift\\?hold=([0-9]+)");
        assertEquals(
                400,
                admin.submit("/admin/retention/holds/lift", form("hold", hold)).statusCode());
        var lift = form("hold", hold, "reason", "the case is closed", "reference", "SAR-7");
        assertEquals(303, admin.submit("/admin/retention/holds/lift", lift).statusCode());
        server.await(() -> isGone(id) && admin.get(path).body().contains("was destroyed on"), SOON);
        isGoneAtTheConsole(admin, path);

        assertEquals(
                2,
                postgres.count(
                        "select count(*) from audit_event where actor = 'admin' and detail like ?",
                        "hold " + hold + "%SAR-7%"));
        for (var table : List.of("audit_event", "legal_hold")) {
            assertEquals(
                    0,
                    postgres.count(
                            "select count(*) from " + table + " t where cast(t as text) like ?", "%" + number + "%"));
        }
        assertFalse(Files.readString(server.log()).contains(number));
        isProven(admin, id);
    }

    private static void isGoneAtTheConsole(Visitor admin, String path) {
        long looked = postgres.count("select count(*) from audit_event where type = ?", "payload-viewed");
        for (var action : List.of("/payload", "/download", "/resend", "/retry")) {
            var answer = admin.submit(path + action, form("reason", "test message"));
            assertEquals(410, answer.statusCode(), action);
            assertTrue(
                    answer.body().matches("(?s).*The content was destroyed on [^<]* UTC \\(batch [0-9]+\\)\\..*"),
                    action);
            assertFalse(
                    answer.body().contains("ClinicalDocument") || answer.body().contains("Open the content"));
        }
        assertEquals(looked, postgres.count("select count(*) from audit_event where type = ?", "payload-viewed"));
    }

    private static void isProven(Visitor admin, String id) {
        long exports = postgres.count("select count(*) from audit_event where type = ?", "exported");
        var message = postgres.column("select id from message where tracking_id = '" + id + "'")
                .get(0);
        var batch = postgres.column("select batch from destroyed_message where message_id = " + message)
                .get(0);
        var batches = admin.submit("/admin/retention/proof/csv", "");
        assertTrue(batches.body().startsWith("batch,kind,messages,"), batches.body());
        var line = batches.body()
                .lines()
                .filter(l -> l.startsWith(batch + ",content,"))
                .findFirst()
                .orElseThrow();
        var cells = line.split(",");
        assertEquals(64, cells[10].length(), line);
        var one = form("batch", batch, "at", cells[7]);
        assertEquals(200, admin.get("/admin/retention/proof/batch?" + one).statusCode());
        assertTrue(
                admin.submit("/admin/retention/proof/batch/csv", one).body().contains("," + message + "," + id + ","));
        var leaves = admin.submit("/admin/retention/proof/batch/ndjson", one).body();
        assertTrue(leaves.contains("\"message\":" + message + ",\"trackingId\":\"" + id), leaves);
        server.await(
                () -> postgres.count("select count(*) from audit_event where type = ?", "exported") == exports + 6,
                SOON);
    }

    private static long events(String type, String trackingId) {
        return postgres.count("select count(*) from audit_event where type = ? and tracking_id = ?", type, trackingId);
    }

    private static String verify() throws Exception {
        var command = Path.of(System.getProperty("itk.basedir", "."), "bin", "verify-audit")
                .toAbsolutePath();
        var builder = new ProcessBuilder("sh", command.toString(), "--payloads").redirectErrorStream(true);
        var env = builder.environment();
        env.keySet().removeIf(name -> name.startsWith("ITK_"));
        env.put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + env.get("PATH"));
        env.put("ITK_HOME", server.home().toString());
        env.put("ITK_DB_URL", postgres.url());
        env.put("ITK_DB_USER", "postgres");
        var jar = Path.of(System.getProperty("itk.jar", "target/itk-transport-server-bootable.jar"));
        env.put("ITK_JAR", jar.toAbsolutePath().toString());
        var process = builder.start();
        var text = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(180, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), text);
        return text;
    }
}
