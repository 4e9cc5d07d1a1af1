package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.itkserver.admin.Routes;
import org.itkserver.admin.Routes.Route;
import org.itkserver.audit.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console on the real jar, as somebody sees it who may do less than he wants, or nothing. */
class ConsoleSecurityIT {
    private static final String REASON = "&reason=test+message";
    private static final String PUBLIC = "https://itk.example.nhs.uk";
    private static final String PASSWORD = "a word for the tests";
    private static final Pattern SECRET = Pattern.compile("id=\"secret\">([^<]+)<");
    private static final String DENIED = "Your account may not do this.";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static String message;
    private static String refused;

    @BeforeAll
    static void start() throws Exception {
        postgres = new Postgres();
        server = postgres.configure(ServerProcess.at(folder.resolve("home")));
        server.with("ITK_PUBLIC_URL", PUBLIC)
                .with("ITK_TO_ALIASES", server.url())
                .start();
        Sample.of("send-cda-discharge").send(server.url(), Sample.uuid());
        message =
                postgres.column("select id from message where direction = 'in'").get(0);
        refused = Attempt.soap11(server.url())
                .text("wsse:Username", "nobody-1")
                .send()
                .text("ErrorID");
        postgres.execute("update admin_user set name = 'first' where name = 'admin'");
        for (var role : Role.values()) {
            person(role.label(), role, false);
        }
        person("newcomer", Role.CLINICAL, true);
    }

    @AfterAll
    static void stop() {
        server.close();
        postgres.close();
    }

