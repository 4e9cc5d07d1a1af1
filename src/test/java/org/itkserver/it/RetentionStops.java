package org.itkserver.it;

import static org.itkserver.it.Visitor.form;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import java.time.Duration;
import java.util.regex.Pattern;

/** Something destroyed and something held, for pages that show them. */
final class RetentionStops {
    /** In the demonstration's directory, and with no time to keep content. */
    private static final String SERVICE = "verifyNHSNumber-v1-0, handler: sample";

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String BATCH = "href=\"(/admin/retention/proof/batch[^\"]*)\"";

    private final String url;
    /** Page of a message whose content is gone. */
    final String destroyed;
    /** Page of a message under a hold. */
    final String held;
    /** Page of a batch. */
    final String batch;

    RetentionStops(ServerProcess server, Visitor admin, String heldLetter) {
        url = server.url();
        var asked = Sample.uuid();
        assertEquals(200, Sample.of("verify-nhs-number").send(url, asked).status());
        var hold = form("trackingId", heldLetter, "reason", "claim or complaint", "reference", "CASE-1");
        assertEquals(303, admin.submit("/admin/retention/holds/set", hold).statusCode());
        assertEquals(303, admin.submit("/admin/retention/run", "").statusCode());
        // a run before this one may be done as well, and has no batch
        server.await(
                () -> Pattern.compile(BATCH)
                                .matcher(admin.get("/admin/retention/proof").body())
                                .find()
                        && has(admin, "/admin/retention", "✓ done"),
                SOON);
        destroyed = message(admin, asked);
        held = message(admin, heldLetter);
        batch = first(admin, "/admin/retention/proof", BATCH).replace("&amp;", "&");
    }

    static String directory(String text) {
        assertTrue(text.contains(SERVICE));
        return text.replace(SERVICE, SERVICE + ", retention: { payload: PT0S }");
    }

    private static boolean has(Visitor admin, String path, String text) {
        return admin.get(path).body().contains(text);
    }

    static String message(Visitor admin, String trackingId) {
        return first(admin, "/admin/messages?trackingId=" + trackingId, "href=\"(/admin/messages/[0-9]+)\"");
    }

    static String first(Visitor admin, String path, String pattern) {
        var found = Pattern.compile(pattern).matcher(admin.get(path).body());
        assertTrue(found.find(), path);
        return found.group(1);
    }

    void setWrongly(Page page) {
        page.navigate(url + "/admin/retention/holds/set");
        page.fill("#nhsNumber", "123");
        page.click("text=Set the hold");
    }

    void lift(Page page) {
        page.navigate(url + "/admin/retention/holds");
        page.locator("td a").first().click();
    }

    void liftWrongly(Page page) {
        lift(page);
        page.click("text=Lift the hold");
    }
}
