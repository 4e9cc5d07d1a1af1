package org.itkserver.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Partners and applications of a server into which failures are thrown, and each kind of work that it does for them. */
final class FailureSetting implements AutoCloseable {
    private static final String OURS = "urn:nhs-uk:addressing:ods:Z9999:cardiology";
    private static final String SERVICES = "urn:nhs-itk:services:201005:";

    final BackEnd application = new BackEnd(0);
    private final BackEnd partner = new BackEnd(0);

    /**
     * Where work begins.
     *
     * @param isRetried whether the server tries again by itself; otherwise whoever asked does
     */
    record Place(String name, String type, String method, boolean isRetried) {}

    /** Work of one kind. */
    @FunctionalInterface
    interface Work {
        /** Has it begun; says whether it has come to its good end. */
        BooleanSupplier begin(ServerProcess server) throws IOException;
    }

    FailureSetting() {
        application.answer = "<found xmlns=\"urn:example\"/>";
    }

    String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - id: gp-system
                ods: [Y9999]
                usernames: [gp-system-1]
                services: ["*"]
                queues: [replies]
                endpoints: { messages: "http://127.0.0.1:%2$d/messages", callbacks: ["http://127.0.0.1:%2$d/callback"] }
              - id: other-trust
                ods: [X1111]
                usernames: [other-trust-1]
                services: ["*"]
                endpoints: { messages: "http://127.0.0.1:%2$d/messages" }
            handlers:
              application: { http: "http://127.0.0.1:%1$d/application", timeout: PT60S }
              archive: { folder: "in/archive" }
            services:
              - { name: queryPatientDemographics-v1-0, handler: application }
              - { name: verifyNHSNumber-v1-0, handler: sample }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:X1111", partner: other-trust }
              - { address: "urn:nhs-uk:addressing:ods:Z9999:application", handler: application }
              - { address: "urn:nhs-uk:addressing:ods:Z9999:archive", handler: archive }
            """
                .formatted(application.port(), partner.port());
    }

    /** Every kind, by the place where it begins. */
    Map<Place, Work> work() {
        var out = new LinkedHashMap<Place, Work>();
        out.put(place("http handler", "connector.HttpHandler", "handle", true), this::byHttp);
        out.put(place("folder handler", "connector.FolderHandler", "handle", true), this::intoFolder);
        out.put(place("callback", "exchange.Callbacks", "answer", true), this::callback);
        out.put(place("forward", "soap.SoapClient", "send", true), this::forward);
        out.put(place("sample handler", "connector.SampleHandler", "handle", false), FailureSetting::query);
        out.put(place("queue", "exchange.QueueCollection", "collect", false), FailureSetting::collect);
        out.put(place("inbox", "api.InboxResource", "list", false), FailureSetting::inbox);
        return out;
    }

    private static Place place(String name, String type, String method, boolean isRetried) {
        return new Place(name, "org.itkserver." + type, method, isRetried);
    }

    private static void accepted(Wire.Reply reply) {
        if (reply.status() / 100 != 2) {
            throw new AssertionError("not accepted: " + reply.status() + " " + reply.body());
        }
    }

    private static String sendTo(ServerProcess server, String address) {
        var attempt = Attempt.soap11(server.url()).swap(OURS, address);
        accepted(attempt.send());
        return attempt.trackingId();
    }

    private BooleanSupplier byHttp(ServerProcess server) {
        var id = sendTo(server, "urn:nhs-uk:addressing:ods:Z9999:application");
        return () -> state(server, id).equals("handled") && !application.of(id).isEmpty();
    }

    /** Given to the application, which answers nothing any more. */
    String sendSlowly(ServerProcess server) {
        application.gate = new CountDownLatch(1);
        var id = sendTo(server, "urn:nhs-uk:addressing:ods:Z9999:application");
        server.await(() -> application.of(id).size() == 1, Duration.ofSeconds(60));
        return id;
    }

    BooleanSupplier intoFolder(ServerProcess server) {
        var id = sendTo(server, "urn:nhs-uk:addressing:ods:Z9999:archive");
        return () -> Files.exists(server.home().resolve("in/archive/" + id + ".json"))
                && state(server, id).equals("handled");
    }

    private BooleanSupplier forward(ServerProcess server) {
        var id = sendTo(server, "urn:nhs-uk:addressing:ods:X1111:oncology");
        return () -> partner.calls.stream().anyMatch(call -> call.body().contains(id));
    }

    private BooleanSupplier callback(ServerProcess server) {
        var service = "queryPatientDemographics-v1-0";
        var id = Sample.uuid();
        var replyTo = "http://127.0.0.1:" + partner.port() + "/callback";
        var message = Sample.of("get-nhs-number")
                .fill(server.url() + "/itk/services/" + service, id)
                .replace("getNHSNumber-v1-0", service)
                .replaceAll(" profileid=\"[^\"]*\"", "")
                .replace("</wsa:To>", "</wsa:To><wsa:ReplyTo><wsa:Address>" + replyTo + "</wsa:Address></wsa:ReplyTo>");
        accepted(Wire.post(server.url() + "/itk/services/" + service, SERVICES + service, message));
        var messageId = message.replaceAll("(?s).*<wsa:MessageID>([^<]*)<.*", "$1");
        return () -> partner.calls.stream().anyMatch(call -> call.body().contains(messageId));
    }

    private static BooleanSupplier query(ServerProcess server) {
        int status =
                Sample.of("verify-nhs-number").send(server.url(), Sample.uuid()).status();
        return () -> status == 200;
    }

    private static BooleanSupplier collect(ServerProcess server) {
        var action = SERVICES + "GetMessages-v1-0";
        var head = Sample.of("get-nhs-number").fill(server.url() + "/itk/queue", Sample.uuid());
        int from = head.indexOf("<itk:DistributionEnvelope");
        var end = "</itk:DistributionEnvelope>";
        var body = "<itk:QueueMessage xmlns:itk=\"urn:nhs-itk:ns:201005\"><itk:QueueName>replies</itk:QueueName>"
                + "<itk:RequestedMessageCount>5</itk:RequestedMessageCount></itk:QueueMessage>";
        var message = head.substring(0, from) + body + head.substring(head.indexOf(end) + end.length());
        int status = Wire.post(
                        server.url() + "/itk/queue",
                        action,
                        message.replaceAll("<wsa:Action>[^<]*", "<wsa:Action>" + action))
                .status();
        return () -> status == 200;
    }

    private static BooleanSupplier inbox(ServerProcess server) {
        int status = get(server, "/api/inbox").status();
        return () -> status == 200;
    }

    /** What the REST API says is the state of a message. */
    String state(ServerProcess server, String trackingId) {
        return get(server, "/api/messages/" + trackingId)
                .body()
                .replaceAll("(?s).*?\"state\"\\s*:\\s*\"([^\"]*)\".*", "$1");
    }

    private static Wire.Reply get(ServerProcess server, String path) {
        return Wire.send(HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + server.apiToken())
                .build());
    }

    @Override
    public void close() {
        application.close();
        partner.close();
    }
}
