package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accepting, handling and repeating on PostgreSQL, with a real back end (H7, H9, H20). */
class ExchangeIT {
    private static final String SCR = "send-recv-dist-envelope-query-scr";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static BackEnd backEnd;

    @BeforeAll
    static void start() throws IOException {
        postgres = new Postgres();
        backEnd = new BackEnd(0);
        server = postgres.configure(ServerProcess.at(folder.resolve("home"))).with("ITK_SYNC_DEADLINE", "PT12S");
        server.directory(directory()).start();
    }

    static String directory() {
        return """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: gp-system, ods: [Y9999], usernames: [gp-system-1], services: ["*"] }
            services:
              - { name: sendRecvDistEnvelope, handler: application }
            handlers:
              application: { http: "http://127.0.0.1:%d/application", timeout: PT10S }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Z9999:cardiology", handler: application }
            """
                .formatted(backEnd.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        backEnd.close();
        postgres.close();
    }

    @BeforeEach
    void well() {
        backEnd.status = 200;
        backEnd.statusOf = call -> backEnd.status;
        backEnd.answer = "";
        backEnd.gate = null;
        backEnd.calls.clear();
    }

    private static long eventsOf(String type, String trackingId) {
        return postgres.count("select count(*) from audit_event where type = ? and tracking_id = ?", type, trackingId);
    }

    private static String state(String trackingId) {
        return postgres.column("select state from message where tracking_id = ?", trackingId)
                .get(0);
    }

    private static void awaitState(String trackingId, String state) {
        server.await(() -> state(trackingId).equals(state), Duration.ofSeconds(60));
    }

    @Test
    void theInboxHandlesInTheSameTransaction() {
        var id = Sample.uuid();
        assertEquals(200, Sample.of("send-document-pdf").send(server.url(), id).status());

        assertEquals("handled", state(id));
        assertEquals(
                0,
                postgres.count(
                        "select count(*) from delivery d join message m on m.id = d.message_id where tracking_id = ?",
                        id));
        assertEquals(1, eventsOf("accepted", id));
    }

    @Test
    void theBackEndGetsThePayloadAndItsHeaders() throws Exception {
        var attempt = Attempt.soap11(server.url());
        var id = attempt.trackingId();
        assertEquals(200, attempt.send().status());
        server.await(() -> backEnd.of(id).size() == 1, Duration.ofSeconds(60));
        var call = backEnd.of(id).get(0);

        assertEquals("SendCDADocument-v2-0", call.header("Itk-service"));
        assertEquals("1", call.header("Itk-attempt"));
        assertEquals("urn:nhs-uk:addressing:ods:Y9999", call.header("Itk-sender"));
        assertEquals("urn:nhs-en:profile:dischargeReport-v6-1", call.header("Itk-profile-id"));
        assertEquals("urn:nhs-itk:interaction:primaryRecipientDischargeReport-v1-0", call.header("Itk-interaction"));
        assertTrue(call.header("Content-type").startsWith("text/xml"));
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var document = factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(call.body().getBytes(StandardCharsets.UTF_8)));
        assertEquals("ClinicalDocument", document.getDocumentElement().getLocalName());
        // xsi is declared on soap:Envelope only
        assertEquals(1, document.getElementsByTagName("text").getLength());
        awaitState(id, "handled");
    }

    @Test
    void aFailedCallIsTriedAgainWithAHigherAttempt() {
        backEnd.statusOf = call -> call.header("Itk-attempt").equals("1") ? 503 : 204;
        var attempt = Attempt.soap11(server.url());
        var id = attempt.trackingId();
        assertEquals(200, attempt.send().status());
        awaitState(id, "handled");

        assertEquals(2, backEnd.of(id).size());
        assertEquals("1", backEnd.of(id).get(0).header("Itk-attempt"));
        assertEquals("2", backEnd.of(id).get(1).header("Itk-attempt"));
        assertEquals(1, eventsOf("attempt-failed", id));
        assertEquals(1, eventsOf("handled", id));
    }

    @Test
    void aRefusedPayloadIsRejectedForGood() {
        backEnd.status = 422;
        var attempt = Attempt.soap11(server.url());
        assertEquals(200, attempt.send().status());
        awaitState(attempt.trackingId(), "rejected");
        assertEquals(1, backEnd.of(attempt.trackingId()).size());
    }

