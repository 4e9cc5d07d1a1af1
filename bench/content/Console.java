package content;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** A person at the console who downloads messages. */
final class Console {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");
    private static final Pattern MESSAGE = Pattern.compile("href=\"/admin/messages/([0-9]+)\"");

    private final HttpClient browser = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final Bed bed;
    private final Tally tally;
    private final String token;

    Console(Bed bed, Tally tally) throws IOException, InterruptedException {
        this.bed = bed;
        this.tally = tally;
        post("/admin/login", "name=admin&password=" + encode(bed.password()));
        var page = TOKEN.matcher(Bed.text(send(bed.request("/admin/messages").GET().build()).body()));
        if (!page.find()) {
            throw new IllegalStateException("not signed in at the console");
        }
        token = page.group(1);
    }

    /** Downloads the message and what was forwarded of it: all are the bytes that came in. */
    void compare(long seed, String trackingId, byte[] sent) throws IOException, InterruptedException {
        var found = Bed.text(send(bed.request("/admin/messages?trackingId=" + trackingId).GET().build()).body());
        var ids = MESSAGE.matcher(found).results().map(match -> match.group(1)).distinct().toList();
        tally.compared("console search", seed, !ids.isEmpty(), "the message is not found");
        for (var id : ids) {
            var answer = post("/admin/messages/" + id + "/download", "token=" + encode(token) + "&reason=test+message");
            tally.compared("console download", seed, answer.statusCode() == 200 && Arrays.equals(sent, answer.body()));
        }
    }

    private HttpResponse<byte[]> post(String path, String form) throws IOException, InterruptedException {
        return send(bed.request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", bed.base())
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build());
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return browser.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
