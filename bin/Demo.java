import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * The six reference scenarios, played between real processes on loopback: a fresh server, a second one as the Spine mini service
 * provider, two simulated partners ({@code bin/ItkPartner.java}) and a back end. JDK only: {@code java bin/Demo.java JAR}.
 */
public final class Demo {
    private static final String SERVICE = "urn:nhs-itk:services:201005:";
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    private final Path folder;
    private final Path jar;
    private final List<Process> processes = new ArrayList<>();
    private final int server = freePort();
    private final int provider = freePort();
    private final int gp = freePort();
    private final int trust = freePort();
    private HttpServer backEnd;
    private String token = "";
    private boolean allRight = true;

    private Demo(Path folder, Path jar) {
        this.folder = folder;
        this.jar = jar;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1 || !Files.exists(Path.of(args[0]))) {
            System.err.println("usage: java bin/Demo.java JAR");
            System.exit(2);
        }
        var demo = new Demo(Files.createTempDirectory("itk-demo"), Path.of(args[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(demo::stop));
        demo.start();
        demo.play();
        System.exit(demo.allRight ? 0 : 1);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // -- the stage

    private void start() throws Exception {
        backEnd = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 10);
        backEnd.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            var body = "<patients xmlns=\"urn:example:demo\"><found/></patients>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        backEnd.start();
        startServer("server", server, directory());
        startServer("provider", provider, providersDirectory());
        startPartner("gp-system", gp, "Y9999");
        startPartner("other-trust", trust, "X1111");
        for (int port : new int[] {server, provider}) {
            await("a server", () -> get(port, "/health/ready").statusCode() == 200);
        }
        for (int port : new int[] {gp, trust}) {
            await("a partner", () -> get(port, "/_stats").statusCode() == 200);
        }
        token = Files.readString(folder.resolve("server/first-run.txt"))
                .lines()
                .filter(line -> line.startsWith("api-token="))
                .findFirst()
                .orElseThrow()
                .substring("api-token=".length());
    }

    private void startServer(String name, int port, String directory) throws IOException {
        var home = Files.createDirectories(folder.resolve(name));
        Files.writeString(home.resolve("directory.yaml"), directory);
        var builder = new ProcessBuilder("java", "-Xmx384m", "-jar", jar.toString());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("ITK_"));
        builder.environment().put("ITK_HOME", home.toString());
        builder.environment().put("ITK_HTTP_PORT", Integer.toString(port));
        run(name, builder);
    }

    private void startPartner(String name, int port, String ods) throws IOException {
        run(
                name,
                new ProcessBuilder(
                        "java",
                        "bin/ItkPartner.java",
                        "--port",
                        Integer.toString(port),
                        "--name",
                        name,
                        "--username",
                        name + "-1",
                        "--ods",
                        ods,
                        "--server",
                        "http://127.0.0.1:" + server + "/itk"));
    }

