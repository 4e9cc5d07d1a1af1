package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.itkserver.admin.Routes;
import org.itkserver.admin.Routes.Route;
import org.itkserver.audit.Role;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What of the console can be reached, by whom and how. */
class ConsoleSecurityIT extends ConsoleOfPeople {
    private static final String REASON = "&reason=test+message";
    private static final String DENIED = "Your account may not do this.";

    private static String message;
    private static String refused;

    @BeforeAll
    static void send() {
        Sample.of("send-cda-discharge").send(server.url(), Sample.uuid());
        message =
                postgres.column("select id from message where direction = 'in'").get(0);
        refused = Attempt.soap11(server.url())
                .text("wsse:Username", "nobody-1")
                .send()
                .text("ErrorID");
    }

    private static boolean isDenied(HttpResponse<String> answer, String verb) {
        return answer.statusCode() == 403
                && (verb.equals("HEAD") || answer.body().contains(DENIED));
    }

    private static String fill(Route route) {
        return route.address()
                .replaceAll("\\{id[a-z]*}", message)
                .replace("{error}", refused)
                .replaceAll("\\{[a-z]+}", "nobody");
    }

    private static HttpResponse<String> call(Visitor visitor, String verb, String address) {
        if (!verb.equals("POST")) {
            return visitor.send(verb, address, "");
        }
        return visitor.cookie.isEmpty() ? visitor.post(address, "x=y") : visitor.submit(address, "");
    }

    private static List<String> verbs(Route route) {
        return route.method().equals("GET") ? List.of("GET", "HEAD") : List.of(route.method());
    }

    @Test
    void everyRouteLetsInWhomItsRuleNamesAndNobodyElse() {
        for (var role : Role.values()) {
            var visitor = signedIn(role.label());
            for (var route : Routes.all()) {
                for (var verb : verbs(route)) {
                    var answer = call(visitor, verb, fill(route));
                    var what = role.label() + " " + verb + " " + fill(route) + ": " + answer.statusCode();
                    boolean may = route.needs() == null || route.needs() == Role.VIEWER || route.needs() == role;
                    assertEquals(!may, isDenied(answer, verb), what);
                    assertTrue(answer.statusCode() < 500, what);
                    if (may && route.method().equals("GET") && !route.address().matches(".*\\{(name|job)}.*")) {
                        assertTrue(answer.statusCode() == 200 || answer.statusCode() == 303, what);
                    }
                    if (!may) {
                        assertFalse(answer.body().contains("ClinicalDocument"), what);
                    }
                    if (visitor.cookie.isEmpty()) {
                        visitor = signedIn(role.label());
                    }
                }
            }
        }
    }

    @Test
    void nobodyIsLetInWithoutSigningIn() {
        for (var route : Routes.all()) {
            for (var verb : verbs(route)) {
                var answer = call(new Visitor(server.url()), verb, fill(route));
                var what = verb + " " + fill(route) + ": " + answer.statusCode();
                assertEquals(route.needs() != null, location(answer).equals("/admin/login"), what);
                assertEquals(route.needs() != null, answer.statusCode() == 303, what);
            }
        }
        signedIn("viewer");
    }

    @Test
    void aOneTimePasswordIsGoodForNothingButItsChange() {
        var newcomer = signedIn("newcomer");
        for (var route : Routes.all()) {
            if (route.needs() != null && !route.beforeChange()) {
                assertEquals(
                        "/admin/account/password", location(call(newcomer, route.method(), fill(route))), fill(route));
            }
        }
        assertEquals(200, newcomer.get("/admin/account/password").statusCode());
    }

    @Test
    void whatIsDeniedLooksTheSameWhetherItExistsOrNot() {
        var viewer = signedIn("viewer");
        long seen = count("payload-viewed");
        long denied = count("access-denied");
        for (var action : List.of("/payload", "/download")) {
            var there = viewer.submit("/admin/messages/" + message + action, "");
            for (var id : List.of("1", "999999999999999999", "0" + message)) {
                var other = viewer.submit("/admin/messages/" + id + action, "");
                assertEquals(there.statusCode(), other.statusCode());
                assertEquals(there.body(), other.body());
                assertEquals(
                        there.headers().map().keySet(), other.headers().map().keySet());
            }
            assertEquals(403, there.statusCode());
        }
        assertTrue(count("access-denied") <= denied + 2, "one a minute for each address");
        assertEquals(seen, count("payload-viewed"));
    }

