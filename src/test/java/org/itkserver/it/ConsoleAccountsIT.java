package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.itkserver.audit.Role;
import org.junit.jupiter.api.Test;

/** Signing in, sessions and passwords, and how people and applications are added, changed and taken away. */
class ConsoleAccountsIT extends ConsoleOfPeople {
    private static final Pattern SECRET = Pattern.compile("id=\"secret\">([^<]+)<");

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
        for (var path : List.of(";jsessionid=" + id, ";itk=" + id)) {
            assertEquals(400, nobody.get("/admin/messages" + path).statusCode(), path);
        }
        for (var path : List.of("?jsessionid=" + id, "?itk=" + id)) {
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
    void guessingIsSlowedDownAndTellsNothing() throws Exception {
        person("dora", Role.VIEWER, false);
        assertTrue(attempt("127.0.0.6", "dora", PASSWORD).startsWith("HTTP/1.1 303 "));
        for (var password : List.of("dora", "password", "", "admin", "nhs")) {
            var answer = attempt("127.0.0.2", "dora", password);
            assertTrue(answer.startsWith("HTTP/1.1 403 ") && !answer.contains("Set-Cookie"), password);
        }
        assertTrue(attempt("127.0.0.2", "dora", PASSWORD).startsWith("HTTP/1.1 429 "), "even the right one waits");
        assertTrue(attempt("127.0.0.3", "dora", PASSWORD).startsWith("HTTP/1.1 429 "), "at every other address");
        assertTrue(attempt("127.0.0.6", "dora", PASSWORD).startsWith("HTTP/1.1 303 "), "not where she is known");

        var known = attempt("127.0.0.4", "auditor", "wrong");
        var unknown = attempt("127.0.0.4", "nobody", "wrong");
        assertTrue(attempt("127.0.0.4", "audi\0tor", "wrong").startsWith("HTTP/1.1 400 "));
        assertEquals(body(known), body(unknown));
        assertEquals(
                0,
                postgres.count("select count(*) from audit_event where actor in ('nobody') or detail like '%wrong%'"
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
        assertEquals(
                3,
                postgres.count(
                        "select count(*) from audit_event where type = 'client-changed' and detail like '%radiology%'"));
        assertEquals(0, postgres.count("select count(*) from audit_event where strpos(detail, ?) > 0", token));
        assertFalse(admin.get("/admin/clients").body().contains("/admin/clients/radiology"));
    }

    private static int api(String path, String token) {
        return new Visitor(server.url())
                .send("GET", path, "", "Authorization", "Bearer " + token)
                .statusCode();
    }

    /** The public address is another host's, so there is a proxy: whoever it lets through may not read the figures. */
    @Test
    void behindAProxyTheFiguresNeedATokenForThem() {
        var admin = signedIn("admin");
        var figures = secret(admin.submit("/admin/clients", form("name", "prometheus", "scope", "metrics")));
        var messages = secret(admin.submit("/admin/clients", form("name", "sender", "scope", "messages")));
        assertEquals(401, new Visitor(server.url()).get("/metrics").statusCode());
        assertEquals(401, api("/metrics", "wrong"));
        assertEquals(403, api("/metrics", messages));
        assertEquals(200, api("/metrics", figures));
    }
}