    private void run(String name, ProcessBuilder builder) throws IOException {
        processes.add(builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - id: gp-system
                ods: [Y9999]
                usernames: [gp-system-1]
                services: ["*"]
                endpoints: { messages: "http://127.0.0.1:%1$d/messages", acknowledgements: "http://127.0.0.1:%1$d/acks", callbacks: ["http://127.0.0.1:%1$d/callback"] }
              - id: other-trust
                ods: [X1111]
                usernames: [other-trust-1]
                services: ["*"]
                endpoints: { messages: "http://127.0.0.1:%2$d/messages" }
              - id: smsp
                ods: [Z0000]
                usernames: [smsp-1]
                services: []
                endpoints: { messages: "http://127.0.0.1:%3$d/itk/services/getPatientDetailsByNHSNumber-v1-0" }
            handlers:
              patient-index: { http: "http://127.0.0.1:%4$d/", timeout: PT5S }
            services:
              - { name: getPatientDetailsByNHSNumber-v1-0, handler: sample }
              - { name: queryPatientDemographics-v1-0, handler: patient-index }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:X1111", partner: other-trust }
            """
                .formatted(gp, trust, provider, backEnd.getAddress().getPort());
    }

    private static String providersDirectory() {
        return """
            organisation: { ods: Z0000, address: "urn:nhs-uk:addressing:ods:Z0000", auditIdentity: "urn:nhs-uk:identity:ods:Z0000:smsp", username: smsp-1 }
            partners:
              - { id: trust, ods: [Z9999], usernames: [itk-z9999], services: ["*"] }
            services:
              - { name: getPatientDetailsByNHSNumber-v1-0, handler: sample }
            """;
    }

    private void stop() {
        processes.forEach(Process::destroy);
        if (backEnd != null) {
            backEnd.stop(0);
        }
    }

    // -- the play

    private void play() throws Exception {
        System.out.printf("%-58s %-52s %s%n", "scenario", "on the wire", "end state");
        miniServiceClient();
        miniServiceProvider();
        admitPatient();
        asynchronousQuery();
        routedDocument();
        businessAcknowledgement("2.1", "SendCDADocument-v2-0", "2 acknowledgements in, 0 out", 0);
        businessAcknowledgement("2.2", "sendDistEnvelope", "2 acknowledgements in, 1 out", 1);
    }

    private void report(String scenario, String wire, String expected, String state) {
        boolean right = state.equals(expected);
        allRight &= right;
        System.out.printf("%-58s %-52s %s%s%n", scenario, wire, state, right ? "" : "   WRONG, expected " + expected);
    }

    private void miniServiceClient() throws Exception {
        var id = uuid();
        var reply = api("{\"trackingId\": \"" + id
                + "\", \"service\": \"getPatientDetailsByNHSNumber-v1-0\", \"partner\": \"smsp\", \"to\": [],"
                + " \"wait\": \"PT15S\", \"payloads\": [{\"mimeType\": \"text/xml\", \"profileId\":"
                + " \"urn:nhs-en:profile:getPatientDetailsByNHSNumberRequest-v1-0\", \"content\": "
                + json(payloadOf("samples/get-patient-details-by-nhs-number.xml")) + "}]}");
        boolean answered = reply.statusCode() == 200 && reply.body().contains("patientPerson");
        report(
                "1 Spine mini service, client (sync)",
                answered ? "request, response with the patient" : "HTTP " + reply.statusCode() + " " + reply.body(),
                "sent",
                awaitState(id, "sent"));
    }

    private void miniServiceProvider() throws Exception {
        var id = uuid();
        var answer = send(
                gp, "get-patient-details-by-nhs-number", "/itk/services/getPatientDetailsByNHSNumber-v1-0", id, "");
        report("2 Spine mini service, provider (sync)", answer, "handled", awaitState(id, "handled"));
    }

    private void admitPatient() throws Exception {
        var id = uuid();
        var answer = send(gp, "admit-patient-pipe-and-hat", "", id, "");
        report("3 ADT admit patient, pipe and hat (sync ack)", answer, "handled", awaitState(id, "handled"));
    }

    private void asynchronousQuery() throws Exception {
        var id = uuid();
        var file = folder.resolve("query.xml");
        Files.writeString(
                file,
                Files.readString(Path.of("samples/get-nhs-number.xml"))
                        .replace("getNHSNumber-v1-0", "queryPatientDemographics-v1-0")
                        .replaceAll(" profileid=\"[^\"]*\"", "")
                        .replace(
                                "</wsa:To>",
                                "</wsa:To><wsa:ReplyTo><wsa:Address>http://127.0.0.1:" + gp
                                        + "/callback</wsa:Address></wsa:ReplyTo>"));
        int before = journal(gp, "\"kind\":\"response\"").size();
        var answer = post(gp, file, "/itk/services/queryPatientDemographics-v1-0", id, "");
        await("the callback", () -> journal(gp, "\"kind\":\"response\"").size() == before + 1);
        report(
                "4 ADT query patient (asynchronous, callback)",
                answer + ", then the response at ReplyTo",
                "handled",
                awaitState(id, "handled"));
    }

    private void routedDocument() throws Exception {
        var id = uuid();
        var file = folder.resolve("letter.xml");
        Files.writeString(
                file,
                Files.readString(Path.of("samples/send-cda-discharge.xml"))
                        .replaceAll("urn:nhs-uk:addressing:ods:Z9999[^\"]*", "urn:nhs-uk:addressing:ods:X1111:oncology")
                        .replace(":ackrequested\" value=\"true\"", ":ackrequested\" value=\"false\""));
        var answer = post(gp, file, "/itk/services/SendCDADocument-v2-0", id, "");
        await(
                "the acknowledgement",
                () -> journal(gp, "\"trackingIdRef\":\"" + id).size() == 1);
        report(
                "5 routed CDA, repository (router: us)",
                answer + ", forwarded, infrastructure ack back",
                "infrastructure-acked",
                awaitRelated(id, "infrastructure-acked"));
    }

    private void businessAcknowledgement(String style, String service, String wire, int acksOut) throws Exception {
        var id = uuid();
        var interaction = "urn:nhs-itk:interaction:primaryRecipientNonCodedCDADocument-v2-0";
        api("{\"trackingId\": \"" + id + "\", \"service\": \"" + service
                + "\", \"to\": [\"urn:nhs-uk:addressing:ods:X1111:oncology\"],"
                + " \"interaction\": \"" + interaction + "\", \"infAckRequested\": true, \"ackRequested\": true,"
                + " \"payloads\": [{\"mimeType\": \"text/xml\", \"profileId\": \"urn:nhs-en:profile:nonCodedCDADocument-v2-0\","
                + " \"content\": \"<ClinicalDocument xmlns=\\\"urn:hl7-org:v3\\\"/>\"}]}");
        var state = awaitState(id, "business-acked");
        var sent = journal(trust, "\"event\":\"sent\"").stream()
                .filter(l -> l.contains("\"trackingIdRef\":\"" + id))
                .toList();
        var business =
                sent.stream().filter(l -> l.contains("\"bus-ack\"")).findFirst().orElse("");
        var businessId = value(business, "trackingId");
        Callable<Boolean> settled = () -> journal(trust, "\"trackingIdRef\":\"" + businessId).stream()
                        .filter(l -> l.contains("\"event\":\"received\""))
                        .count()
                == acksOut;
        await("the acknowledgement of the acknowledgement", settled);
        boolean inOrder = sent.size() == 2
                && sent.get(0).contains("\"inf-ack\"")
                && sent.get(1).contains("\"bus-ack\"");
        report(
                "6 routed CDA, business acknowledgement, " + style + " style",
                wire + (inOrder ? ", in order" : ", NOT in order"),
                "business-acked",
                inOrder ? state : "wrong order");
    }

    // -- tools

    private String send(int partner, String sample, String path, String trackingId, String more) throws Exception {
        return post(partner, Path.of("samples", sample + ".xml"), path, trackingId, more);
    }

    /** Lets a partner send a message; returns what the answer was. */
    private String post(int partner, Path file, String path, String trackingId, String more) throws Exception {
        var query = "file=" + encode(file.toAbsolutePath().toString()) + "&to="
                + encode("http://127.0.0.1:" + server + path) + "&trackingId=" + trackingId + more;
        var reply = CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + partner + "/_send?" + query))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return "HTTP " + value(reply.body(), "status");
    }

    private HttpResponse<String> api(String body) throws Exception {
        return CLIENT.send(
                request(server, "/api/messages")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String awaitState(String trackingId, String state) throws Exception {
        var pattern = Pattern.compile("\"state\"\\s*:\\s*\"" + state + "\"");
        try {
            await(state, () -> pattern.matcher(message(trackingId).split("\"events\"", 2)[0])
                    .find());
            return state;
        } catch (IllegalStateException e) {
            return value(message(trackingId), "state");
        }
    }

    /** The state of what a message became further on: its forward. */
    private String awaitRelated(String trackingId, String state) throws Exception {
        var pattern = Pattern.compile("\"state\"\\s*:\\s*\"" + state + "\"");
        await(state, () -> pattern.matcher(message(trackingId)).find());
        return state;
    }

    private String message(String trackingId) throws Exception {
        return get(server, "/api/messages/" + trackingId).body();
    }

    private List<String> journal(int partner, String containing) throws Exception {
        return get(partner, "/_journal")
                .body()
                .lines()
                .filter(line -> line.contains(containing))
                .toList();
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return CLIENT.send(request(port, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (IOException e) {
                // not there yet
            }
            if (System.nanoTime() > end || processes.stream().anyMatch(process -> !process.isAlive())) {
                throw new IllegalStateException(what + " did not come; logs are in " + folder);
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static String value(String json, String name) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"?([^\",}]*)").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    /** The content of a sample's payload, as a document of its own. */
    private static String payloadOf(String sample) throws IOException {
        var text = Files.readString(Path.of(sample));
        int from = text.indexOf('>', text.indexOf("<itk:payload ")) + 1;
        return text.substring(from, text.indexOf("</itk:payload>")).strip();
    }

    private static String json(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "")
                + '"';
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }
}
