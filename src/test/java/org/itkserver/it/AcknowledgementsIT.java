package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Acknowledgements as a partner gets them: bytes off the wire, both styles, positive and negative (5.6, 6.3, H6 to H8). */
class AcknowledgementsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ANY = "urn:nhs-uk:addressing:ods:Z9999";

    @TempDir
    static Path folder;

    private static Postgres postgres;
    private static ServerProcess server;
    private static BackEnd application;
    private static BackEnd partner;

    @BeforeAll
    static void start() throws IOException {
        postgres = new Postgres();
        application = new BackEnd(0);
        partner = new BackEnd(0);
        server = postgres.configure(ServerProcess.at(folder.resolve("home"))).with("ITK_RETRY_FIRST", "PT0.2S");
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
                endpoints: { messages: "http://127.0.0.1:%1$d/messages", acknowledgements: "http://127.0.0.1:%1$d/acks" }
            handlers:
              application: { http: "http://127.0.0.1:%2$d/application", timeout: PT60S }
            routes:
              - { address: "urn:nhs-uk:addressing:ods:Z9999", handler: application }
            """
                .formatted(partner.port(), application.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        application.close();
        partner.close();
        postgres.close();
    }

    @BeforeEach
    void well() {
        application.status = 200;
        application.answer = "";
        application.headers = java.util.Map.of();
        partner.status = 200;
        partner.answer = "";
        partner.calls.clear();
    }

    /** A sample that asks for both acknowledgements, and goes to an address. */
    private static String asking(Sample sample, String trackingId, String address) {
        return sample.fill(server.url() + sample.path(), trackingId)
                .replaceAll("(ackrequested\" value=)\"false\"", "$1\"true\"")
                .replaceAll("urn:nhs-uk:addressing:ods:Z9999[^\"]*\"", address + "\"");
    }

    private static List<AckOnTheWire> acks(String trackingId, int expected) {
        server.await(() -> partner.containing(trackingId).size() >= expected, SOON);
        return partner.containing(trackingId).stream().map(AckOnTheWire::new).toList();
    }

    private static String between(String text, String before, String after) {
        int from = text.indexOf(before) + before.length();
        return text.substring(from, text.indexOf(after, from));
    }

    @ParameterizedTest
    @CsvSource({
        "send-cda-discharge, SendInfrastructureAck-v1-0, SendBusinessAck-v1-0, 200, '', AA",
        "send-cda-discharge, SendInfrastructureAck-v1-0, SendBusinessAck-v1-0, 404, '', AR",
        "send-cda-discharge, SendInfrastructureAck-v1-0, SendBusinessAck-v1-0, 422, error, AE",
        "send-dist-envelope-edischarge, sendDistEnvelope, sendDistEnvelope, 200, '', AA",
        "send-dist-envelope-edischarge, sendDistEnvelope, sendDistEnvelope, 404, '', AR",
        "send-dist-envelope-edischarge, sendDistEnvelope, sendDistEnvelope, 422, error, AE",
    })
    void bothLevels(String name, String infService, String busService, int status, String outcome, String typeCode)
            throws Exception {
        application.status = status;
        application.answer = status == 422 ? "The letter has no recipient." : "";
        application.headers = outcome.isEmpty() ? java.util.Map.of() : java.util.Map.of("Itk-Outcome", outcome);
        var sample = Sample.of(name);
        var trackingId = Sample.uuid();
        var message = asking(sample, trackingId, ANY);

        assertTrue(sample.post(server.url(), message).status() < 300);

        var acks = acks(trackingId, 2);
        var service = sample.action().substring(sample.action().lastIndexOf(':') + 1);
        var to = "http://127.0.0.1:" + partner.port() + "/acks";
        var infrastructure = acks.get(0);
        infrastructure.checkRequestAndEnvelope(infService, to);
        infrastructure.checkInfrastructure(trackingId, service, true);
        var business = acks.get(1);
        assertTrue(business.isBusiness(), "the business acknowledgement comes second");
        business.checkRequestAndEnvelope(busService, to);
        business.checkBusiness(
                trackingId,
                between(message, "201005:interaction\" value=\"", "\""),
                between(message, "<itk:payload id=\"", "\""),
                typeCode);
        if (typeCode.equals("AE")) {
            assertTrue(business.value("acknowledgementDetail/code/@displayName").contains("no recipient")
                    || business.value("detectedIssueEvent/text").contains("no recipient"));
        }
        checkHandling(infrastructure, business, infService.equals("sendDistEnvelope"));
        assertEquals(
                between(message, "<itk:senderAddress uri=\"", "\""), infrastructure.value("addresslist/address/@uri"));
        assertEquals(infrastructure.value("addresslist/address/@uri"), business.value("addresslist/address/@uri"));
    }

    /** The rows of 6.3 that differ between the styles. */
    private static void checkHandling(AckOnTheWire infrastructure, AckOnTheWire business, boolean itk22) {
        assertEquals("", infrastructure.value("manifest/manifestitem/@profileid"));
        assertEquals(
                "urn:nhs-en:profile:ITKBusinessAcknowledgement-" + (itk22 ? "v2-0" : "v1-0"),
                business.value("manifest/manifestitem/@profileid"));
        assertEquals(itk22 ? 1 : 0, infrastructure.count("spec"));
        assertEquals(itk22 ? 2 : 1, business.count("spec"));
        assertEquals(itk22, business.bytes().contains("infackrequested\" value=\"true\""));
        assertFalse(business.bytes().contains(":ackrequested\""));
    }

    @ParameterizedTest
    @CsvSource({"send-cda-discharge, SendInfrastructureAck-v1-0", "send-dist-envelope-edischarge, sendDistEnvelope"})
    void whatCannotBeRoutedIsNackedWhenAsked(String name, String infService) throws Exception {
        var sample = Sample.of(name);
        var trackingId = Sample.uuid();

        var reply = sample.post(server.url(), asking(sample, trackingId, "urn:nhs-uk:addressing:ods:NOBODY"));

        assertTrue(reply.status() < 300, reply.body());
        var nack = acks(trackingId, 1).get(0);
        nack.checkRequestAndEnvelope(infService, "http://127.0.0.1:" + partner.port() + "/acks");
        var service = sample.action().substring(sample.action().lastIndexOf(':') + 1);
        nack.checkInfrastructure(trackingId, service, false);
        nack.checkDeliveryError("DE0003", "Distribution Envelope Address List Processing Error");
        assertTrue(nack.value("errorInfo/ErrorDiagnosticText").contains("NOBODY"));
    }

    @Test
    void everyAttemptHasItsOwnMessageIdAndTheSameEnvelope() {
        partner.status = 503;
        var sample = Sample.of("send-dist-envelope-edischarge");
        var trackingId = Sample.uuid();
        sample.post(server.url(), asking(sample, trackingId, "urn:nhs-uk:addressing:ods:NOBODY"));
        server.await(() -> partner.containing(trackingId).size() >= 2, SOON);
        partner.status = 200;
        var attempts = partner.containing(trackingId).stream().limit(2).toList();
        var ids = attempts.stream()
                .map(c -> between(c.body(), "<wsa:MessageID>", "<"))
                .distinct();
        var envelopes = attempts.stream()
                .map(c -> between(c.body(), "<itk:DistributionEnvelope", "</itk:DistributionEnvelope>"))
                .distinct();
        assertEquals(2, ids.count());
        assertEquals(1, envelopes.count());
    }
}
