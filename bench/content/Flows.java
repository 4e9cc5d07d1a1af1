package content;

import content.Exits.Exit;
import content.Letter.Kind;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.itkserver.testing.GeneratedPayload;

/** The ways of a payload through the server. Each method takes one payload in and compares what comes out. */
final class Flows {
    private static final int FOLDER_PATIENCE = 12_000;
    /** One in so many payloads is a damaged answer to a query of the API, when it is damaged. */
    private static final long DAMAGED_ANSWERS = 50;

    private final Bed bed;
    private final Exits exits;
    private final Peers peers;
    private final Tally tally;
    private final Console console;

    Flows(Bed bed, Exits exits, Peers peers, Tally tally, Console console) {
        this.bed = bed;
        this.exits = exits;
        this.peers = peers;
        this.tally = tally;
        this.console = console;
    }

    /** Every payload by SOAP to every one-way exit, and then in one of the other ways. */
    void run(long seed, boolean download) throws IOException, InterruptedException {
        var payload = GeneratedPayload.of(seed);
        var random = GeneratedPayload.random(~seed);
        broadcast(seed, payload, random, download);
        switch ((int) Math.floorMod(seed, 5L)) {
            case 0 -> submit(seed, payload, random);
            case 1 -> query(seed, payload, random);
            case 2 -> forwardedQuery(seed, payload, random);
            case 3 -> callback(seed, payload, random);
            default -> submittedQuery(seed, payload);
        }
    }

    /** SOAP in; API, back end, folder, next hop, queue and console out. */
    private void broadcast(long seed, GeneratedPayload payload, Random random, boolean download)
            throws IOException, InterruptedException {
        var letter = Letter.of(random.nextInt(3) == 0 ? Kind.GENERIC : Kind.BROADCAST, payload, random, bed);
        if (!accepted(seed, payload, letter, bed.post(letter, random))) {
            return;
        }
        var id = letter.trackingId();
        var wanted = payload.content(letter.inherited());
        tally.compared("HTTP handler", seed, Arrays.equals(wanted, exits.await(Exit.HTTP, id)));
        var xml = payload.xml().getBytes(StandardCharsets.UTF_8);
        tally.compared("forward", seed, Arrays.equals(xml, Soap.of(exits.await(Exit.PARTNER, id)).inner()));
        tally.compared("queue", seed, Arrays.equals(xml, Soap.read(exits.await(Exit.QUEUE, id)).inner()));
        tally.compared("folder", seed, Arrays.equals(wanted, folder(id)));
        tally.compared("API payload", seed, is(bed.api("/api/messages/" + id + "/payloads/1"), wanted));
        if (download) {
            console.compare(seed, id, letter.bytes());
        }
    }

    /** Whether it was accepted, as it must be; a refused one must be refused with 1000. */
    private boolean accepted(long seed, GeneratedPayload payload, Letter letter, HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        boolean accepted = status == 200 || status == 202;
        boolean refused = status == 500 && Bed.text(answer.body()).contains(">1000<");
        if (refused) {
            exits.refuse(letter.trackingId());
            exits.refuse(letter.messageId());
            tally.refused();
        }
        boolean wanted = payload.content() != null ? accepted || refused && payload.isRefusable() : refused;
        if (!wanted) {
            var code = Bed.text(answer.body()).replaceAll("(?s).*ErrorCode[^>]*>([0-9]+)<.*|.*", "$1");
            tally.differ("seed " + seed + ", " + letter.kind() + ", " + payload.kind() + " was answered "
                    + (status + " " + code).strip());
        }
        return accepted && payload.content() != null;
    }

    private byte[] folder(String id) throws IOException, InterruptedException {
        var folder = bed.home().resolve("in/archive");
        var described = folder.resolve(id + ".json");
        for (int i = 0; !Files.exists(described); i++) {
            if (i == FOLDER_PATIENCE) {
                throw new IllegalStateException(id + " is not in the folder");
            }
            Thread.sleep(10);
        }
        Files.delete(described);
        try (var files = Files.newDirectoryStream(folder, id + "-1.*")) {
            for (Path file : files) {
                var bytes = Files.readAllBytes(file);
                Files.delete(file);
                return bytes;
            }
        }
        return new byte[0];
    }

    private static boolean is(HttpResponse<byte[]> answer, byte[] wanted) {
        return answer.statusCode() == 200 && Arrays.equals(wanted, answer.body());
    }

    /** REST in; next hop and API out. */
    private void submit(long seed, GeneratedPayload payload, Random random) throws IOException, InterruptedException {
        if (payload.content() == null) {
            return;
        }
        var id = Letter.uuid();
        var answer = bed.api("/api/messages", submission(id, "SendDocument-v1-0", payload, random, ""));
        if (answer.statusCode() != 202) {
            tally.differ("seed " + seed + ": the API answered " + answer.statusCode() + " " + Bed.text(answer.body()));
            return;
        }
        var inner = Soap.of(exits.await(Exit.PARTNER, id)).inner();
        tally.compared("partner, from the API", seed, Soap.holds(inner, payload));
        var read = bed.api("/api/messages/" + id + "/payloads/1");
        tally.compared("API payload, from the API", seed, read.statusCode() == 200 && payload.isContent(read.body()));
    }

