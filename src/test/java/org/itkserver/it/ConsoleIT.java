package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console on the real jar and PostgreSQL, as a browser without JavaScript sees it. */
class ConsoleIT {
    private static final Pattern HIDDEN = Pattern.compile("<input[^>]*type=\"hidden\"[^>]*>");
    private static final Pattern LINK = Pattern.compile("href=\"(/admin/messages/[0-9]+)\"");

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;

    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    @BeforeAll
    static void start() {
        postgres = new Postgres();
        server = postgres.configure(ServerProcess.at(folder.resolve("home"))).start();
    }

    @AfterAll
    static void stop() {
        server.close();
        postgres.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path)).build();
        return browser.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private String body(String path) {
        try {
            return get(path).body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> post(String path, String form) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", server.url())
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        return browser.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> signIn(String password) throws Exception {
        return post("/admin/login", "name=admin&password=" + URLEncoder.encode(password, StandardCharsets.UTF_8));
    }

    /** The page's own hidden fields, as a browser would send them back. */
    private static String hidden(String page) {
        var out = new StringBuilder();
        var matcher = HIDDEN.matcher(page);
        if (matcher.find()) {
            out.append(attribute(matcher.group(), "name"))
                    .append('=')
                    .append(URLEncoder.encode(attribute(matcher.group(), "value"), StandardCharsets.UTF_8));
        }
        return out.toString();
    }

    private static String attribute(String tag, String name) {
        int start = tag.indexOf(name + "=\"") + name.length() + 2;
        return tag.substring(start, tag.indexOf('"', start));
    }

    private static long count(String type) {
        return postgres.count("select count(*) from audit_event where type = ?", type);
    }

    @Test
    void nothingIsShownBeforeSigningIn() throws Exception {
        for (var path :
                new String[] {"/", "/admin/", "/admin/messages", "/admin/messages/1000", "/admin/audit", "/admin/events"
                }) {
            assertTrue(get(path).uri().getPath().equals("/admin/login"), path);
        }
    }

    @Test
    void aWrongPasswordIsRefusedAndAudited() throws Exception {
        long before = count("sign-in-failed");
        assertEquals(403, signIn("wrong").statusCode());
        assertEquals(before + 1, count("sign-in-failed"));
    }

    @Test
    void aPersonFindsAMessageAndOpensItsPayload() throws Exception {
        var id = Sample.uuid();
        long viewed = count("payload-viewed");
        Sample.of("send-cda-discharge").send(server.url(), id);
        assertEquals(200, signIn(server.adminPassword()).statusCode());

        var list = get("/admin/messages?trackingId=" + id).body();
        assertTrue(list.contains(id) && !list.contains("ClinicalDocument"), list);
        var link = LINK.matcher(list);
        assertTrue(link.find());
        var page = get(link.group(1)).body();
        assertTrue(page.contains("accepted") && page.contains("gp-system"), page);
        assertFalse(page.contains("ClinicalDocument"));
        assertFalse(page.contains("99900000"), "no NHS number on the page");

        assertEquals(403, post(link.group(1) + "/payload", "").statusCode(), "without the form's token");
        assertEquals(viewed, count("payload-viewed"));
        assertEquals(400, post(link.group(1) + "/payload", hidden(page)).statusCode(), "without a reason");
        assertEquals(viewed, count("payload-viewed"));
        var payload = post(link.group(1) + "/payload", hidden(page) + "&reason=test+message&reference=INC-7");
        assertEquals(200, payload.statusCode());
        assertTrue(payload.body().contains("&lt;ClinicalDocument"), "escaped");
        assertEquals(viewed + 1, count("payload-viewed"));
        var policy = payload.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(policy.startsWith("default-src 'none'") && !policy.contains("unsafe"), policy);
    }

    @Test
    void aPatientsMessagesAreFoundWithoutTheNumberInAnAddress() throws Exception {
        var id = Sample.uuid();
        Sample.of("send-cda-discharge").send(server.url(), id);
        signIn(server.adminPassword());
        long before = count("searched");
        var number = "nhsNumber=999+000+0018";

        assertEquals(403, post("/admin/messages/search", number).statusCode(), "without the form's token");
        var token = hidden(get("/admin/messages").body());
        var found = post("/admin/messages/search", token + "&" + number);

        assertEquals(
                "/admin/messages?saved=1",
                found.uri().toString().substring(server.url().length()));
        assertTrue(found.body().contains(id), found.body());
        assertFalse(found.body().contains("9990000018") || found.body().contains("999 000 0018"));
        assertEquals(before + 1, count("searched"));
        var other = post("/admin/messages/search", token + "&nhsNumber=9990000026&trackingId=" + id);
        assertFalse(other.body().contains(">" + id), other.body());
        assertEquals(
                400, post("/admin/messages/search", token + "&nhsNumber=12").statusCode());
    }

    @Test
    void aRefusedMessageIsFoundByItsErrorIdAndOpenedForAReason() throws Exception {
        var refused =
                Attempt.soap11(server.url()).text("wsse:Username", "nobody-1").send();
        var errorId = refused.text("ErrorID");
        signIn(server.adminPassword());
        long before = count("payload-viewed");
        assertEquals(400, get("/admin/refused?error=nonsense").statusCode());
        assertEquals(404, get("/admin/refused?error=" + Sample.uuid()).statusCode());
        assertTrue(get("/admin/audit?type=refused").body().contains("href=\"/admin/refused/" + errorId + "\""));

        var found = get("/admin/refused?error=+" + errorId.toLowerCase(java.util.Locale.ROOT));
        assertEquals("/admin/refused/" + errorId, found.uri().getPath());
        assertTrue(found.body().contains("not known or not allowed"), found.body());
        assertFalse(found.body().contains("DistributionEnvelope"), found.body());

        var open = "/admin/refused/" + errorId + "/payload";
        assertEquals(403, post(open, "reason=test+message").statusCode(), "without the form's token");
        assertEquals(400, post(open, hidden(found.body())).statusCode(), "without a reason");
        assertEquals(before, count("payload-viewed"));
        var opened = post(open, hidden(found.body()) + "&reason=test+message&reference=INC-8");
        assertEquals(200, opened.statusCode());
        assertTrue(opened.body().contains("&lt;itk:DistributionEnvelope"), "escaped");
        assertEquals(before + 1, count("payload-viewed"));
        assertEquals(
                1,
                postgres.count(
                        "select count(*) from audit_event where type = 'payload-viewed' and detail = ?",
                        "looked at the refused message " + errorId + ": test message, INC-8"));
    }

    @Test
    void whatASenderWritesIsShownAsText() throws Exception {
        var hostile = Attempt.soap11(server.url()).text("wsse:Username", "&lt;script&gt;window.__x=1&lt;/script&gt;");
        assertEquals("3000", hostile.send().errorCode());
        signIn(server.adminPassword());
        var events = get("/admin/events").body();
        assertFalse(events.contains("<script>window"), events);
        assertTrue(events.contains("&lt;script&gt;window") || events.contains("&lt;script>window"), events);
    }

    @Test
    void eventsAreFoundAndExportedAndBothEndsOfAnExportAreAudited() throws Exception {
        var id = Sample.uuid();
        Sample.of("send-cda-discharge").send(server.url(), id);
        signIn(server.adminPassword());
        var page = get("/admin/audit?type=accepted&trackingId=" + id.toLowerCase(java.util.Locale.ROOT))
                .body();
        assertTrue(page.contains(id), page);
        // the trail is sealed every few seconds
        server.await(() -> body("/admin/audit").contains("up to date"), Duration.ofSeconds(60));
        assertEquals(400, get("/admin/audit?from=yesterday").statusCode());
        assertEquals(400, get("/admin/audit?after=nowhere").statusCode());

        assertEquals(403, post("/admin/audit/csv", "").statusCode(), "without the form's token");
        long exported = count("exported");
        var csv = post("/admin/audit/csv", hidden(page) + "&type=accepted&trackingId=" + id);
        assertEquals(200, csv.statusCode());
        assertEquals(2, csv.body().lines().count(), csv.body());
        assertTrue(csv.body().contains(",accepted,") && csv.body().contains(id), csv.body());
        var lines = post("/admin/audit/ndjson", hidden(page) + "&type=accepted&trackingId=" + id);
        assertEquals(1, lines.body().lines().count(), lines.body());
        assertEquals(exported + 4, count("exported"));
        var details = postgres.column("select detail from audit_event where type = 'exported'");
        assertTrue(
                details.stream().anyMatch(d -> d.startsWith("ended after 1 rows: CSV of type=accepted")),
                details.toString());
    }

    /** P-08: what nothing can narrow, fifty times at once. */
    @Test
    void manySearchesAtOnceHoldNobodyUp() throws Exception {
        signIn(server.adminPassword());
        var started = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 50; i++) {
            var path = i % 2 == 0
                    ? "/admin/messages?partner=%25%25%25%25&interaction=" + "_".repeat(200) + "&from=1971-01-01T00:00"
                    : "/admin/audit?from=2000-01-01T00:00&actor=.*%25";
            var request =
                    HttpRequest.newBuilder(URI.create(server.url() + path)).build();
            started.add(browser.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        var letter = Sample.of("send-cda-discharge").send(server.url(), Sample.uuid());
        assertEquals(200, letter.status());
        for (var answer : started) {
            int status = answer.get(60, TimeUnit.SECONDS).statusCode();
            assertTrue(status == 200 || status == 503, "HTTP " + status);
        }
        assertEquals(200, get("/admin/messages").statusCode());
    }
}