    @Test
    void theSameMessageTwiceIsAnsweredTwiceAndHandledOnce() {
        for (var name : List.of("send-cda-non-coded", "send-dist-envelope-soap12", "send-document-two-payloads")) {
            var id = Sample.uuid();
            var sample = Sample.of(name);
            var first = sample.send(server.url(), id);
            var second = sample.send(server.url(), id);

            assertEquals(first.status(), second.status());
            assertEquals(first.soapBody(), second.soapBody());
            if (first.status() == 200) {
                assertNotEquals(first.text("MessageID"), second.text("MessageID"));
                assertNotEquals(first.text("RelatesTo"), second.text("RelatesTo"));
            }
            assertEquals(1, postgres.count("select count(*) from message where tracking_id = ?", id));
            assertEquals(1, eventsOf("duplicate", id));
        }
    }

    @Test
    void theSameTrackingIdWithOtherContentIsRefused() {
        var id = Sample.uuid();
        var sample = Sample.of("send-cda-non-coded");
        sample.send(server.url(), id);
        var other = sample.fill(server.url() + sample.path(), id).replace("ods:Y9999:", "ods:Y9999:other-");
        var reply = sample.post(server.url(), other);

        assertEquals("1000", reply.errorCode(), reply.body());
        assertEquals(1, postgres.count("select count(*) from message where tracking_id = ?", id));
    }

    @Test
    void fiftyCopiesAtOnceAreHandledOnce() throws Exception {
        backEnd.answer = "<answer xmlns=\"urn:hl7-org:v3\"/>";
        for (var name : List.of("send-document-pdf", SCR)) {
            var id = Sample.uuid();
            var replies = together(50, () -> Sample.of(name).send(server.url(), id));
            var distinct = new HashSet<String>();
            replies.forEach(reply -> distinct.add(reply.status() + reply.soapBody()));

            assertEquals(1, distinct.size(), distinct.toString());
            assertEquals(200, replies.get(0).status());
            assertEquals(1, postgres.count("select count(*) from message where tracking_id = ?", id));
            assertEquals(name.equals(SCR) ? 1 : 0, backEnd.of(id).size());
        }
    }

    static <T> List<T> together(int count, Callable<T> task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            var barrier = new CyclicBarrier(count);
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < count; i++) {
                futures.add(pool.submit(() -> {
                    barrier.await();
                    return task.call();
                }));
            }
            var out = new ArrayList<T>();
            for (var future : futures) {
                out.add(future.get());
            }
            return out;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aSynchronousRequestAnswered2100SucceedsWhenRepeated() {
        var id = Sample.uuid();
        backEnd.status = 503;
        var first = Sample.of(SCR).send(server.url(), id);
        assertEquals("2100", first.errorCode(), first.body());
        assertEquals("Server", first.faultCode());

        backEnd.status = 200;
        backEnd.answer = "<?xml version=\"1.0\"?><answer xmlns=\"urn:hl7-org:v3\">yes</answer>";
        var second = Sample.of(SCR).send(server.url(), id);
        assertEquals(200, second.status(), second.body());
        assertTrue(second.body().contains("sendRecvDistEnvelopeResponse"), second.body());
        assertEquals("2", backEnd.of(id).get(1).header("Itk-attempt"));

        var third = Sample.of(SCR).send(server.url(), id);
        assertEquals(second.soapBody(), third.soapBody());
        assertEquals(2, backEnd.of(id).size(), "a stored response is not asked for again");
    }

    @Test
    void aSlowBackEndIsAnswered2100AndItsCopyToo() {
        var gate = new CountDownLatch(1);
        backEnd.gate = gate;
        try {
            var reply = Sample.of(SCR).send(server.url(), Sample.uuid());
            assertEquals("2100", reply.errorCode(), reply.body());
        } finally {
            gate.countDown();
        }
    }

    @Test
    void aSynchronousRefusalIsTheSameFaultForEveryCopy() {
        backEnd.status = 404;
        var id = Sample.uuid();
        var first = Sample.of(SCR).send(server.url(), id);
        var second = Sample.of(SCR).send(server.url(), id);

        assertEquals("2200", first.errorCode(), first.body());
        assertEquals(first.soapBody(), second.soapBody());
        assertEquals(1, backEnd.of(id).size());
    }