    private static String submission(String id, String service, GeneratedPayload payload, Random random, String more) {
        boolean text = payload.isXml() || payload.kind() == GeneratedPayload.Kind.TEXT;
        var content = text && random.nextBoolean()
                ? "\"content\": " + Json.quoted(new String(payload.content(), StandardCharsets.UTF_8), random)
                : "\"contentBase64\": \"" + Base64.getEncoder().encodeToString(payload.content()) + "\"";
        return "{\"trackingId\": \"" + id + "\", \"service\": \"" + service + "\", \"to\": [\"urn:nhs-uk:addressing:ods:X1111:ward\"], "
                + more + "\"payloads\": [{\"mimeType\": \"" + payload.mimeType() + "\", " + content + "}]}";
    }

    /** SOAP in, and answered by the back end with the same content; back end and response out. */
    private void query(long seed, GeneratedPayload payload, Random random) throws IOException, InterruptedException {
        var letter = Letter.of(Kind.QUERY, payload, random, bed);
        var answered = payload.content() == null || payload.content().length == 0 ? null : payload;
        if (payload.content() != null && answered == null) {
            return; // an empty answer of a back end is not a response
        }
        if (answered != null) {
            peers.answerWith(letter.trackingId(), answered);
        }
        var answer = bed.post(letter, random);
        if (!accepted(seed, payload, letter, answer)) {
            return;
        }
        var wanted = payload.content(letter.inherited());
        tally.compared("HTTP handler, query", seed, Arrays.equals(wanted, exits.await(Exit.HTTP, letter.trackingId())));
        tally.compared("synchronous response", seed, Soap.holds(Soap.of(answer.body()).inner(), payload));
    }

    /** SOAP in, and answered by the next hop with a payload as the generator wrote it; the response out. */
    private void forwardedQuery(long seed, GeneratedPayload payload, Random random) throws IOException, InterruptedException {
        var asked = GeneratedPayload.of(~seed);
        if (asked.content() == null || asked.isRefusable()) {
            asked = GeneratedPayload.of(0);
        }
        var letter = Letter.of(Kind.FORWARDED_QUERY, asked, random, bed);
        peers.answerWith(letter.trackingId(), payload);
        var answer = Bed.send(bed.request(letter.path())
                .header("Content-Type", letter.contentType())
                .header("SOAPAction", "\"" + Letter.SERVICES + letter.kind().service + "\"")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(letter.bytes()))
                .build());
        boolean taken = answer.statusCode() == 200;
        if (!taken && (payload.content() == null || payload.isRefusable())) {
            tally.refused();
            return;
        }
        var xml = payload.xml().getBytes(StandardCharsets.UTF_8);
        tally.compared("response of the next hop", seed,
                taken && payload.content() != null && Arrays.equals(xml, Soap.of(answer.body()).inner()),
                payload.kind() + " was answered " + answer.statusCode());
    }

    /** SOAP in with a ReplyTo, and answered by the back end with the same content; callback or queue out. */
    private void callback(long seed, GeneratedPayload payload, Random random) throws IOException, InterruptedException {
        if (payload.content() != null && payload.content().length == 0) {
            return;
        }
        boolean queued = random.nextBoolean();
        var letter = Letter.of(queued ? Kind.QUEUED_CALLBACK : Kind.CALLBACK, payload, random, bed);
        if (payload.content() != null) {
            peers.answerWith(letter.trackingId(), payload);
        }
        if (!accepted(seed, payload, letter, bed.post(letter, random))) {
            return;
        }
        var wanted = payload.content(letter.inherited());
        tally.compared("HTTP handler, callback", seed, Arrays.equals(wanted, exits.await(Exit.HTTP, letter.trackingId())));
        if (queued) {
            var inner = Soap.read(exits.await(Exit.QUEUE, letter.messageId())).inner();
            tally.compared("queue, response", seed, Soap.holds(inner, payload));
        } else {
            tally.compared("callback", seed, Soap.holds(Soap.of(exits.await(Exit.CALLBACK, letter.messageId())).inner(), payload));
        }
    }

    /**
     * REST in, and answered by a partner with a payload as the generator wrote it; the API's two ways to read it out. Damaged answers come
     * from a partner of their own, because they hold up what else goes to an endpoint, and are looked at for a second, because they are
     * asked for again.
     */
    private void submittedQuery(long seed, GeneratedPayload payload) throws IOException, InterruptedException {
        boolean damaged = payload.content() == null;
        if (damaged && Math.floorMod(seed, DAMAGED_ANSWERS) != 4) {
            return;
        }
        var id = Letter.uuid();
        peers.answerWith(id, payload);
        var asked = "{\"trackingId\": \"" + id + "\", \"service\": \"" + Kind.QUERY.service + "\", \"partner\": \""
                + (damaged ? "damaging" : "next-hop") + "\", \"wait\": \"" + (damaged ? "PT1S" : "PT60S")
                + "\", \"payloads\": [{\"mimeType\": \"text/plain\", \"content\": \"?\"}]}";
        var answer = bed.api("/api/messages", asked);
        var read = bed.api("/api/messages/" + id + "/response/payloads/1");
        boolean taken = answer.statusCode() == 200 && read.statusCode() == 200;
        if (damaged || !taken && payload.isRefusable()) {
            tally.compared("API response, damaged", seed, answer.statusCode() != 200 && read.statusCode() != 200,
                    payload.kind() + " reached the application");
            return;
        }
        tally.compared("API response", seed, taken && payload.isContent(read.body()),
                payload.kind() + " was answered " + answer.statusCode() + " and " + read.statusCode());
        tally.compared("API response in JSON", seed, taken && payload.isContent(Json.content(Bed.text(answer.body()))));
    }
}
