package org.itkserver.it;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The system's Chromium at a server's console. Notes whatever no page may do: say something, or reach another server. */
final class Browser implements AutoCloseable {
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");
    private static final String AXE = resource("/axe.min.js");
    private static final String VIOLATIONS =
            """
            () => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})
                .then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 150)).join(' | ')))""";

    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final com.microsoft.playwright.Browser chromium = playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of("/usr/bin/chromium"))
                    .setArgs(ARGUMENTS)
                    .setTimeout(120_000));
    private final String base;
    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    Browser(String base) {
        this.base = base;
    }

    private static String resource(String name) {
        try (var in = Browser.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A window of somebody new. */
    Page window(int width, int height, boolean scripts) {
        var context = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setJavaScriptEnabled(scripts)
                .setTimezoneId("Europe/London"));
        watch(context);
        var page = context.newPage();
        page.setDefaultTimeout(60_000);
        return page;
    }

    private void watch(BrowserContext context) {
        context.onConsoleMessage(message -> complaints.add("console: " + message.text()));
        context.onRequest(request -> {
            if (!request.url().startsWith(base + "/")) {
                complaints.add("foreign: " + request.url());
            }
        });
    }

    /** Bytes that were received for these requests, while their window is open. */
    static long received(List<Request> requests) {
        return List.copyOf(requests).stream()
                .map(Request::sizes)
                .mapToLong(sizes -> sizes.responseBodySize + sizes.responseHeadersSize)
                .sum();
    }

    /** What pages did that they may not, since the last call. */
    List<String> complaints() {
        synchronized (complaints) {
            var out = List.copyOf(complaints);
            complaints.clear();
            return out;
        }
    }

    void signIn(Page page, String name, String password) {
        page.navigate(base + "/admin/login");
        page.fill("#name", name);
        page.fill("#password", password);
        page.click("main button");
        page.waitForURL(base + "/admin/");
    }

    /** Rules of WCAG 2.2 AA and good practice that the page breaks. */
    @SuppressWarnings("unchecked")
    List<String> violations(Page page) {
        page.evaluate(AXE + "; null");
        return (List<String>) page.evaluate(VIOLATIONS);
    }

    /** Keeps a picture where -Ditk.screenshots says, if it does. */
    static void picture(Page page, String name) {
        var folder = System.getProperty("itk.screenshots");
        if (folder != null && !folder.isEmpty()) {
            try {
                Files.createDirectories(Path.of(folder));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of(folder, name + ".png"))
                    .setFullPage(false));
        }
    }

    @Override
    public void close() {
        playwright.close();
    }
}
