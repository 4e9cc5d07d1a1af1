import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Locale;
import java.util.UUID;

/**
 * Posts large messages made of the discharge letter, all at once, and prints the seconds until the last answer; exit
 * code 1 unless every answer is positive.
 *
 * <p>{@code base64} is one long text, {@code xml} has 400,000 elements whatever the size.
 */
public final class BigMessage {
    private static final String USAGE = "usage: java BigMessage.java http://HOST:PORT base64|xml MEGABYTES [AT-ONCE]";
    private static final String SERVICE = "SendCDADocument-v2-0";
    private static final int ELEMENTS = 400_000;

    private BigMessage() {}

    public static void main(String[] args) throws Exception {
        if (args.length < 3 || !args[1].matches("base64|xml")) {
            System.err.println(USAGE);
            System.exit(2);
        }
        var url = args[0] + "/itk/services/" + SERVICE;
        int bytes = Integer.parseInt(args[2]) << 20;
        int atOnce = args.length > 3 ? Integer.parseInt(args[3]) : 1;
        var requests = new ArrayList<HttpRequest>();
        for (int i = 0; i < atOnce; i++) {
            requests.add(request(url, message(url, args[1].equals("xml"), bytes)));
        }
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        long start = System.nanoTime();
        var answers = requests.stream()
                .map(request -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .toList();
        boolean good = true;
        for (var answer : answers) {
            var response = answer.get();
            if (response.statusCode() != 200 || !response.body().contains("SimpleMessageResponse")) {
                System.err.println("HTTP " + response.statusCode() + " " + response.body());
                good = false;
            }
        }
        System.out.printf(Locale.ROOT, "%.2f%n", (System.nanoTime() - start) / 1e9);
        System.exit(good ? 0 : 1);
    }

    private static HttpRequest request(String url, byte[] message) {
        return HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofMinutes(2))
                .header("Content-Type", "text/xml;charset=UTF-8")
                .header("SOAPAction", "\"urn:nhs-itk:services:201005:" + SERVICE + '"')
                .POST(HttpRequest.BodyPublishers.ofByteArray(message))
                .build();
    }

    private static byte[] message(String url, boolean xml, int bytes) throws IOException {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var text = Files.readString(Path.of("samples/send-cda-discharge.xml"))
                .replace("{{messageId}}", uuid())
                .replace("{{trackingId}}", uuid())
                .replace("{{timestampId}}", uuid())
                .replace("{{payloadId}}", uuid())
                .replace("{{to}}", url)
                .replace("{{created}}", now.toString())
                .replace("{{expires}}", now.plus(10, ChronoUnit.MINUTES).toString());
        return (xml ? elements(text, bytes) : base64(text, bytes)).getBytes(StandardCharsets.UTF_8);
    }

    /** The letter with 400,000 more elements in front of its patient. */
    private static String elements(String text, int bytes) {
        int at = text.indexOf("<recordTarget");
        int each = Math.max(1, bytes / ELEMENTS - "<c></c>".length());
        var element = "<c>" + "Discharged home. ".repeat(each / 17 + 1).substring(0, each) + "</c>";
        return text.substring(0, at) + element.repeat(ELEMENTS) + text.substring(at);
    }

    /** The payload replaced by one text without a line break. */
    private static String base64(String text, int bytes) {
        var end = "</ClinicalDocument>";
        var marked = text.replace("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"true\"");
        int from = marked.indexOf("<ClinicalDocument");
        int to = marked.indexOf(end) + end.length();
        return marked.substring(0, from) + "QUJDREVG".repeat(bytes / 8) + marked.substring(to);
    }

    private static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }
}