    @Test
    void aRequestThatArrivesInPiecesIsNotAnsweredBeforeItIsComplete() throws Exception {
        var sample = Sample.of("send-dist-envelope-soap12");
        var id = Sample.uuid();
        var message = sample.fill(server.url() + sample.path(), id).getBytes(StandardCharsets.UTF_8);
        var port = Integer.parseInt(server.url().substring(server.url().lastIndexOf(':') + 1));
        try (var socket = new java.net.Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            var out = socket.getOutputStream();
            out.write(("POST " + sample.path() + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                            + "\r\nConnection: close\r\nContent-Type: application/soap+xml;action=\"" + sample.action()
                            + "\"\r\nContent-Length: " + message.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertEquals(0, socket.getInputStream().available());
            out.write(message, 0, 100);
            out.flush();
            java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
            assertEquals(0, socket.getInputStream().available(), "no answer to half a message");
            out.write(message, 100, message.length - 100);
            out.flush();
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 202"), answer);
        }
        assertEquals(1, postgres.count("select count(*) from message where tracking_id = ?", id));
    }

    @Test
    void stalledSendersHoldNoWorker() throws Exception {
        var port = Integer.parseInt(server.url().substring(server.url().lastIndexOf(':') + 1));
        var stalled = new ArrayList<java.net.Socket>();
        try {
            for (int i = 0; i < 200; i++) {
                var socket = new java.net.Socket("127.0.0.1", port);
                socket.getOutputStream()
                        .write(("POST /itk HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
                                        + "Content-Length: 5000\r\n\r\n<soap")
                                .getBytes(StandardCharsets.US_ASCII));
                stalled.add(socket);
            }
            long start = System.nanoTime();
            assertEquals(
                    200,
                    Sample.of("send-document-pdf")
                            .send(server.url(), Sample.uuid())
                            .status());
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5);
            SilentConnections.assertOpen(stalled);
        } finally {
            for (var socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void thePatientIsKeyedAndNeverStoredInTheClear() {
        var id = Sample.uuid();
        Sample.of("send-cda-discharge").send(server.url(), id);
        assertEquals(16, postgres.count("select length(patient) from message where tracking_id = ?", id));
        var pipeAndHat = Sample.uuid();
        Sample.of("admit-patient-pipe-and-hat").send(server.url(), pipeAndHat);
        assertEquals(16, postgres.count("select length(patient) from message where tracking_id = ?", pipeAndHat));
    }

    @Test
    void theDirectoryIsLoadedAgainAndTheLastGoodOneStays() throws IOException {
        try {
            server.directory(directory().replace("gp-system-1", "somebody-else"));
            server.await(
                    () -> Sample.of("send-document-pdf")
                                    .send(server.url(), Sample.uuid())
                                    .status()
                            == 500,
                    Duration.ofSeconds(60));
            server.directory(directory().replace("usernames:", "usernamez:"));
            server.await(
                    () -> postgres.count("select count(*) from audit_event where type = 'directory-refused'") == 1,
                    Duration.ofSeconds(60));
            var detail = postgres.column("select detail from audit_event where type = 'directory-refused'")
                    .get(0);
            assertTrue(detail.contains("line 3") && detail.contains("usernamez"), detail);
            assertEquals(
                    500,
                    Sample.of("send-document-pdf")
                            .send(server.url(), Sample.uuid())
                            .status());
        } finally {
            server.directory(directory());
        }
        server.await(
                () -> Sample.of("send-document-pdf")
                                .send(server.url(), Sample.uuid())
                                .status()
                        == 200,
                Duration.ofSeconds(60));
    }

    @Test
    void auditNumbersHaveNoGapsAndEveryRowItsHash() {
        var node = postgres.column("select distinct node from audit_event").get(0);
        assertEquals(0, postgres.count("select max(seq) - count(*) from audit_event where node = ?", node));
        assertEquals(0, postgres.count("select count(*) from audit_event where length(hash) <> 32"));
    }

    @Test
    void noPatientAndNoPayloadIsInTheLog() throws IOException {
        Sample.of("send-cda-discharge").send(server.url(), Sample.uuid());
        var log = Files.readString(server.log());
        assertFalse(log.contains("99900000"), "an NHS number is in the log");
        assertFalse(log.contains("ClinicalDocument"), "a payload is in the log");
    }
}