    /** Somebody with one role and a password whose hash costs nothing. */
    private static void person(String name, Role role, boolean mustChange) throws Exception {
        var salt = new byte[16];
        var hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), salt, 1, 256))
                .getEncoded();
        var base64 = Base64.getEncoder();
        postgres.execute("insert into admin_user (name, password_hash, roles, must_change, created_at,"
                + " password_changed_at) values ('" + name + "', 'pbkdf2-sha256$1$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(hash) + "', 'viewer " + role.label() + "', " + mustChange + ", now(), now())");
    }

    private static Visitor signedIn(String name) {
        return Visitor.of(server.url(), name, PASSWORD);
    }

    private static long count(String type) {
        return postgres.count("select count(*) from audit_event where type = ?", type);
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
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
    void aSessionIsNewAtSignInAndOverAfterSignOut() {
        var visitor = new Visitor(server.url());
        visitor.cookie = "itk=planted0000000000000000000000000";
        var answer = visitor.signIn("viewer", PASSWORD);
        var set = answer.headers().allValues("Set-Cookie");
        assertEquals(1, set.size());
        assertTrue(set.get(0).matches("itk=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict"), set.get(0));
        var kept = visitor.cookie;
        assertEquals(200, visitor.get("/admin/messages").statusCode());

        var nobody = new Visitor(server.url());
        nobody.cookie = "itk=planted0000000000000000000000000";
        assertEquals(303, nobody.get("/admin/messages").statusCode());
        nobody.cookie = "";
        var id = kept.substring(kept.indexOf('=') + 1);
        for (var path : List.of(";jsessionid=" + id, ";itk=" + id, "?jsessionid=" + id, "?itk=" + id)) {
            assertEquals("/admin/login", location(nobody.get("/admin/messages" + path)), path);
        }

        var again = visitor.signIn("viewer", PASSWORD);
        assertEquals(303, again.statusCode());
        assertNotEquals(kept, visitor.cookie);
        nobody.cookie = kept;
        assertEquals("/admin/login", location(nobody.get("/admin/messages")), "the earlier session is over");
        kept = visitor.cookie;
        assertEquals(303, visitor.submit("/admin/logout", "").statusCode());
        assertEquals("", visitor.cookie);
        nobody.cookie = kept;
        assertEquals("/admin/login", location(nobody.get("/admin/messages")));
    }

    @Test
    void overTlsTheCookieIsForTlsAlone() {
        var visitor = new Visitor(server.url());
        var answer = visitor.post(
                "/admin/login",
                form("name", "viewer", "password", PASSWORD),
                "Origin",
                PUBLIC,
                "X-Forwarded-Proto",
                "https");
        var set = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertTrue(set.matches("__Host-itk=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict; Secure"), set);
        assertEquals(200, visitor.get("/admin/messages").statusCode());
        visitor.cookie = visitor.cookie.replace("__Host-", "");
        assertEquals(303, visitor.get("/admin/messages").statusCode());
    }

    @Test
    void guessingIsSlowedDownAndTellsNothing() {
        for (var pair : List.of("admin admin", "admin password", "admin ", "administrator admin", "viewer ")) {
            var words = pair.split(" ", -1);
            var answer = attempt("127.0.0.2", words[0], words[1]);
            assertTrue(answer.startsWith("HTTP/1.1 403 ") && !answer.contains("Set-Cookie"), pair);
        }
        assertTrue(attempt("127.0.0.2", "viewer", PASSWORD).startsWith("HTTP/1.1 429 "), "even the right one waits");
        assertTrue(attempt("127.0.0.3", "viewer", PASSWORD).startsWith("HTTP/1.1 303 "), "from elsewhere it does not");

        var known = attempt("127.0.0.4", "auditor", "wrong");
        var unknown = attempt("127.0.0.4", "nobody", "wrong");
        var nul = attempt("127.0.0.4", "audi\0tor", "wrong");
        assertEquals(body(known), body(unknown));
        assertEquals(body(known), body(nul));
        assertEquals(
                0,
                postgres.count(
                        "select count(*) from audit_event where actor in ('nobody', 'administrator') or detail like '%wrong%'"
                                + " and detail not like 'wrong %'"));
    }

    private static String attempt(String from, String name, String password) {
        return Visitor.raw(
                server.url(),
                from,
                "POST /admin/login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded",
                form("name", name, "password", password));
    }

    @Test
    void anOpenSessionIsNoPlaceToGuessThePassword() throws Exception {
        person("carl", Role.OPERATOR, false);
        var carl = signedIn("carl");
        var head =
                "POST /admin/account/password HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: "
                        + carl.cookie;
        for (int i = 0; i <= 5; i++) {
            var old = i == 5 ? PASSWORD : "guess " + i;
            var form = form("token", carl.token(), "old", old, "new", "a longer word", "again", "a longer word");
            var answer = Visitor.raw(server.url(), "127.0.0.5", head, form);
            assertTrue(answer.startsWith(i == 5 ? "HTTP/1.1 429 " : "HTTP/1.1 403 "), answer);
        }
        assertEquals(
                5,
                postgres.count("select count(*) from audit_event where type = 'sign-in-failed' and actor = 'carl'"
                        + " and detail = 'wrong old password at a change'"));
        assertEquals(1, postgres.count("select count(*) from admin_user where name = 'carl' and generation = 0"));
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n"));
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

    private static String secret(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode());
        var found = SECRET.matcher(answer.body());
        assertTrue(found.find(), answer.body());
        return found.group(1);
    }

    @Test
    void anAdminAddsAPersonWhoChoosesAPassword() {
        var admin = signedIn("admin");
        assertEquals(
                400, admin.submit("/admin/people", form("name", "Ann Bell")).statusCode());
        var oneTime = secret(admin.submit("/admin/people", form("name", "ann.bell", "role", "clinical")));
        assertEquals(
                409, admin.submit("/admin/people", form("name", "ann.bell")).statusCode());
        var page = admin.get("/admin/people").body();
        assertTrue(page.contains("ann.bell") && page.contains("one-time password") && !page.contains(oneTime));

        var ann = Visitor.of(server.url(), "ann.bell", oneTime);
        var elsewhere = Visitor.of(server.url(), "ann.bell", oneTime);
        var first = ann.cookie;
        assertEquals(
                403, change(ann, "not it", "a longer word", "a longer word").statusCode());
        assertEquals(400, change(ann, oneTime, "short", "short").statusCode());
        assertEquals(400, change(ann, oneTime, oneTime, oneTime).statusCode());
        assertEquals(400, change(ann, oneTime, "a longer word", "another word").statusCode());
        assertEquals("/admin/account?changed=yes", location(change(ann, oneTime, "a longer word", "a longer word")));
        assertNotEquals(first, ann.cookie);
        assertTrue(ann.get("/admin/account?changed=yes").body().contains("Your password is changed"));
        assertEquals("/admin/login", location(elsewhere.get("/admin/account/password")), "other sessions are over");
        elsewhere.cookie = first;
        assertEquals("/admin/login", location(elsewhere.get("/admin/account/password")));
        assertEquals(403, new Visitor(server.url()).signIn("ann.bell", oneTime).statusCode());
        Visitor.of(server.url(), "ann.bell", "a longer word");

        var again = secret(admin.submit("/admin/people/ann.bell/password", ""));
        assertEquals("/admin/login", location(ann.get("/admin/messages")), "a reset ends the sessions");
        Visitor.of(server.url(), "ann.bell", again);
        assertEquals(
                List.of("gives ann.bell a one-time password", "changes the own password"),
                postgres.column("select detail from audit_event where type = 'password-changed' order by at desc"));
        for (var word : List.of(oneTime, again, "a longer word")) {
            assertEquals(0, postgres.count("select count(*) from audit_event where strpos(detail, ?) > 0", word));
        }
    }

    private static HttpResponse<String> change(Visitor who, String old, String next, String again) {
        return who.submit("/admin/account/password", form("old", old, "new", next, "again", again));
    }

    @Test
    void otherRolesAndADisabledAccountCountAtOnce() throws Exception {
        person("bob", Role.AUDITOR, false);
        var admin = signedIn("admin");
        var bob = signedIn("bob");
        assertEquals(200, bob.get("/admin/audit").statusCode());
        assertTrue(bob.get("/admin/messages").body().contains("href=\"/admin/audit\""));

        assertEquals(
                303,
                admin.submit("/admin/people/bob/roles", form("role", "operator"))
                        .statusCode());
        assertEquals(403, bob.get("/admin/audit").statusCode());
        assertFalse(bob.get("/admin/messages").body().contains("href=\"/admin/audit\""));

        assertEquals(303, admin.submit("/admin/people/bob/disable", "").statusCode());
        assertEquals("/admin/login", location(bob.get("/admin/messages")));
        assertEquals(403, new Visitor(server.url()).signIn("bob", PASSWORD).statusCode());
        assertEquals(303, admin.submit("/admin/people/bob/enable", "").statusCode());
        signedIn("bob");

        assertEquals(409, admin.submit("/admin/people/admin/disable", "").statusCode(), "oneself");
        assertEquals(
                409,
                admin.submit("/admin/people/admin/roles", form("role", "operator"))
                        .statusCode());
        assertEquals(409, admin.submit("/admin/people/admin/password", "").statusCode());
        assertEquals(
                400,
                admin.submit("/admin/people/bob/roles", form("role", "root")).statusCode());
        assertEquals(
                List.of("enables bob", "disables bob", "roles of bob: viewer operator, before: viewer auditor"),
                postgres.column("select detail from audit_event where type = 'person-changed' and actor = 'admin'"
                        + " and detail like '%bob%' order by at desc"));
    }

    @Test
    void anApplicationGetsATokenThatEndsWhenItIsRevoked() {
        var admin = signedIn("admin");
        assertEquals(
                400, admin.submit("/admin/clients", form("name", "radiology")).statusCode());
        var token = secret(admin.submit("/admin/clients", form("name", "radiology", "scope", "messages")));
        assertEquals(
                409,
                admin.submit("/admin/clients", form("name", "radiology", "scope", "audit"))
                        .statusCode());
        assertEquals(200, api("/api/inbox", token));
        assertEquals(403, api("/api/audit", token));

        assertEquals(
                303,
                admin.submit("/admin/clients/radiology/scopes", form("scope", "audit"))
                        .statusCode());
        assertEquals(403, api("/api/inbox", token));
        assertEquals(200, api("/api/audit", token));
        assertTrue(admin.get("/admin/clients/radiology").body().contains("value=\"audit\" checked"));

        assertEquals(303, admin.submit("/admin/clients/radiology/revoke", "").statusCode());
        assertEquals(401, api("/api/audit", token));
        assertEquals(3, count("client-changed"));
        assertEquals(0, postgres.count("select count(*) from audit_event where strpos(detail, ?) > 0", token));
        assertFalse(admin.get("/admin/clients").body().contains("/admin/clients/radiology"));
    }

    private static int api(String path, String token) {
        return new Visitor(server.url())
                .send("GET", path, "", "Authorization", "Bearer " + token)
                .statusCode();
    }
}
