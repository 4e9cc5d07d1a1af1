package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages that other ITK systems sent or published, in a folder outside the project: each gets the answer the rules of
 * docs/protocol.md demand. What ages is replaced (ids, times, To), everything else is posted as it is.
 */
@EnabledIfEnvironmentVariable(named = "ITK_FOREIGN_SAMPLES", matches = ".+")
class ForeignSamplesIT {
    private static final String URN = "urn:nhs-itk:services:201005:";
    private static final String FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault";
    private static final String ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous";
    private static final Pattern ACTION = Pattern.compile("<(?:\\w+:)?Action\\b[^>]*>([^<]*)<");
    private static final Pattern SERVICE = Pattern.compile("\\bservice=\"([^\"]*)\"");
    private static final Pattern BODY = Pattern.compile("<(?:\\w+:)?Body\\b");
    private static final Pattern MESSAGE_ID = Pattern.compile("<(?:\\w+:)?MessageID\\b[^>]*>([^<]*)<");
    private static final String ANSWER = "<answer xmlns=\"urn:x-test\">caf\u00e9</answer>";

    private static final String DIRECTORY =
            """
            organisation: { ods: Z9999, address: "urn:nhs-uk:addressing:ods:Z9999", auditIdentity: "urn:nhs-uk:identity:ods:Z9999:itk", username: itk-z9999 }
            partners:
              - { id: tester, ods: [XZ901, AAA, A1A, RHM, NIC, 5L399], usernames: [TKS Server test, tks_server], services: ["*"] }
              - { id: responder, ods: [TEST], usernames: [Responder User], services: ["*"] }
              - { id: developer-network, ods: [R59, RI, TESTORGS, X0912], usernames: [APPLICATIONA], services: ["*"] }
              - { id: ambulance, ods: [RX7], usernames: [CN=RX701.oneoneone.nhs.uk], services: ["*"] }
            services:
              - { name: queryPatientDemographics-v1-0, handler: application }
              - { name: getPatientDetailsByNHSNumber-v1-0, handler: application }
            handlers: { application: { http: "http://127.0.0.1:%d/", timeout: PT5S } }
            routes: [%s]
            """;

    /** Every organisation the samples are addressed to; here they are all ours. */
    private static final List<String> RECIPIENTS = List.of(
            "XZ901", "AAA", "BBB", "X0912", "X0913", "X0914", "R59", "TESTORGS", "A82018", "V396A", "EM396", "rhm");

    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static BackEnd backEnd;

    private enum Answer {
        OK,
        TAKEN,
        RESPONSE,
        REFUSED
    }

    /** What is expected of one file, changed in at most one place; the reason is part of the fault's diagnostic text. */
    private record Row(String file, Answer answer, String code, String reason, String part, String by) {
        Row with(String otherPart, String otherBy) {
            return new Row(file, answer, code, reason, otherPart, otherBy);
        }

        @Override
        public String toString() {
            return file + " " + answer + code + (part.isEmpty() ? "" : " with " + by);
        }
    }

    private static Row accepted(Answer answer, String file) {
        return new Row(file, answer, "", "", "", "");
    }

    private static Row refused(String code, String file, String reason) {
        return new Row(file, Answer.REFUSED, code, reason, "", "");
    }

