package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forwards, callbacks and queues between real HTTP peers, on PostgreSQL (H10, H12, H19, H20, H21; 1.4, 3.6). */
class RoutingIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ASKS = "urn:nhs-uk:addressing:ods:Z9999:cardiology";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static BackEnd sender;
    private static BackEnd nextHop;
    private static BackEnd application;

    @BeforeAll
    static void start() throws IOException {
        postgres = new Postgres();
        sender = new BackEnd(0);
        nextHop = new BackEnd(0);
        application = new BackEnd(0);
        server = postgres.configure(ServerProcess.at(folder.resolve("home")))
                .with("ITK_RETRY_FIRST", "PT0.2S")
                .with("ITK_RETRY_ATTEMPTS", "3")
                .with("ITK_QUEUE_TIMEOUT", "PT8S");
        server.directory(directory()).start();
    }

    private static String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - id: gp-system
                ods: [Y9999]
                usernames: [gp-system-1]
                services: ["*"]
                queues: [replies]
                endpoints: { messages: "http://127.0.0.1:%1$d/messages", callbacks: ["http://127.0.0.1:%1$d/callback", "http://127.0.0.1:%1$d/faults"] }
              - id: other-trust
                ods: [X1111]
                usernames: [other-trust-1]
                services: ["*"]
                endpoints: { messages: "http://127.0.0.1:%2$d/messages" }
              - id: third
                ods: [X2222]
                usernames: [third-1]
                services: ["*"]
                queues: [third-in]
                endpoints: { messages: "queue:third-in" }
            handlers:
              application: { http: "http://127.0.0.1:%3$d/application", timeout: PT60S }
            services:
              - { name: queryPatientDemographics-v1-0, handler: application }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:X1111", partner: other-trust }
              - { address: "urn:nhs-uk:addressing:ods:X2222", partner: third }
            """
                .formatted(sender.port(), nextHop.port(), application.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        sender.close();
        nextHop.close();
        application.close();
        postgres.close();
    }

    @BeforeEach
    void well() {
        for (var peer : List.of(sender, nextHop, application)) {
            peer.status = 200;
            peer.answer = "";
            peer.calls.clear();
        }
    }

    private static String envelope(String message) {
        int from = message.indexOf("<itk:DistributionEnvelope");
        var end = "</itk:DistributionEnvelope>";
        return message.substring(from, message.indexOf(end) + end.length());
    }

    private static List<BackEnd.Call> of(BackEnd peer, String trackingId) {
        return peer.calls.stream().filter(c -> c.body().contains(trackingId)).toList();
    }

    private static String state(String direction, String trackingId) {
        return postgres
                .column("select state from message where direction = ? and tracking_id = ?", direction, trackingId)
                .stream()
                .findFirst()
                .orElse("none");
    }

    private static void awaitState(String direction, String trackingId, String state) {
        server.await(() -> state(direction, trackingId).equals(state), SOON);
    }

    private static String routed(String sample, String trackingId, String address) {
        var s = Sample.of(sample);
        return s.fill(server.url() + s.path(), trackingId).replace(ASKS, address);
    }

    @Test
    void aForwardIsTheReceivedBytes() {
        var sample = Sample.of("send-cda-inherited-namespaces");
        var id = Sample.uuid();
        var message = routed("send-cda-inherited-namespaces", id, "urn:nhs-uk:addressing:ods:X1111:oncology");

        assertEquals(200, sample.post(server.url(), message).status());

        server.await(() -> of(nextHop, id).size() == 1, SOON);
        var got = of(nextHop, id).get(0);
        assertEquals(envelope(message), envelope(got.body()));
        var wire = new AckOnTheWire(got);
        assertEquals("itk-z9999", wire.value("UsernameToken/Username"));
        assertEquals("http://127.0.0.1:" + nextHop.port() + "/messages", wire.value("Header/To"));
        assertFalse(message.contains(wire.value("Header/MessageID")));
        awaitState("in", id, "handled");
        awaitState("out", id, "sent");
        assertEquals(0, of(sender, id).size(), "no acknowledgement for a forward (H6)");
    }

    @Test
    void aBroadcastIsCutToEachHopsAddresses() {
        var sample = Sample.of("broadcast-document");
        var id = Sample.uuid();
        var message = sample.fill(server.url() + sample.path(), id)
                .replace("ods:Z9999:cardiology", "ods:X1111:one")
                .replace("ods:Z9999:diabetes", "ods:X2222:two")
                .replace("ods:Z9999:medical-records", "ods:X1111:three");

        assertEquals(200, sample.post(server.url(), message).status());

        server.await(() -> of(nextHop, id).size() == 1, SOON);
        var expected = envelope(message)
                .replace("<itk:address uri=\"urn:nhs-uk:addressing:ods:X2222:two\"/>", "")
                .replace("<itk:address uri=\"urn:nhs-uk:addressing:ods:Z9999:maternity:reception\"/>", "");
        assertEquals(expected, envelope(of(nextHop, id).get(0).body()));
        var queued = new AtomicReference<String>("");
        server.await(
                () -> {
                    queued.set(collect("third-1", "third-in", 5).body());
                    return queued.get().contains("X2222:two");
                },
                SOON);
        assertFalse(queued.get().contains("X1111:one"), queued.get());
        server.await(() -> !of(sender, id).isEmpty(), SOON);
        assertTrue(of(sender, id).get(0).body().contains("result=\"OK\""), "our own address is acknowledged");
    }

    @Test
    void ofManyCopiesAtOnceOneIsForwarded() throws Exception {
        var sample = Sample.of("send-cda-inherited-namespaces");
        var id = Sample.uuid();
        var message = routed("send-cda-inherited-namespaces", id, "urn:nhs-uk:addressing:ods:X1111:oncology");
        var pool = Executors.newFixedThreadPool(30);
        Callable<Integer> send = () -> sample.post(
                        server.url(), message.replaceFirst("<wsa:MessageID>[^<]*", "<wsa:MessageID>" + Sample.uuid()))
                .status();
        var answers = pool.invokeAll(IntStream.range(0, 60).mapToObj(i -> send).toList());
        pool.shutdown();
        for (var answer : answers) {
            assertEquals(200, answer.get());
        }
        awaitState("in", id, "handled");
        assertEquals(1, of(nextHop, id).size());
    }

    @Test
    void aCircleIsRefused() {
        var sample = Sample.of("send-cda-inherited-namespaces");
        var id = Sample.uuid();
        var address = "urn:nhs-uk:addressing:ods:X1111:oncology";
        sample.post(server.url(), routed("send-cda-inherited-namespaces", id, address));
        awaitState("in", id, "handled");
        var back = routed("send-cda-inherited-namespaces", id, address).replace("Y9999", "X2222");

        var fromThird = sample.post(server.url(), back.replace("gp-system-1", "third-1"));
        var fromThere =
                sample.post(server.url(), back.replace("X2222", "X1111").replace("gp-system-1", "other-trust-1"));

        assertEquals("1000", fromThird.errorCode());
        assertEquals("1000", fromThere.errorCode());
        assertEquals(1, of(nextHop, id).size());
    }

    @Test
    void aForwardThatIsRefusedIsToldToItsOriginatorAndToAPerson() {
        nextHop.status = 500;
        nextHop.answer = BackEnd.FAULT_1000;
        var sample = Sample.of("send-cda-discharge");
        var id = Sample.uuid();
        var message = sample.fill(server.url() + sample.path(), id)
                .replaceAll("urn:nhs-uk:addressing:ods:Z9999[^\"]*", "urn:nhs-uk:addressing:ods:X1111:oncology");

        assertEquals(200, sample.post(server.url(), message).status());

        server.await(() -> !of(sender, id).isEmpty(), SOON);
        var nack = new AckOnTheWire(of(sender, id).get(0));
        nack.checkDeliveryError("DE0001", "Distribution Envelope Processing Error");
        assertEquals("rejected", state("in", id));
        assertEquals(1, of(nextHop, id).size(), "a fault 1000 is not tried again");
        assertTrue(
                postgres.count("select count(*) from audit_event where type = 'alert' and tracking_id = ?", id) >= 1);
    }

    @Test
    void aForgedAcknowledgementChangesNothing() {
        var sample = Sample.of("send-cda-discharge");
        var id = Sample.uuid();
        var message = sample.fill(server.url() + sample.path(), id)
                .replaceAll("urn:nhs-uk:addressing:ods:Z9999[^\"]*", "urn:nhs-uk:addressing:ods:X1111:oncology");
        sample.post(server.url(), message);
        awaitState("out", id, "sent");
        var ack = Sample.of("send-infrastructure-ack");
        var template = ack.fill(server.url() + ack.path(), Sample.uuid());
        var about = template.replaceAll("trackingIdRef=\"[^\"]*\"", "trackingIdRef=\"" + id + "\"");

        var forged = about.replace("Y9999", "X2222").replace("gp-system-1", "third-1");
        assertEquals(200, ack.post(server.url(), forged).status());
        assertEquals("sent", state("out", id));
        assertEquals(
                1,
                postgres.count(
                        "select count(*) from audit_event where type = 'alert' and partner = 'third' and detail like ?",
                        "%" + id + "%"));

        var right = about.replace("Y9999", "X1111")
                .replace("gp-system-1", "other-trust-1")
                .replaceFirst("trackingid=\"[^\"]*\"", "trackingid=\"" + Sample.uuid() + "\"");
        assertEquals(200, ack.post(server.url(), right).status());
        assertEquals("infrastructure-acked", state("out", id));
    }

    private static String query(String trackingId, String replyTo, String faultTo) {
        var sample = Sample.of("get-nhs-number");
        var path = "/itk/services/queryPatientDemographics-v1-0";
        return sample.fill(server.url() + path, trackingId)
                .replace("getNHSNumber-v1-0", "queryPatientDemographics-v1-0")
                .replaceAll(" profileid=\"[^\"]*\"", "")
                .replace(
                        "</wsa:To>",
                        "</wsa:To><wsa:ReplyTo><wsa:Address>" + replyTo + "</wsa:Address></wsa:ReplyTo>" + faultTo);
    }

    private static Wire.Reply ask(String message) {
        return Wire.post(
                server.url() + "/itk/services/queryPatientDemographics-v1-0",
                "urn:nhs-itk:services:201005:queryPatientDemographics-v1-0",
                message);
    }

    private static String messageId(String request) {
        return request.replaceAll("(?s).*<wsa:MessageID>([^<]+)<.*", "$1");
    }

    /** The one message that the sender gets as the answer to a request: it relates to the request's message id. */
    private static AckOnTheWire callback(String request) {
        var relation = "RelatesTo>" + messageId(request) + "<";
        server.await(() -> !sender.containing(relation).isEmpty(), SOON);
        assertEquals(1, sender.containing(relation).size());
        return new AckOnTheWire(sender.containing(relation).get(0));
    }

    @Test
    void aTrulyAsynchronousRequestIsAnsweredAtItsReplyTo() {
        application.answer = "<found xmlns=\"urn:example\"/>";
        var message = query(Sample.uuid(), "http://127.0.0.1:" + sender.port() + "/callback", "");

        var reply = ask(message);

        assertEquals(202, reply.status());
        assertEquals("", reply.body());
        var answer = callback(message);
        assertEquals(
                "urn:nhs-itk:services:201005:queryPatientDemographics-v1-0Response", answer.value("Header/Action"));
        assertEquals("http://127.0.0.1:" + sender.port() + "/callback", answer.value("Header/To"));
        assertEquals("itk-z9999", answer.value("UsernameToken/Username"));
        assertEquals(1, answer.count("found"));
    }

    @Test
    void itsFaultGoesToFaultTo() {
        application.status = 404;
        var faultTo =
                "<wsa:FaultTo><wsa:Address>http://127.0.0.1:" + sender.port() + "/faults</wsa:Address></wsa:FaultTo>";
        var message = query(Sample.uuid(), "http://127.0.0.1:" + sender.port() + "/callback", faultTo);
        assertEquals(202, ask(message).status());
        var fault = callback(message);
        assertEquals("http://www.w3.org/2005/08/addressing/soap/fault", fault.value("Header/Action"));
        assertEquals("http://127.0.0.1:" + sender.port() + "/faults", fault.value("Header/To"));
        assertEquals("2200", fault.value("ToolkitErrorInfo/ErrorCode"));
    }

    @Test
    void aForeignReplyToIsRefusedAndNeverCalled() {
        var foreign = "http://127.0.0.1:" + nextHop.port() + "/callback";
        var message = query(Sample.uuid(), foreign, "");
        assertEquals("1000", ask(message).errorCode());
        assertEquals(
                "1000",
                ask(query(Sample.uuid(), "urn:nhs-itk:subscriber:third-in", "")).errorCode());
        assertEquals(List.of(), nextHop.containing(messageId(message)));
    }

    private static Wire.Reply collect(String username, String queue, int count) {
        return atQueue(
                username,
                "GetMessages-v1-0",
                "<itk:QueueMessage xmlns:itk=\"urn:nhs-itk:ns:201005\"><itk:QueueName>" + queue
                        + "</itk:QueueName><itk:RequestedMessageCount>" + count
                        + "</itk:RequestedMessageCount></itk:QueueMessage>");
    }

    private static Wire.Reply confirm(String username, String queue, String handle) {
        return atQueue(
                username,
                "ConfirmMessage",
                "<itk:QueueConfirmMessageReceipt xmlns:itk=\"urn:nhs-itk:ns:201005\"><itk:SubscriberName>" + queue
                        + "</itk:SubscriberName><itk:MessageHandle>" + handle
                        + "</itk:MessageHandle></itk:QueueConfirmMessageReceipt>");
    }

    private static Wire.Reply atQueue(String username, String operation, String body) {
        var action = "urn:nhs-itk:services:201005:" + operation;
        var head = Sample.of("get-nhs-number").fill(server.url() + "/itk/queue", Sample.uuid());
        var message = head.substring(0, head.indexOf("<itk:DistributionEnvelope"))
                + body
                + head.substring(head.indexOf("</itk:DistributionEnvelope>") + "</itk:DistributionEnvelope>".length());
        return Wire.post(
                server.url() + "/itk/queue",
                action,
                message.replaceAll("<wsa:Action>[^<]*", "<wsa:Action>" + action).replace("gp-system-1", username));
    }

    @Test
    void aSubscriberThatDiesGetsItsMessagesAgainUntilItConfirms() {
        application.answer = "<found xmlns=\"urn:example\"/>";
        assertEquals(
                202,
                ask(query(Sample.uuid(), "urn:nhs-itk:subscriber:replies", "")).status());
        server.await(
                () -> collect("gp-system-1", "replies", 1).text("MessageCount").equals("1"), SOON);
        assertEquals("0", collect("gp-system-1", "replies", 1).text("MessageCount"), "out of sight");

        var again = new Wire.Reply[1];
        server.await(
                () -> {
                    again[0] = collect("gp-system-1", "replies", 1);
                    return again[0].text("MessageCount").equals("1");
                },
                SOON);
        assertEquals(
                200,
                confirm("gp-system-1", "replies", again[0].text("MessageHandle"))
                        .status());
        assertEquals(
                200,
                confirm("gp-system-1", "replies", again[0].text("MessageHandle"))
                        .status());
        assertEquals(0, postgres.count("select count(*) from delivery where kind = 'queue' and handler = 'replies'"));
    }

    @Test
    void anotherPartnersQueueIsUnknown() {
        assertEquals("1000", collect("other-trust-1", "replies", 1).errorCode());
        assertEquals("1000", confirm("other-trust-1", "replies", "1-1").errorCode());
        assertEquals("1000", collect("gp-system-1", "no-such-queue", 1).errorCode());
        assertEquals("3000", collect("nobody", "replies", 1).errorCode());
    }
}
