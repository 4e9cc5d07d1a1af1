package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console in a real browser: every page at two widths, with the keyboard alone, and without JavaScript. */
class BrowserIT {
    private static final int LARGEST_HTML = 30 * 1024;
    private static final int LARGEST_LOAD = 100 * 1024;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String PLANNED = form("what", "all", "state", "dead-letter", "partner", "other-trust");

    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static Browser browser;
    private static BackEnd partner;
    private static String letter;
    private static String refused;
    /** Page of a forward that its partner does not take. */
    private static String deadLetter;

    private static RetentionStops retention;
    /** Page of a bulk resend. */
    private static String resend;

    @BeforeAll
    static void start() throws IOException {
        partner = new BackEnd(0);
        partner.status = 500;
        server = ServerProcess.at(folder.resolve("home"))
                .with("ITK_RETRY_FIRST", "PT0.05S")
                .with("ITK_RETRY_ATTEMPTS", "1");
        try (var demo = BrowserIT.class.getResourceAsStream("/demo-directory.yaml")) {
            var text = RetentionStops.directory(new String(demo.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(":9002/", ":" + partner.port() + "/"));
            server.directory(text);
        }
        server.start();
        for (int i = 0; i < 55; i++) {
            Sample.of(i % 5 == 0 ? "broadcast-document" : "send-cda-discharge").send(server.url(), Sample.uuid());
        }
        letter = Sample.uuid();
        Sample.of("send-cda-discharge").send(server.url(), letter);
        refused = Attempt.soap11(server.url())
                .text("wsse:Username", "&lt;script&gt;window.__x=1&lt;/script&gt;")
                .send()
                .text("ErrorID");
        var admin = Visitor.admin(server);
        deadLetter = deadLetter(admin, Sample.uuid());
        resend = resent(admin);
        retention = new RetentionStops(server, admin, letter);
        browser = new Browser(server.url());
    }

    /** A forward that its partner does not take, found by a person. */
    private static String deadLetter(Visitor admin, String id) {
        var sample = Sample.of("send-cda-discharge");
        var message = sample.fill(server.url() + sample.path(), id)
                .replaceAll("urn:nhs-uk:addressing:ods:Z9999[^\"]*\"", "urn:nhs-uk:addressing:ods:X1111:ward\"");
        assertEquals(200, sample.post(server.url(), message).status());
        var list = "/admin/messages?what=all&direction=out&partner=other-trust&state=dead-letter&trackingId=" + id;
        var link = Pattern.compile("href=\"(/admin/messages/[0-9]+)\"");
        server.await(() -> link.matcher(admin.get(list).body()).find(), SOON);
        return link.matcher(admin.get(list).body())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    /** The dead letter sent again, in vain, as all that a search finds. */
    private static String resent(Visitor admin) {
        admin.submit("/admin/resends/plan", PLANNED);
        var plan = Pattern.compile("name=\"plan\" value=\"([0-9]+)\"")
                .matcher(admin.get("/admin/resends/plan").body());
        assertTrue(plan.find());
        var form = form("plan", plan.group(1), "count", "1", "rate", "1", "reason", "test message");
        var job = admin.submit("/admin/resends", form)
                .headers()
                .firstValue("Location")
                .orElseThrow();
        var path = job.substring(job.indexOf("/admin/"));
        server.await(() -> admin.get(path).body().contains(">done<"), SOON);
        server.await(() -> admin.get(deadLetter).body().contains("Give up"), SOON);
        return path;
    }

    @AfterAll
    static void stop() {
        browser.close();
        server.close();
        partner.close();
    }

    private static Page signedIn(int width, int height, boolean scripts) {
        var page = browser.window(width, height, scripts);
        browser.signIn(page, "admin", server.adminPassword());
        return page;
    }

    /** A letter whose text tries to act: accepted, because what a payload says is nothing to the transport. */
    private static String hostileLetter() {
        var sample = Sample.of("send-cda-discharge");
        var id = Sample.uuid();
        var text = new StringBuilder();
        for (var attack : List.of(
                "<script>window.__x=1</script>",
                "\"><img src=x onerror=window.__x=1>",
                "<svg onload=window.__x=1>",
                "</pre></textarea></title><script>window.__x=1</script>",
                "javascript:window.__x=1",
                "${7*7}#{7*7}{{7*7}}")) {
            var escaped = attack.replace("&", "&amp;").replace("<", "&lt;");
            text.append("<paragraph onclick=\"window.__x=1\">").append(escaped).append("</paragraph>");
        }
        text.append(
                        "<linkHtml href=\"javascript:window.__x=1\">link</linkHtml><renderMultiMedia referencedObject=\"x\"/>")
                .append("<content><script xmlns=\"http://www.w3.org/1999/xhtml\">window.__x=1</script></content>")
                .append("<table><tr><td onmouseover=\"window.__x=1\">cell</td></tr></table>");
        var section =
                "<component><structuredBody><component><section><title>&lt;script>window.__x=1&lt;/script></title><text>"
                        + text + "</text></section></component></structuredBody></component></ClinicalDocument>";
        var message = sample.fill(server.url() + sample.path(), id).replace("</ClinicalDocument>", section);
        assertEquals(200, sample.post(server.url(), message).status());
        return id;
    }

    @Test
    void aHostileLetterIsTextWhereverItIsShown() {
        var id = hostileLetter();
        var page = signedIn(1280, 900, true);
        browser.complaints();
        open(page, "/admin/messages?trackingId=" + id);
        page.click("table a.code");
        page.selectOption("#reason", "test message");
        page.click("text=Open the content");
        assertTrue(page.content().contains("&lt;script&gt;window.__x=1"), "shown as text");
        page.locator("details").all().forEach(details -> details.evaluate("e => e.open = true"));
        page.locator("text=link").first().hover();
        page.locator(".cells").first().hover();
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(com.microsoft.playwright.options.Media.PRINT));
        assertEquals("undefined", page.evaluate("() => String(window.__x)"));
        assertEquals(
                0,
                page.locator("main script, main img, main iframe, main a[href^=javascript]")
                        .count());
        assertEquals(List.of(), browser.complaints());
        page.context().close();
    }

    private static void open(Page page, String path) {
        page.navigate(server.url() + path);
    }

    private static void openLetter(Page page) {
        open(page, "/admin/messages?trackingId=" + letter);
        page.click("table a.code");
    }

    private static void openContent(Page page) {
        openLetter(page);
        page.selectOption("#reason", "test message");
        page.click("text=Open the content");
    }

    private static void openRefused(Page page) {
        open(page, "/admin/refused/" + refused);
        page.selectOption("#reason", "test message");
        page.click("text=Open it");
    }

    private static void openRepair(Page page, String what) {
        open(page, deadLetter);
        page.click("details:has(form[action$='/" + what + "']) > summary");
    }

    private static void resendForNoReason(Page page) {
        openRepair(page, "resend");
        page.click("form[action$='/resend'] button");
    }

    private static void planResends(Page page) {
        open(page, "/admin/messages?" + PLANNED);
        page.click("text=Resend what this search finds");
    }

    private static void startResendsWrongly(Page page) {
        planResends(page);
        page.click("text=Send them again");
    }

    private static void tryOne(Page page) {
        open(page, "/admin/try");
        page.click("main form button");
    }

    /** A page and the way to it. */
    private record Stop(String name, java.util.function.Consumer<Page> way) {
        static Stop at(String name, String path) {
            return new Stop(name, page -> open(page, path));
        }
    }

    private static List<Stop> stops() {
        return List.of(
                Stop.at("overview", "/admin/"),
                Stop.at("messages", "/admin/messages"),
                Stop.at("search", "/admin/messages?what=all&direction=in&from=2026-01-01T00:00"),
                Stop.at("wrong-search", "/admin/messages?trackingId=nonsense"),
                new Stop("message", BrowserIT::openLetter),
                new Stop("content", BrowserIT::openContent),
                new Stop("dead-letter", page -> openRepair(page, "give-up")),
                new Stop("wrong-resend", BrowserIT::resendForNoReason),
                Stop.at("wrong-error-id", "/admin/refused?error=nonsense"),
                Stop.at("refused", "/admin/refused/" + refused),
                new Stop("refused-content", BrowserIT::openRefused),
                Stop.at("resends", "/admin/resends"),
                new Stop("plan", BrowserIT::planResends),
                new Stop("wrong-plan", BrowserIT::startResendsWrongly),
                Stop.at("resend", resend),
                Stop.at("audit", "/admin/audit"),
                Stop.at("wrong-audit", "/admin/audit?from=yesterday"),
                Stop.at("directory", "/admin/directory?address=urn:nhs-uk:addressing:ods:X1111:ward"),
                Stop.at("try", "/admin/try"),
                new Stop("tried", BrowserIT::tryOne),
                Stop.at("retention", "/admin/retention"),
                Stop.at("run", "/admin/retention/run"),
                Stop.at("time", "/admin/retention/time"),
                Stop.at("holds", "/admin/retention/holds"),
                Stop.at("hold", "/admin/retention/holds/set"),
                new Stop("wrong-hold", retention::setWrongly),
                new Stop("lift", retention::lift),
                new Stop("wrong-lift", retention::liftWrongly),
                Stop.at("proof", "/admin/retention/proof"),
                Stop.at("wrong-proof", "/admin/retention/proof?from=yesterday"),
                Stop.at("batch", retention.batch),
                Stop.at("destroyed", retention.destroyed),
                Stop.at("held", retention.held),
                Stop.at("people", "/admin/people"),
                Stop.at("person", "/admin/people/admin"),
                Stop.at("clients", "/admin/clients"),
                Stop.at("client", "/admin/clients/first-run"),
                Stop.at("account", "/admin/account"),
                Stop.at("password", "/admin/account/password"),
                Stop.at("nothing", "/admin/nothing"));
    }

    @ParameterizedTest
    @CsvSource({"1280, 900, desktop", "375, 800, phone"})
    void everyPageIsForEverybody(int width, int height, String name) {
        var page = browser.window(width, height, true);
        open(page, "/admin/");
        var wrong = new ArrayList<String>();
        look(page, "login", name, wrong);
        browser.signIn(page, "admin", server.adminPassword());
        for (var stop : stops()) {
            stop.way().accept(page);
            look(page, stop.name(), name, wrong);
        }
        page.context().close();
        assertEquals(List.of(), wrong);
    }

    private static void look(Page page, String what, String width, List<String> wrong) {
        browser.violations(page).forEach(v -> wrong.add(what + " breaks " + v));
        browser.complaints().stream()
                .filter(c ->
                        !c.contains("status of 40")) // a wrong search is told so with 400, and that is no complaint
                .forEach(c -> wrong.add(what + ": " + c));
        if ((int) page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") > 0) {
            wrong.add(what + " is wider than a " + width);
        }
        if (page.evaluate("() => String(window.__x)").equals("1")) {
            wrong.add(what + " ran a sender's script");
        }
        Browser.picture(page, what + "-" + width);
    }

    @Test
    void aFullListIsSmall() {
        var fresh = browser.window(1280, 900, true);
        var finished = new ArrayList<Request>();
        fresh.context().onRequestFinished(finished::add);
        browser.signIn(fresh, "admin", server.adminPassword());
        fresh.waitForLoadState();
        long firstLoad = Browser.received(finished);
        var html = fresh.navigate(server.url() + "/admin/messages").body();
        fresh.context().close();
        assertEquals(50, new String(html).split("class=\"code keep\"").length - 1);
        assertTrue(html.length < LARGEST_HTML, "a list of 50 has " + html.length + " bytes");
        assertTrue(finished.size() > 2, finished::toString);
        assertTrue(firstLoad < LARGEST_LOAD, "the first load took " + firstLoad + " bytes");
    }

    @Test
    void aLetterIsFoundAndOpenedWithTheKeyboardAlone() {
        var page = browser.window(1280, 900, true);
        open(page, "/admin/login");
        type(page, "#name", "admin");
        page.keyboard().press("Tab");
        page.keyboard().type(server.adminPassword());
        page.keyboard().press("Enter");
        page.waitForURL("**/admin/");
        press(page, "nav a[href='/admin/messages']");
        page.waitForURL("**/admin/messages");
        type(page, "#trackingId", letter);
        page.keyboard().press("Enter");
        page.waitForURL("**trackingId=**");
        press(page, "table a.code");
        page.waitForURL("**/admin/messages/*");
        type(page, "#reason", "test");
        press(page, "text=Open the content");
        page.waitForURL("**/payload");
        assertTrue(page.content().contains("Payload"));
        page.context().close();
    }

    @Test
    void aDeadLetterIsSentAgainWithTheKeyboardAlone() {
        var page = signedIn(1280, 900, true);
        var id = Sample.uuid();
        var path = deadLetter(Visitor.admin(server), id);
        int calls = partner.containing(id).size();
        partner.status = 200;
        try {
            open(page, path);
            press(page, "details:has(form[action$='/resend']) > summary");
            type(page, "#resend", "the partner");
            type(page, "#resend-reference", "INC-42");
            press(page, "form[action$='/resend'] button");
            page.waitForSelector("text=It is being sent again.");
            assertTrue(page.url().endsWith(path), page.url());
            server.await(() -> partner.containing(id).size() == calls + 1, SOON);
            page.waitForLoadState();
            assertTrue(page.content().contains("the partner was out of service, INC-42"), "its timeline says why");
        } finally {
            partner.status = 500;
        }
        page.context().close();
    }

    @Test
    void aHoldIsSetAndLiftedAndARunIsAskedForWithTheKeyboardAlone() {
        var page = signedIn(1280, 900, true);
        open(page, "/admin/retention");
        press(page, "text=Legal holds");
        page.waitForURL("**/holds");
        press(page, "text=Set a hold");
        page.waitForURL("**/holds/set");
        type(page, "#nhsNumber", "999 000 0018");
        type(page, "#why", "claim");
        type(page, "#why-reference", "CASE-2");
        press(page, "text=Set the hold");
        page.waitForURL("**/holds");
        assertTrue(page.content().contains("is set. It names"), "it says how many");
        assertFalse(page.content().contains("999 000"));
        press(page, "td a");
        page.waitForURL("**/lift?hold=*");
        type(page, "#why", "set by");
        press(page, "text=Lift the hold");
        page.waitForSelector("text=is lifted");
        open(page, "/admin/retention");
        int runs = page.locator("td:has-text('✓ done')").count();
        press(page, "text=Destroy what is due now");
        page.waitForURL("**/run");
        press(page, "text=Destroy it now");
        page.waitForSelector("text=A run begins within seconds");
        var admin = Visitor.admin(server);
        server.await(() -> admin.get("/admin/retention").body().split("✓ done", -1).length > runs + 1, SOON);
        page.context().close();
    }

    @Test
    void theProofOfABatchIsDownloaded() {
        var page = signedIn(1280, 900, true);
        open(page, retention.batch);
        var download = page.waitForDownload(() -> page.click("text=Download as CSV"));
        assertTrue(download.suggestedFilename().matches("batch-[0-9]+\\.csv"), download.suggestedFilename());
        page.context().close();
    }

    private static void press(Page page, String selector) {
        tabTo(page, selector);
        page.keyboard().press("Enter");
    }

    private static void type(Page page, String selector, String text) {
        tabTo(page, selector);
        page.keyboard().type(text);
    }

    /** Presses the key until the element has the focus, which must be seen. */
    private static void tabTo(Page page, String selector) {
        for (int i = 0; i < 120; i++) {
            page.keyboard().press("Tab");
            if ((boolean) page.locator(selector).first().evaluate("e => e === document.activeElement")) {
                var seen = "e => { const s = getComputedStyle(e);"
                        + " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' }";
                assertTrue((boolean) page.locator(selector).first().evaluate(seen), selector + " shows no focus");
                return;
            }
        }
        throw new AssertionError(selector + " cannot be reached with the keyboard");
    }

    @Test
    void everythingWorksWithoutJavaScript() {
        var page = signedIn(1280, 900, false);
        for (var stop : stops()) {
            stop.way().accept(page);
            assertTrue(page.locator("h1").isVisible(), stop.name());
        }
        openContent(page);
        assertTrue(page.content().contains("ClinicalDocument"));
        page.click("text=Sign out");
        assertTrue(page.url().endsWith("/admin/login"));
        open(page, "/admin/messages?trackingId=" + letter);
        assertFalse(page.content().contains("ClinicalDocument"), "nothing is left after signing out");
        page.context().close();
    }
}
