package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do with messages at the console, on the real jar and PostgreSQL, seen from the partner and the back end. */
class RepairsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MANY = 25;
    private static final String WHY = form("reason", "the partner was out of service", "reference", "INC-42");
    private static final String PASSWORD = "a word for the tests";
    private static final Pattern PLAN = Pattern.compile("name=\"plan\" value=\"([0-9]+)\"");

    private static final String HELD_UP = "select count(*) from pg_stat_activity where datname = current_database()"
            + " and wait_event_type = 'Lock' and query like '%update bulk_resend set node%'";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static BackEnd application;
    private static BackEnd gp;
    private static BackEnd hospital;
    /** Of messages that are no part of a bulk resend. */
    private static BackEnd clinic;

    private static int deadPort;
    private static ApiCaller api;
    private static Visitor admin;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres();
        application = new BackEnd(0);
        gp = new BackEnd(0);
        hospital = new BackEnd(0);
        clinic = new BackEnd(0);
        deadPort = ServerProcess.freePort();
        server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                .with("ITK_RETRY_FIRST", "PT0.05S")
                .with("ITK_RETRY_LONGEST", "PT0.05S")
                .with("ITK_RETRY_ATTEMPTS", "1");
        server.directory(directory()).start();
        api = ApiCaller.of(server, new OpenApi(server.get("/api/openapi.yaml").body()));
        admin = Visitor.admin(server);
        viewer();
    }

    private static String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%1$d/gp" } }
              - { id: hospital, ods: [X1111], usernames: [hospital-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%2$d/hospital" } }
              - { id: clinic, ods: [X3333], usernames: [clinic-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%5$d/clinic" } }
              - { id: sleeper, ods: [X2222], usernames: [sleeper-1], services: ["*"], endpoints: { messages: "http://127.0.0.1:%3$d/sleeper" } }
            handlers:
              application: { http: "http://127.0.0.1:%4$d/application", timeout: PT60S }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Z9999", handler: application }
            """
                .formatted(gp.port(), hospital.port(), deadPort, application.port(), clinic.port());
    }

    /** Somebody who may look only, with a password whose hash costs nothing. */
    private static void viewer() throws Exception {
        var salt = new byte[16];
        var hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), salt, 1, 256))
                .getEncoded();
        var base64 = Base64.getEncoder();
        postgres.execute("insert into admin_user (name, password_hash, roles, must_change, created_at,"
                + " password_changed_at) values ('viewer', 'pbkdf2-sha256$1$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(hash) + "', 'viewer', false, now(), now())");
    }

    @AfterAll
    static void stop() {
        server.close();
        application.close();
        gp.close();
        hospital.close();
        clinic.close();
        postgres.close();
    }

    @BeforeEach
    void well() {
        for (var peer : List.of(application, gp, hospital, clinic)) {
            peer.status = 200;
        }
    }

    private static String submit(String ods) {
        var id = Sample.uuid();
        var answer = api.post(
                "/api/messages",
                """
                {'trackingId':'%s','service':'SendCDADocument-v2-0','to':['urn:nhs-uk:addressing:ods:%s:ward'],
                'payloads':[{'mimeType':'text/xml','profileId':'urn:nhs-en:profile:nonCodedCDADocument-v2-0',
                'content':'<a xmlns=\\"urn:x\\"/>'}]}"""
                        .formatted(id, ods));
        assertEquals(202, answer.status(), answer.body());
        return id;
    }

    private static String receive() {
        var id = Sample.uuid();
        assertEquals(200, Sample.of("send-cda-discharge").send(server.url(), id).status());
        return id;
    }

    private static String state(String trackingId) {
        return postgres.column("select state from message where tracking_id = ?", trackingId)
                .get(0);
    }

    private static void awaitState(String trackingId, String state) {
        server.await(() -> state(trackingId).equals(state), SOON);
    }

    private static String page(String trackingId) {
        var id = postgres.column("select id from message where tracking_id = ?", trackingId)
                .get(0);
        return "/admin/messages/" + id;
    }

    private static List<String> trail(String type, String trackingId) {
        return postgres.column(
                "select actor || ': ' || detail from audit_event where type = ? and tracking_id = ? order by at",
                type,
                trackingId);
    }

    private static void repaired(String page, String what, String form, String banner) {
        var answer = admin.submit(page + "/" + what, form);
        assertEquals(303, answer.statusCode(), answer.body());
        assertTrue(
                answer.headers().firstValue("Location").orElse("").endsWith(page),
                answer.headers().toString());
        assertTrue(admin.get(page).body().contains(banner), "told");
        assertFalse(admin.get(page).body().contains(banner), "told once");
    }

    @Test
    void aDeadLetterIsSentAgainWhenItsPartnerIsBack() {
        var id = submit("X2222");
        awaitState(id, "dead-letter");
        var page = page(id);
        var body = admin.get(page).body();
        assertTrue(body.contains("Send again") && body.contains("Give up"), body);
        assertTrue(body.contains("<strong>Send again or give up</strong>"), body);
        assertFalse(body.contains("Try again</span>") || body.contains("Mark as seen"), body);
        var noReason = admin.submit(page + "/resend", "reason=my+own+words");
        assertEquals(400, noReason.statusCode());
        assertTrue(noReason.body().contains("Choose why"), noReason.body());
        assertEquals(
                400,
                admin.submit(
                                page + "/resend",
                                form("reason", "test message", "reference", "943 476 5919".replace(" ", "")))
                        .statusCode());
        try (var back = new BackEnd(deadPort)) {
            repaired(page, "resend", WHY, "It is being sent again.");
            awaitState(id, "sent");
            assertEquals(1, back.calls.size());
            assertTrue(back.calls.get(0).body().contains(id));
        }
        assertEquals(
                List.of("admin: to sleeper/messages: the partner was out of service, INC-42"), trail("resending", id));
        assertTrue(
                trail("sent", id).get(0).contains("attempt 2"),
                trail("sent", id).toString());
        assertEquals(
                0,
                postgres.count("select count(*) from message where tracking_id = ? and reason is not null", id),
                "nothing is wrong with it any more");
        assertTrue(admin.get(page).body().contains("Send again"), "once more is possible, the partner may ask");
    }

    @Test
    void whatAnApplicationDidNotTakeIsGivenToItAgain() {
        for (int status : List.of(404, 500)) {
            application.status = status;
            var id = receive();
            awaitState(id, status == 404 ? "rejected" : "dead-letter");
            var next = status == 404 ? "Read the reason" : "Try again or give up";
            assertTrue(admin.get(page(id)).body().contains("<strong>" + next + "</strong>"));
            int before = application.of(id).size();
            assertEquals(1, before);

            application.status = 200;
            repaired(page(id), "retry", WHY, "It is given to its handlers again.");
            awaitState(id, "handled");
            var calls = application.of(id);
            assertEquals(before + 1, calls.size());
            assertEquals(Integer.toString(before + 1), calls.get(before).header("Itk-attempt"));
            assertEquals(1, trail("retrying", id).size());
            var again = admin.submit(page(id) + "/retry", WHY);
            assertEquals(303, again.statusCode());
            assertTrue(admin.get(page(id)).body().contains("Not done. It is neither a dead letter nor rejected."));
        }
    }

    @Test
    void aDeadLetterIsGivenUp() {
        clinic.status = 500;
        var id = submit("X3333");
        awaitState(id, "dead-letter");
        repaired(page(id), "give-up", form("reason", "no longer needed"), "It is given up.");
        assertEquals("rejected", state(id));
        assertEquals(
                List.of("given up: no longer needed"),
                postgres.column("select reason from message where tracking_id = ?", id));
        assertEquals(List.of("admin: no longer needed"), trail("given-up", id));
        var body = admin.get(page(id)).body();
        assertTrue(body.contains("given up: no longer needed") && !body.contains("Give up</"), body);
        assertFalse(body.contains("Read the reason"), "nobody is reminded");
        assertEquals(1, callsAbout(clinic, id), "it is not tried any more");
    }

    @Test
    void anAcknowledgementThatMatchesNothingIsMarkedAsSeen() {
        var id = Sample.uuid();
        var sample = Sample.of("send-infrastructure-ack");
        var ack = sample.fill(server.url() + sample.path(), id)
                .replaceAll("trackingIdRef=\"[^\"]*\"", "trackingIdRef=\"" + Sample.uuid() + "\"");
        assertEquals(200, sample.post(server.url(), ack).status());
        assertTrue(admin.get("/admin/messages?what=unmatched").body().contains(page(id) + "\""));
        repaired(page(id), "seen", "", "It is marked as seen.");
        assertFalse(admin.get("/admin/messages?what=unmatched").body().contains(page(id) + "\""));
        assertTrue(admin.get("/admin/messages?what=acknowledgements").body().contains(page(id) + "\""));
        assertEquals(1, trail("ack-seen", id).size());
    }

    private static long callsAbout(BackEnd peer, String trackingId) {
        return peer.calls.stream()
                .filter(call -> call.body().contains("trackingid=\"" + trackingId + "\""))
                .count();
    }

    /** So many messages that a partner refused for good, and takes now. */
    private static List<String> refused(BackEnd peer, String ods) {
        peer.status = 500;
        peer.answer = BackEnd.FAULT_1000;
        var ids = new ArrayList<String>();
        for (int i = 0; i < MANY; i++) {
            ids.add(submit(ods));
        }
        ids.forEach(id -> awaitState(id, "rejected"));
        peer.status = 200;
        peer.answer = "";
        return ids;
    }

    private static String refusedBy(String partner) {
        return form("state", "rejected", "partner", partner, "direction", "out");
    }

    /** The number of a plan for all that a search finds. */
    private static String planned(String search, int messages) {
        var answer = admin.submit("/admin/resends/plan", search);
        assertEquals(303, answer.statusCode(), answer.body());
        var plan = admin.get("/admin/resends/plan").body();
        assertTrue(plan.contains("<strong>" + messages + "</strong> message"), plan);
        var number = PLAN.matcher(plan);
        assertTrue(number.find());
        return number.group(1);
    }

    private static HttpResponse<String> start(String plan, int count, int rate) {
        var form = form("plan", plan, "count", Integer.toString(count), "rate", Integer.toString(rate));
        return admin.submit("/admin/resends", form + "&" + WHY);
    }

    private static String job(HttpResponse<String> started) {
        assertEquals(303, started.statusCode(), started.body());
        return started.headers().firstValue("Location").orElseThrow().replaceFirst(".*/admin/", "/admin/");
    }

    private static long resent(String job) {
        return postgres.count(
                "select count(*) from bulk_resend_item where outcome = 'resent' and job_id = ?", number(job));
    }

    private static long number(String job) {
        return Long.parseLong(job.substring(job.lastIndexOf('/') + 1));
    }

    private static String fact(String page, String name) {
        var found = Pattern.compile(
                        "<dt[^>]*>" + Pattern.quote(name) + "</dt>\\s*<dd[^>]*>([^<]*)<", Pattern.CASE_INSENSITIVE)
                .matcher(page);
        assertTrue(found.find(), name + " in " + page);
        return found.group(1).strip();
    }

    private static List<String> bulkEvents(String type, String job) {
        return postgres.column(
                "select actor || ': ' || detail from audit_event where type = ? and detail like ?",
                type,
                "bulk resend " + number(job) + "%");
    }

    private static int sum(List<String> ids, ToIntFunction<String> number) {
        return ids.stream().mapToInt(number).sum();
    }

    @Test
    void aBulkResendIsPlannedAndStopped() {
        var ids = refused(hospital, "X1111");
        long jobs = postgres.count("select count(*) from bulk_resend");
        assertEquals(303, admin.submit("/admin/resends/plan", "").statusCode(), "everything is no search");
        var plan = planned(refusedBy("hospital"), MANY);
        assertEquals(400, start(plan, MANY - 1, 3).statusCode());
        assertEquals(400, start(plan, MANY, 101).statusCode());
        var wrong = admin.submit(
                "/admin/resends", form("plan", plan, "count", Integer.toString(MANY), "rate", "3", "reason", "mine"));
        assertEquals(400, wrong.statusCode());
        assertEquals(jobs, postgres.count("select count(*) from bulk_resend"), "nothing has begun");

        // slow enough for the pages below on a busy machine
        var job = job(start(plan, MANY, 1));
        var other = planned(form("trackingId", ids.get(MANY - 1)), 1);
        assertEquals(303, start(plan, MANY, 1).statusCode(), "a plan is good for once");
        assertEquals(409, start(other, 1, 1).statusCode(), "one at a time");
        server.await(() -> resent(job) >= 4, SOON);
        assertTrue(admin.get(job).body().contains("action=\"" + job + "/stop\""));
        assertEquals(303, admin.submit(job + "/stop", "").statusCode());
        var page = admin.get(job).body();
        assertTrue(page.contains("It is stopped."), page);
        assertFalse(admin.get(job).body().contains("It is stopped."), "told once");
        long resent = resent(job);
        assertTrue(resent >= 4 && resent < MANY, "stopped after " + resent);
        assertEquals(Long.toString(resent), fact(page, "Sent again"));
        assertEquals(Long.toString(MANY - resent), fact(page, "Left"));
        assertEquals("admin", fact(page, "Ended by"));
        assertFalse(page.contains("/stop\""), page);
        server.await(() -> sum(ids, id -> state(id).equals("sent") ? 1 : 0) == resent, SOON);
        admin.submit(job + "/stop", "");
        assertTrue(admin.get(job).body().contains("Not done. It does not run any more."));
        assertEquals(resent, resent(job));
        ids.forEach(id -> assertEquals(state(id).equals("sent") ? 2 : 1, callsAbout(hospital, id), id));
        ids.forEach(id -> assertEquals(
                state(id).equals("sent") ? 1 : 0, trail("resending", id).size()));
        assertEquals(1, bulkEvents("bulk-resend-started", job).size());
        assertEquals(List.of("admin: bulk resend " + number(job)), bulkEvents("bulk-resend-stopped", job));
        assertEquals(0, bulkEvents("bulk-resend-ended", job).size());
        assertTrue(admin.get("/admin/resends").body().contains("<td>stopped</td>"));
    }

    @Test
    void aBulkResendGoesOnAfterACrash() throws Exception {
        var ids = refused(gp, "Y9999");
        var job = job(start(planned(refusedBy("gp-system"), MANY), MANY, 3));
        server.await(() -> resent(job) >= 6, SOON);
        // what is in the air during a crash may come twice: the runner is held up until all of it has arrived
        try (var holding = postgres.connect();
                var statement = holding.createStatement()) {
            holding.setAutoCommit(false);
            statement.execute("select 1 from bulk_resend where id = " + number(job) + " for update");
            server.await(() -> postgres.count(HELD_UP) == 1, SOON);
            server.await(() -> sum(ids, id -> state(id).equals("sent") ? 1 : 0) == resent(job), SOON);
            server.kill();
        }
        assertTrue(resent(job) < MANY, "in the middle");
        server.start();
        admin = Visitor.admin(server);
        server.await(
                () -> postgres.count("select count(*) from bulk_resend where state = 'done' and id = ?", number(job))
                        == 1,
                SOON);
        ids.forEach(id -> awaitState(id, "sent"));
        ids.forEach(id -> assertEquals(2, callsAbout(gp, id), id));
        ids.forEach(id -> assertEquals(1, trail("resending", id).size(), id));
        assertEquals(
                List.of("server: bulk resend " + number(job) + ": " + MANY + " sent again, 0 not"),
                bulkEvents("bulk-resend-ended", job));
        var page = admin.get(job).body();
        assertEquals(Integer.toString(MANY), fact(page, "Sent again"));
        assertEquals("0", fact(page, "Not sent again"));
        assertEquals("0", fact(page, "Left"));
        assertEquals("server", fact(page, "Ended by"));
        assertFalse(page.contains("/stop\"") || page.contains("Refresh"), page);
    }

    @Test
    void whoMayLookOnlyAndWhoComesFromElsewhereRepairsNothing() {
        clinic.status = 500;
        var id = submit("X3333");
        awaitState(id, "dead-letter");
        var message = page(id);
        var viewer = Visitor.of(server.url(), "viewer", PASSWORD);
        assertFalse(viewer.get(message).body().contains("What you can do"));
        var list = viewer.get("/admin/messages?state=dead-letter").body();
        assertFalse(list.contains("Resend what this search finds") || list.contains("/admin/resends"), list);
        assertEquals(403, viewer.get("/admin/resends").statusCode());
        assertEquals(403, viewer.get("/admin/resends/plan").statusCode());
        var paths = List.of(
                message + "/resend",
                message + "/retry",
                message + "/give-up",
                message + "/seen",
                "/admin/resends",
                "/admin/resends/plan",
                "/admin/resends/1/stop");
        long jobs = postgres.count("select count(*) from bulk_resend");
        for (var path : paths) {
            var form = form("state", "dead-letter") + "&" + WHY;
            assertEquals(403, viewer.submit(path, form).statusCode(), path);
            assertEquals(403, admin.post(path, form).statusCode(), path + " without token");
            var whole = form("token", admin.token()) + "&" + form;
            assertEquals(
                    403,
                    admin.post(path, whole, "Origin", "https://evil.example").statusCode(),
                    path + " from elsewhere");
        }
        assertEquals("dead-letter", state(id));
        assertEquals(jobs, postgres.count("select count(*) from bulk_resend"));
        assertEquals(List.of(), trail("resending", id));
    }
}
