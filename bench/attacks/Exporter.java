package attacks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** A person at the console who exports the audit trail. */
final class Exporter {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    private final String base;
    private final HttpClient client;
    private final String cookie;
    private final String token;

    /** Signs the first admin in. */
    Exporter(Bed bed, EEdge.Port port) throws IOException, InterruptedException {
        boolean plain = port == EEdge.Port.PLAIN;
        base = plain ? bed.base : "https://localhost:" + bed.console;
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(bed.context(null)).build();
        var form = "name=admin&password=" + encode(bed.firstRun("admin-password"));
        var signedIn = send(HttpRequest.newBuilder(URI.create(base + "/admin/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", base)
                .POST(HttpRequest.BodyPublishers.ofString(form)));
        cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        var page = send(HttpRequest.newBuilder(URI.create(base + "/admin/account/password")).header("Cookie", cookie)).body();
        var found = TOKEN.matcher(page);
        if (!found.find()) {
            throw new IllegalStateException("not signed in at " + base);
        }
        token = found.group(1);
    }

    /** The request for an export of everything. */
    String request() {
        var form = "token=" + encode(token) + "&from=2000-01-01T00%3A00";
        return "POST /admin/audit/ndjson HTTP/1.1\r\nHost: " + URI.create(base).getAuthority() + "\r\nOrigin: " + base + "\r\nCookie: "
                + cookie + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length() + "\r\n\r\n" + form;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