    @Test
    void payloadsComeForAFormAlone() {
        var clinical = signedIn("clinical");
        long seen = count("payload-viewed");
        for (var action : List.of("/payload", "/download")) {
            var path = "/admin/messages/" + message + action;
            for (var verb : List.of("GET", "HEAD")) {
                for (var extra : List.of("Range", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")) {
                    var answer = clinical.send(verb, path, "", extra, extra.equals("Range") ? "bytes=0-99" : "POST");
                    assertEquals(405, answer.statusCode(), verb + " " + extra);
                    assertFalse(answer.body().contains("ClinicalDocument"));
                }
            }
            assertEquals(405, clinical.get(path + "?_method=POST").statusCode());
        }
        assertEquals(seen, count("payload-viewed"));
        var whole = clinical.post("/admin/messages/" + message + "/download", form("token", clinical.token()) + REASON);
        assertTrue(whole.body().contains("ClinicalDocument"));
        assertEquals(
                "attachment; filename=\"message-" + message + ".xml\"",
                whole.headers().firstValue("Content-Disposition").orElseThrow());
        var range = clinical.post(
                "/admin/messages/" + message + "/download",
                form("token", clinical.token()) + REASON,
                "Range",
                "bytes=0-99");
        assertEquals(whole.body(), range.body(), "never a part, which would be looked at without a whole record");
        assertEquals(seen + 2, count("payload-viewed"));
    }

    @Test
    void aFormOfSomebodyElseIsNotDone() {
        var clinical = signedIn("clinical");
        var path = "/admin/messages/" + message + "/payload";
        var right = form("token", clinical.token()) + REASON;
        var other = form("token", signedIn("clinical").token()) + REASON;
        long seen = count("payload-viewed");
        var attempts = Map.ofEntries(
                Map.entry("no token", clinical.post(path, "x=y")),
                Map.entry("empty token", clinical.post(path, "token=")),
                Map.entry("guessed token", clinical.post(path, "token=guess")),
                Map.entry("token of another session", clinical.post(path, other)),
                Map.entry("foreign", clinical.post(path, right, "Origin", "https://evil.example")),
                Map.entry("prefix", clinical.post(path, right, "Origin", PUBLIC + ".evil.example")),
                Map.entry("null", clinical.post(path, right, "Origin", "null")),
                Map.entry("site", clinical.post(path, right, "Sec-Fetch-Site", "cross-site")),
                Map.entry("same site", clinical.post(path, right, "Sec-Fetch-Site", "same-site")),
                Map.entry("text", clinical.post(path, right, "Content-Type", "text/plain")),
                Map.entry("json", clinical.post(path, "{\"token\":\"x\"}", "Content-Type", "application/json")),
                Map.entry("override", clinical.post(path, "x=y", "X-HTTP-Method-Override", "GET")),
                Map.entry("PUT", clinical.send("PUT", path, "x=y")),
                Map.entry("DELETE", clinical.send("DELETE", path, "")),
                Map.entry("foreign login", clinical.post("/admin/login", right, "Origin", "http://evil.example")));
        attempts.forEach((what, answer) -> assertEquals(403, answer.statusCode(), what));
        assertEquals(seen, count("payload-viewed"));
        assertEquals(200, clinical.post(path, right, "Origin", PUBLIC).statusCode());
        assertEquals(200, clinical.post(path, right, "Origin", server.url()).statusCode());
    }

    @Test
    void lookingChangesNothing() {
        var people = postgres.column("select name || roles || active || generation from admin_user order by name");
        for (var role : Role.values()) {
            var visitor = signedIn(role.label());
            long events = postgres.count(
                    "select count(*) from audit_event where actor = ? and type <> 'access-denied'", role.label());
            for (var route : Routes.all()) {
                // what only takes forms does nothing by an address either
                visitor.get(fill(route) + "?token=" + visitor.token() + "&role=admin");
            }
            assertEquals(
                    events,
                    postgres.count(
                            "select count(*) from audit_event where actor = ? and type <> 'access-denied'",
                            role.label()));
        }
        assertEquals(
                people, postgres.column("select name || roles || active || generation from admin_user order by name"));
    }

    @Test
    void noPathLeadsOutOfTheConsole() {
        var admin = signedIn("admin");
        for (var prefix : List.of("/assets/", "/admin/", "/admin/messages/", "/admin/people/")) {
            for (var path : List.of(
                    "../../../../../../etc/passwd",
                    "..%2f..%2f..%2fetc%2fpasswd",
                    "%2e%2e/%2e%2e/WEB-INF/web.xml",
                    "../WEB-INF/web.xml",
                    "..;/WEB-INF/web.xml",
                    "..%5c..%5cWEB-INF%5cweb.xml",
                    "..\\..\\WEB-INF\\web.xml",
                    "%252e%252e%252fWEB-INF%252fweb.xml",
                    "..%c0%af..%c0%afetc/passwd",
                    "/etc/passwd",
                    "%2fetc%2fpasswd",
                    "%00",
                    "console.css%00.html",
                    "../META-INF/MANIFEST.MF",
                    "../first-run.txt",
                    "../../data/itk.mv.db")) {
                var answer = Visitor.raw(
                        server.url(), "127.0.0.1", "GET " + prefix + path + " HTTP/1.1\r\nCookie: " + admin.cookie, "");
                assertTrue(answer.matches("(?s)HTTP/1\\.1 (303|400|404) .*"), prefix + path + answer);
                for (var leak :
                        List.of("root:", "web-app", "Manifest-Version", "admin-password", "Exception", "\tat ")) {
                    assertFalse(answer.contains(leak), prefix + path + " has " + leak);
                }
            }
        }
    }

    @Test
    void noPageIsKeptOrFramed() {
        var clinical = signedIn("clinical");
        var answers = List.of(
                new Visitor(server.url()).get("/admin/login"),
                new Visitor(server.url()).get("/admin/messages"),
                clinical.get("/admin/messages"),
                clinical.get("/admin/messages/" + message),
                clinical.get("/admin/people"),
                clinical.get("/admin/nothing"),
                clinical.submit("/admin/messages/" + message + "/payload", REASON.substring(1)),
                clinical.submit("/admin/messages/" + message + "/download", REASON.substring(1)),
                clinical.post("/admin/messages/" + message + "/payload", "x=y"));
        assertEquals(
                List.of(200, 303, 200, 200, 403, 404, 200, 200, 403),
                answers.stream().map(HttpResponse::statusCode).toList());
        for (var answer : answers) {
            var headers = answer.headers();
            assertEquals(List.of("no-store"), headers.allValues("Cache-Control"), answer.toString());
            assertEquals(List.of("nosniff"), headers.allValues("X-Content-Type-Options"));
            assertEquals(List.of("no-referrer"), headers.allValues("Referrer-Policy"));
            var policy = headers.firstValue("Content-Security-Policy").orElseThrow();
            assertTrue(policy.startsWith("default-src 'none';") && policy.contains("frame-ancestors 'none'"));
        }
    }
}
