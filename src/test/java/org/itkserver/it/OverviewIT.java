package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Overview and alerts on the real jar and PostgreSQL: a partner dies, and what people are told of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OverviewIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int LETTERS = 6;
    private static final Pattern ACCEPTED = Pattern.compile(", accepted: ([0-9]+)</title>");
    private static final Pattern SCRIPT = Pattern.compile("<script|\\sstyle=", Pattern.CASE_INSENSITIVE);

    private static final String WAITING =
            "select count(*) from message where direction = 'out' and partner = 'other-trust'"
                    + " and state not in ('sent', 'dead-letter', 'rejected')";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static BackEnd receiver;
    private static MailBox mailBox;
    private static int deadPort;
    private static Visitor admin;

    @BeforeAll
    static void start() throws IOException {
        postgres = new Postgres();
        receiver = new BackEnd(0);
        mailBox = new MailBox();
        deadPort = ServerProcess.freePort();
        server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                .with("ITK_ALERT_WEBHOOK", "http://127.0.0.1:" + receiver.port() + "/alerts")
                .with("ITK_ALERT_MAIL_TO", "ops@trust.example")
                .with("ITK_SMTP_HOST", "127.0.0.1")
                .with("ITK_SMTP_PORT", Integer.toString(mailBox.port()))
                .with("ITK_SMTP_FROM", "itk@trust.example")
                .with("ITK_RETRY_FIRST", "PT0.05S")
                .with("ITK_RETRY_LONGEST", "PT0.05S")
                .with("ITK_RETRY_ATTEMPTS", "1");
        server.directory(
                        """
                organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
                partners:
                  - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"] }
                  - id: other-trust
                    ods: [X1111]
                    usernames: [other-trust-1]
                    services: ["*"]
                    endpoints: { messages: "http://127.0.0.1:%d/messages" }
                routes:
                  - { address: "urn:nhs-uk:addressing:ods:X1111", partner: other-trust }
                """
                                .formatted(deadPort))
                .start();
        admin = Visitor.admin(server);
    }

    @AfterAll
    static void stop() {
        server.close();
        receiver.close();
        mailBox.close();
        postgres.close();
    }

    private static List<BackEnd.Call> notices(String state, String kind) {
        return receiver.calls.stream()
                .filter(call -> call.body().startsWith("{\"state\":\"" + state + "\",\"kind\":\"" + kind + "\""))
                .toList();
    }

    private static String letterTo(String address) {
        var id = Sample.uuid();
        var sample = Sample.of("send-cda-discharge");
        var message = sample.fill(server.url() + sample.path(), id)
                .replaceAll("urn:nhs-uk:addressing:ods:Z9999[^\"]*\"", address + "\"");
        assertEquals(200, sample.post(server.url(), message).status());
        return id;
    }

    private static String overview() {
        return admin.get("/admin/").body();
    }

    private static long count(String cause) {
        var found = postgres.column("select times from alert where cause = ? and closed_at is null", cause);
        return found.isEmpty() ? 0 : Long.parseLong(found.get(0));
    }

    @Test
    @Order(1)
    void aQuietServerSaysSoInOneSentence() {
        assertEquals(303, new Visitor(server.url()).get("/admin/").statusCode());
        // the trail is sealed every few seconds
        server.await(() -> overview().contains("up to date"), SOON);
        var page = overview();
        assertTrue(page.contains("Nothing needs you now."), page);
        assertTrue(page.contains("Nothing waits."), page);
        assertFalse(SCRIPT.matcher(page).find());
        assertFalse(page.contains("Version</dt>\n<dd class=\"nhsuk-summary-list__value\">unknown"), page);
    }

    @Test
    @Order(2)
    void aDeadPartnerIsOneAlertHoweverManyLettersItCosts() throws IOException {
        for (int i = 0; i < LETTERS; i++) {
            letterTo("urn:nhs-uk:addressing:ods:X1111:oncology");
        }
        server.await(() -> count("dead-letter:other-trust") == LETTERS, SOON);
        server.await(() -> count("partner-down:other-trust") == 1, SOON);
        server.await(() -> notices("open", "dead-letter").size() == 1, SOON);
        server.await(() -> notices("open", "partner-down").size() == 1, SOON);
        var told = notices("open", "dead-letter").get(0).body();
        assertTrue(told.contains("\"partner\":\"other-trust\"") && told.contains("\"node\":\"node-"), told);

        server.await(() -> mailBox.mails.size() == 2, SOON);

        var page = overview();
        assertTrue(page.contains("2 things need somebody.") && page.contains("Overview (2 alerts)"), page);
        assertTrue(page.contains("A partner cannot be reached: other-trust"), page);
        assertTrue(page.contains(LETTERS + " times"), page);
        assertTrue(page.indexOf("cannot be reached") < page.indexOf("could not be delivered"), "worst first");
        var link = "/admin/messages?what=all&amp;state=dead-letter&amp;partner=other-trust";
        assertTrue(page.contains(link), page);
        var listed = admin.get(link.replace("&amp;", "&")).body();
        assertTrue(listed.contains("dead letter"), listed);
        server.await(() -> metrics().contains("itk_alerts_open 2"), SOON);
    }

    private static String metrics() {
        try {
            return server.get("/metrics").body();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    @Order(3)
    void theChartsCountWhatWasCommitted() {
        server.await(
                () -> postgres.count(
                                "select coalesce(sum(total), 0) from traffic where kind = 'accepted' and partner = ''")
                        == LETTERS,
                SOON);
        var page = overview();
        // two bars when an hour began meanwhile
        int accepted = ACCEPTED.matcher(page)
                .results()
                .mapToInt(bar -> Integer.parseInt(bar.group(1)))
                .sum();
        assertEquals(LETTERS, accepted, page);
        assertTrue(page.contains("does not answer"), page);
    }

    @Test
    @Order(4)
    void aPartnerThatAnswersAgainClosesItsAlert() {
        try (var back = new BackEnd(deadPort)) {
            // each letter is tried only when the breaker lets one through
            server.await(
                    () -> {
                        if (back.calls.isEmpty()) {
                            letterTo("urn:nhs-uk:addressing:ods:X1111:oncology");
                        }
                        java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
                        return count("partner-down:other-trust") == 0;
                    },
                    SOON);
            // letters that still waited would be dead letters again
            server.await(() -> postgres.count(WAITING) == 0, SOON);
        }
        server.await(() -> notices("closed", "partner-down").size() == 1, SOON);
        assertEquals(
                "server over",
                postgres.column("select closed_by || ' ' || closed_reason from alert where cause like 'partner-down%'")
                        .get(0));
    }

    @Test
    @Order(5)
    void anOperatorClosesAnAlertWithAReasonAndTheTrailSaysWho() {
        var cause = "dead-letter:other-trust";
        var form = form("alert", cause, "episode", "1");
        assertEquals(403, admin.post("/admin/alerts/close", form).statusCode(), "without the form's token");
        assertEquals(400, admin.submit("/admin/alerts/close", form).statusCode(), "without a reason");
        assertEquals(
                400,
                admin.submit("/admin/alerts/close", form + "&" + form("reason", "my own words"))
                        .statusCode());
        assertTrue(count(cause) > 0);

        var answer = admin.submit("/admin/alerts/close", form + "&" + form("reason", "put right"));
        assertEquals(303, answer.statusCode());
        assertEquals(0, count(cause));
        assertTrue(overview().contains("Nothing needs you now."));
        server.await(() -> notices("closed", "dead-letter").size() == 1, SOON);
        var trail = postgres.column("select actor || ': ' || detail from audit_event where type = 'alert-closed'");
        assertEquals(1, trail.size());
        assertTrue(
                trail.get(0).matches("admin: dead-letter:other-trust, raised [0-9]+ times: put right"), trail.get(0));
        assertEquals(1, notices("open", "dead-letter").size(), "told once");
    }

    @Test
    @Order(6)
    void whoOpensManyContentsIsNoticed() {
        letterTo("urn:nhs-uk:addressing:ods:Z9999");
        var id = postgres.column("select id from message where direction = 'in' order by received_at desc limit 1")
                .get(0);
        for (int i = 0; i < 21; i++) {
            var answer = admin.submit("/admin/messages/" + id + "/payload", form("reason", "test message"));
            assertEquals(200, answer.statusCode());
            assertEquals(i < 20 ? 0 : 1, count("break-glass:admin"), "after " + (i + 1));
        }
        assertTrue(overview().contains("Somebody opened many contents: admin"));
        server.await(() -> notices("open", "break-glass").size() == 1, SOON);
        assertFalse(notices("open", "break-glass").get(0).body().contains("admin"), "no name leaves");
        assertEquals(1, postgres.count("select count(*) from audit_event where type = 'alert' and actor = 'admin'"));
    }
}