    static List<Row> rows() {
        return List.of(
                accepted(Answer.OK, "gen-tkwx-busack.xml"),
                accepted(Answer.OK, "gen-tkwx-infack.xml"),
                accepted(Answer.OK, "gen-tkwx-infnack-1000.xml"),
                accepted(Answer.OK, "hdn-adt-admitPatientPH-b64.xml"),
                accepted(Answer.OK, "hdn-busack-SendBusinessAck.xml"),
                accepted(Answer.OK, "hdn-cda-SendCDADocument-busackreq.xml"), // H13: misspelt handling key
                accepted(Answer.OK, "pem-cleric-itk-ooh-referral-dx09.xml"), // H19: a Directory of Services id
                accepted(Answer.OK, "tkw-ITK_SOAP.xml"),
                accepted(Answer.OK, "tkwcorr-POCD_MT030001UK01_SOAPandDIST_Primary.xml"),
                accepted(Answer.OK, "tkwcorr-POCD_MT150001UK06_SOAPandDIST_146230_xml_Primary.xml"),
                accepted(Answer.TAKEN, "tkw-infnack-trigger-sendDistEnvelope.xml"),
                accepted(Answer.RESPONSE, "hdn-adt-queryPatientDemographics-req-Q21.xml"),
                // a response by its payload only; its Action is the request's, and payloads are not judged
                accepted(Answer.RESPONSE, "hdn-adt-queryPatientDemographics-resp-K21.xml"),
                // the Username "null" is nobody's (section 15); with a known one the misspelt Action is good (H13)
                refused("3000", "gen-ri-infack.xml", "not known"),
                accepted(Answer.OK, "gen-ri-infack.xml").with("Username>null<", "Username>APPLICATIONA<"),
                refused("3000", "gen-tkw-signed-SendCDADocument.xml", "not known"), // no truststore here
                refused("1000", "ciao-test-wrapped-busnack.xml", "SOAP envelope"),
                refused("1000", "fault-tkw-Client-3000.xml", "SOAP envelope"),
                refused("1000", "fault-tkw-Server-2100.xml", "SOAP envelope"),
                // H15: an address as audit identity
                refused("1000", "hdn-sms-getPatientDetailsByNHSNumber-req.xml", "Audit identity"),
                accepted(Answer.RESPONSE, "hdn-sms-getPatientDetailsByNHSNumber-req.xml")
                        .with(
                                "<itk:id type=\"2.16.840.1.113883.2.1.3.2.4.18.27\" uri=\"urn:nhs-uk:addressing:",
                                "<itk:id uri=\"urn:nhs-uk:identity:"),
                refused("1000", "hdn-sms-getPatientDetailsByNHSNumber-resp.xml", "is unknown"), // H3
                refused("1000", "pem-adastra-itk-ooh-referral-dx06.xml", "Created"), // R6: no Security header
                refused("1000", "pem-repeat-caller-exampleV1.xml", "Created"), // R6
                refused("1000", "pem-primary-emergency.xml", "_DMS"), // H3
                accepted(Answer.OK, "pem-primary-emergency.xml").with("v2-0_DMS", "v2-0"));
    }

    @BeforeAll
    static void start() throws IOException {
        backEnd = new BackEnd(0);
        backEnd.answer = ANSWER;
        server = ServerProcess.at(folder.resolve("home"));
        var routes = RECIPIENTS.stream()
                .map(ods -> "{ address: \"urn:nhs-uk:addressing:ods:" + ods + "\", handler: inbox }")
                .collect(Collectors.joining(", "));
        server.directory(DIRECTORY.formatted(backEnd.port(), routes)).start();
    }

    @AfterAll
    static void stop() {
        server.close();
        backEnd.close();
    }

    private static Path samples() {
        return Path.of(System.getenv("ITK_FOREIGN_SAMPLES"));
    }

    @Test
    void everyFileOfTheFolderHasItsRow() throws IOException {
        try (var files = Files.list(samples())) {
            var names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".xml"))
                    .collect(Collectors.toSet());
            assertEquals(names, rows().stream().map(Row::file).collect(Collectors.toSet()));
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void getsTheAnswerTheRulesDemand(Row row) throws IOException {
        var text = Files.readString(samples().resolve(row.file()));
        assertTrue(text.contains(row.part()), "nothing to replace");
        var message = new Message(text.replace(row.part(), row.by()));
        var reply = message.send();
        var about = row + ": " + reply.body();

        switch (row.answer()) {
            case OK -> {
                assertEquals(200, reply.status(), about);
                assertEquals("OK", reply.text("SimpleMessageResponse"), about);
                assertEquals(URN + message.service() + "Response", reply.text("Action"), about);
            }
            case TAKEN -> {
                assertEquals(202, reply.status(), about);
                assertEquals("", reply.body(), about);
            }
            case RESPONSE -> {
                assertEquals(200, reply.status(), about);
                assertEquals(message.action + "Response", reply.text("Action"), about);
                assertTrue(reply.soapBody().contains("DistributionEnvelope"), about);
                assertTrue(reply.soapBody().contains(ANSWER), about);
            }
            case REFUSED -> {
                assertEquals(500, reply.status(), about);
                assertEquals(row.code(), reply.errorCode(), about);
                assertTrue(reply.text("ErrorDiagnosticText").contains(row.reason()), about);
                assertEquals("Client", reply.faultCode(), about);
                assertEquals(FAULT_ACTION, reply.text("Action"), about);
            }
        }
        if (row.answer() != Answer.TAKEN) {
            assertEquals(message.messageId(), reply.text("RelatesTo"), about);
        }
    }

    /** Once accepted, the same envelope in a new request gets the same answer (H9). */
    @Test
    void aRetryIsAnsweredAgain() throws IOException {
        for (var row : rows()) {
            if (row.answer() != Answer.REFUSED) {
                var text = Files.readString(samples().resolve(row.file())).replace(row.part(), row.by());
                var message = new Message(text);
                var first = message.send();
                message.renewed();
                var second = message.send();
                assertEquals(first.status(), second.status(), row.toString());
                assertEquals(first.soapBody(), second.soapBody(), row.toString());
            }
        }
    }

    /** MessageID and tracking id must differ (section 3.3); one sender in service uses one value for both. */
    @Test
    void oneIdForBothIsRefused() throws IOException {
        var message = new Message(Files.readString(samples().resolve("pem-cleric-itk-ooh-referral-dx09.xml")));
        message.text = message.text.replaceFirst("trackingid=\"[^\"]*\"", "trackingid=\"" + message.messageId() + '"');

        assertEquals("1000", message.send().errorCode());
    }

    /** A sample with what ages replaced. */
    private static final class Message {
        final String action;
        String text;

        Message(String sample) {
            var names = List.of(ACTION, SERVICE);
            action = names.stream()
                    .map(pattern -> pattern.matcher(sample))
                    .filter(Matcher::find)
                    .map(m -> m.group(1).trim())
                    .findFirst()
                    .orElse(FAULT_ACTION);
            text = sample.replaceAll("__(?:REPLYTO|FAULTTO)__", ANONYMOUS)
                    .replaceFirst("trackingid=\"[^\"]*\"", "trackingid=\"" + Sample.uuid() + '"');
            renewed();
            text = text.replaceAll("__[A-Z]+__", "x");
        }

        /** Another transmission of the same envelope. */
        void renewed() {
            var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            header("MessageID", Sample.uuid());
            header("To", server.url() + path());
            header("Created", now.toString());
            header("Expires", now.plus(10, ChronoUnit.MINUTES).toString());
        }

        private void header(String element, String value) {
            var body = BODY.matcher(text);
            int end = body.find() ? body.start() : 0;
            var start = Pattern.compile("(<(?:\\w+:)?" + element + "\\b[^>]*>)[^<]*");
            text = start.matcher(text.substring(0, end)).replaceAll("$1" + value) + text.substring(end);
        }

        String messageId() {
            var m = MESSAGE_ID.matcher(text);
            return m.find() ? m.group(1) : "";
        }

        /** The service's name, whose other spelling we never send (H13). */
        String service() {
            var name = action.substring(action.lastIndexOf(':') + 1);
            return name.equals("InfrastructureAcknowledgment") ? "SendInfrastructureAck-v1-0" : name;
        }

        private String path() {
            if (!action.startsWith("urn:")) {
                return "/itk";
            }
            return "/itk/services/" + (service().equals("sendDistEnvelope") ? "ITKServReq/11" : service());
        }

        Wire.Reply send() {
            return Wire.post(server.url() + path(), action, text);
        }
    }
}
