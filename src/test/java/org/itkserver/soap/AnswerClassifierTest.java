package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.FaultWriter;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.envelope.ToolkitError;
import org.itkserver.exchange.Transport;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H11 as a table: every answer of a peer, and what it means. */
class AnswerClassifierTest {
    private static final String RESPONSE = Messages.cda().replace(Messages.SERVICE, Messages.SERVICE + "Response");
    private static final String REQUEST_ID = "0B6C2E4F-9D14-4E0B-8E55-7B6A1F0C2D33";
    private static final String HTML = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>";

    private final AnswerClassifier classifier = new AnswerClassifier(
            new SoapAnswerReader(
                    new WstxInputFactory(), new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT)),
            new ResponseCheck(new PayloadStreams(new WstxInputFactory(), 1 << 20)),
            new SettableClock(Instant.parse("2026-11-22T10:00:00Z")));

    /** The bodies that the table names. */
    private static String body(String name) {
        return switch (name) {
            case "fault1000", "fault2100", "fault2200", "fault3000" ->
                soap(SoapVersion.SOAP_11, toolkit(SoapVersion.SOAP_11, name.substring(5)));
            case "fault1000in12", "fault2100in12" ->
                soap(SoapVersion.SOAP_12, toolkit(SoapVersion.SOAP_12, name.substring(5, 9)));
            case "fault9999" ->
                soap(SoapVersion.SOAP_11, toolkit(SoapVersion.SOAP_11, "1000").replace(">1000<", ">9999<"));
            case "faultClient", "faultServer", "faultMustUnderstand", "faultVersionMismatch" ->
                plain(name.substring(5));
            case "faultDotted" -> plain("Client.Authentication");
            case "faultSender12", "faultReceiver12" -> plain12(name.substring(5, name.length() - 2));
            case "faultBare" -> soap(SoapVersion.SOAP_11, "<s:Fault/>");
            case "simple" ->
                soap(
                        SoapVersion.SOAP_11,
                        "<SimpleMessageResponse xmlns=\"urn:nhs-itk:ns:201005\">OK</SimpleMessageResponse>");
            case "envelope" -> Messages.cda();
            case "response" -> RESPONSE;
            case "empty" -> soap(SoapVersion.SOAP_11, "");
            case "other" -> soap(SoapVersion.SOAP_11, "<Thanks/>");
            case "html" -> HTML;
            case "garbage" -> "\u0000\u0001 OK";
            case "json" -> "{\"status\":400}";
            case "cut" -> body("fault1000").substring(0, 150);
            case "none" -> "";
            default -> throw new AssertionError(name);
        };
    }

    private static String toolkit(SoapVersion version, String code) {
        var kind = Arrays.stream(ErrorCode.values())
                .filter(c -> c.code().equals(code))
                .findFirst()
                .orElseThrow();
        return FaultWriter.body(version, ToolkitError.of(kind, "why"), "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66");
    }

    private static String plain(String code) {
        return soap(
                SoapVersion.SOAP_11,
                "<s:Fault><faultcode>s:" + code + "</faultcode><faultstring>no</faultstring></s:Fault>");
    }

    private static String plain12(String code) {
        return soap(
                SoapVersion.SOAP_12,
                "<s:Fault><s:Code><s:Value>s:" + code
                        + "</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason></s:Fault>");
    }

    private static String soap(SoapVersion version, String content) {
        return "<s:Envelope xmlns:s=\"" + version.namespace() + "\" xmlns:soap=\"" + version.namespace()
                + "\"><s:Header/><s:Body>" + content + "</s:Body></s:Envelope>";
    }

    private Transport.Result classify(int status, String body, boolean synchronous, String retryAfter) {
        var header = retryAfter.isEmpty() ? null : retryAfter;
        return classifier.classify(
                "MESSAGE-ID", letter(synchronous), status, header, body(body).getBytes(StandardCharsets.UTF_8));
    }

    private static Transport.Letter letter(boolean synchronous) {
        var bytes = Messages.utf8("<sent/>");
        return new Transport.Letter(
                Messages.SERVICE,
                "SENT-TRACKING-ID",
                null,
                MessageBody.of(bytes),
                new ScannedMessage.Range(0, bytes.length),
                Map.of(),
                StandardCharsets.UTF_8,
                synchronous);
    }

    /** What a result says: unwell is a NotNow that counts against the peer. */
    private static String words(Transport.Result result) {
        if (result instanceof Transport.Taken taken) {
            return taken.response() == null ? "taken" : "response";
        } else if (result instanceof Transport.Refused refused) {
            return refused.code() == null ? "refused" : "refused " + refused.code();
        } else if (result instanceof Transport.NotOurs) {
            return "not ours";
        } else if (result instanceof Transport.Held held) {
            return "held"
                    + (held.retryAfter() == null ? "" : " " + held.retryAfter().toSeconds());
        }
        var notNow = (Transport.NotNow) result;
        var wait = notNow.retryAfter();
        return (notNow.unwell() ? "unwell" : "later") + (wait == null ? "" : " " + wait.toSeconds());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // the first fault of a peer counts, whatever the status
                "500 | fault1000 | refused 1000",
                "200 | fault1000 | refused 1000",
                "202 | fault1000 | refused 1000",
                "400 | fault1000 | refused 1000",
                "503 | fault1000 | refused 1000",
                "500 | fault2200 | refused 2200",
                "200 | fault2200 | refused 2200",
                "500 | fault3000 | refused 3000",
                "200 | fault3000 | refused 3000",
                "401 | fault3000 | refused 3000",
                "500 | fault2100 | later",
                "200 | fault2100 | later",
                "404 | fault2100 | later",
                "503 | fault2100 | later",
                "500 | fault9999 | later",
                "500 | fault1000in12 | refused 1000",
                "400 | fault1000in12 | refused 1000",
                "500 | fault2100in12 | later",
                "500 | faultClient | held",
                "200 | faultClient | held",
                "500 | faultDotted | held",
                "500 | faultMustUnderstand | held",
                "500 | faultVersionMismatch | held",
                "500 | faultSender12 | held",
                "500 | faultServer | held",
                "200 | faultServer | held",
                "500 | faultReceiver12 | held",
                "500 | faultBare | held",
                "500 | cut | later",
                // taken
                "200 | simple | taken",
                "202 | simple | taken",
                "200 | none | taken",
                "202 | none | taken",
                "204 | none | taken",
                "201 | none | taken",
                "200 | empty | taken",
                "202 | empty | taken",
                "200 | other | taken",
                "200 | envelope | taken",
                // no SOAP
                "200 | html | unwell",
                "200 | garbage | unwell",
                "202 | html | unwell",
                "200 | cut | unwell",
                "500 | none | later",
                "500 | html | later",
                "500 | simple | later",
                "501 | none | later",
                "502 | html | unwell",
                "503 | none | unwell",
                "504 | none | unwell",
                "505 | none | later",
                "301 | html | unwell",
                "302 | none | unwell",
                "307 | none | unwell",
                "304 | none | unwell",
                "408 | none | unwell",
                "429 | html | unwell",
                // about the endpoint
                "401 | none | held",
                "401 | html | held",
                "403 | html | held",
                "404 | html | held",
                "405 | none | held",
                "407 | none | held",
                "410 | none | held",
                "421 | none | held",
                // perhaps about this message: only a ToolkitErrorInfo refuses it for good
                "400 | json | later",
                "413 | none | later",
                "415 | json | later",
                "422 | none | later",
            })
    void anAnswerToAMessage(int status, String body, String expected) {
        assertEquals(expected, words(classify(status, body, false, "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | response | response",
                "202 | response | response",
                "200 | envelope | not ours",
                "500 | response | later",
                "200 | simple | later",
                "200 | other | later",
                "200 | empty | later",
                "200 | none | later",
                "202 | none | later",
                "204 | none | later",
                "200 | html | unwell",
                "200 | garbage | unwell",
                "200 | fault2100 | later",
                "500 | fault2100 | later",
                "500 | fault1000 | refused 1000",
                "404 | html | held",
                "503 | none | unwell",
            })
    void anAnswerToARequest(int status, String body, String expected) {
        assertEquals(expected, words(classify(status, body, true, "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | none | 120 | unwell 120",
                "503 | html | 0 | unwell 0",
                "503 | none | ' 7 ' | unwell 7",
                "408 | none | 5 | unwell 5",
                "502 | none | 5 | unwell 5",
                "504 | none | 5 | unwell 5",
                "503 | none | Sun, 22 Nov 2026 10:01:30 GMT | unwell 90",
                "503 | none | Sun, 22 Nov 2026 09:00:00 GMT | unwell",
                "503 | none | -5 | unwell",
                "503 | none | 1.5 | unwell",
                "503 | none | soon | unwell",
                "503 | none | 99999999999999999999 | unwell",
                "503 | none | Sun, 32 Nov 2026 10:01:30 GMT | unwell",
                "500 | none | 120 | later",
                "302 | none | 120 | unwell",
                "500 | fault2100 | 120 | later 120",
                "503 | fault2100 | 120 | later 120",
                "500 | fault1000 | 120 | refused 1000",
                "404 | none | 120 | held",
                "200 | simple | 120 | taken",
            })
    void aPeerThatSaysWhenToComeBack(int status, String body, String retryAfter, String expected) {
        assertEquals(expected, words(classify(status, body, false, retryAfter)));
    }

    @Test
    void theReasonSaysWhatThePeerSaid() {
        var refused = (Transport.Refused) classify(500, "fault1000", false, "");
        assertEquals("MESSAGE-ID", refused.messageId());
        assertTrue(refused.reason().startsWith("fault 1000: "), refused.reason());
        assertTrue(refused.reason().contains("why"), refused.reason());
        assertTrue(refused.reason().endsWith("(ErrorID E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66)"), refused.reason());
        var held = (Transport.Held) classify(500, "faultClient", false, "");
        assertEquals("fault Client: no", held.reason());
        assertEquals("a SOAP fault Client", held.answer());
        assertEquals("HTTP 404", ((Transport.Held) classify(404, "html", false, "")).reason());
        var notNow = (Transport.NotNow) classify(503, "html", false, "");
        assertEquals("HTTP 503 without a SOAP answer", notNow.reason());
    }

    @Test
    void theResponseIsTheWholeAnswer() {
        var taken = (Transport.Taken) classify(200, "response", true, "");
        assertEquals(RESPONSE, taken.response());
        var utf16 = RESPONSE.getBytes(StandardCharsets.UTF_16);
        var wide = (Transport.Taken) classifier.classify("M", letter(true), 200, null, utf16);
        assertTrue(String.valueOf(wide.response()).contains("caf\u00e9"));
    }

    /** H24: what a mixed-up server or proxy sends is not taken for the answer. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RELATES | MessageID | true",
                "urn:uuid:RELATES | MessageID | true",
                "99999999-AAAA-4BBB-8CCC-000000000009 | MessageID | false",
                "99999999-AAAA-4BBB-8CCC-000000000009 | relation | false",
                "RELATES | both relations | true",
                "RELATES | relation | true",
                "SERVICEResponse | Action | true",
                "urn:nhs-itk:ns:201005/Port/sendResponse | Action | true",
                "SERVICE | Action | false",
                "urn:nhs-itk:services:201005:getNHSNumber-v1-0Response | Action | false",
                "SERVICEResponse | service | true",
                "urn:nhs-itk:services:201005:getNHSNumber-v1-0Response | service | false",
                "SERVICE | service | true",
                "RELATES | own | false"
            })
    void onlyTheAnswerIsTaken(String value, String where, boolean isOurs) {
        var real = value.replace("SERVICE", Messages.SERVICE);
        var answer = RESPONSE;
        if (where.equals("MessageID")) {
            var id = real.replace(
                    "RELATES", real.startsWith("urn") ? REQUEST_ID.toLowerCase(java.util.Locale.ROOT) : REQUEST_ID);
            answer = answer.replace("</soap:Header>", "<wsa:RelatesTo>" + id + "</wsa:RelatesTo></soap:Header>");
        } else if (where.endsWith("relation") || where.endsWith("relations")) {
            var id = where.equals("relation")
                    ? value.replace("RELATES", REQUEST_ID)
                    : "99999999-AAAA-4BBB-8CCC-000000000009";
            var other = "<wsa:RelatesTo RelationshipType=\"wsa:Reply\">" + id + "</wsa:RelatesTo>";
            var ours = where.startsWith("both") ? "<wsa:RelatesTo>" + REQUEST_ID + "</wsa:RelatesTo>" : "";
            answer = answer.replace("</soap:Header>", other + ours + "</soap:Header>");
        } else if (where.equals("own")) {
            answer = answer.replaceFirst(">[0-9A-F-]*</wsa:MessageID>", ">" + REQUEST_ID + "</wsa:MessageID>");
        } else if (where.equals("Action")) {
            answer = answer.replaceFirst(">[^<]*</wsa:Action>", ">" + real + "</wsa:Action>");
        } else {
            answer = answer.replaceFirst("service=\"[^\"]*\"", "service=\"" + real + "\"");
        }
        var result = classifier.classify(REQUEST_ID, letter(true), 200, null, Messages.utf8(answer));
        assertEquals(isOurs ? "response" : "not ours", words(result), answer);
    }

    @Test
    void ourOwnRequestAndAnAnswerThatCannotBeDecodedAreNotTaken() {
        var own = Messages.utf8(RESPONSE);
        var text = RESPONSE;
        int start = text.indexOf("<itk:DistributionEnvelope");
        int end = text.indexOf("</itk:DistributionEnvelope>") + "</itk:DistributionEnvelope>".length();
        int before = Messages.utf8(text.substring(0, start)).length;
        int length = Messages.utf8(text.substring(start, end)).length;
        var letter = new Transport.Letter(
                Messages.SERVICE,
                "SENT-TRACKING-ID",
                null,
                MessageBody.of(own),
                new ScannedMessage.Range(before, before + length),
                Map.of(),
                StandardCharsets.UTF_8,
                true);
        assertEquals("not ours", words(classifier.classify(REQUEST_ID, letter, 200, null, own)));
        // the same document in other bytes, with a RelatesTo as an answer has it
        var again = Messages.cda()
                .replace("<itk:header ", "<itk:header  ")
                .replaceFirst("trackingid=\"[^\"]*\"", "trackingid='sent-tracking-id'")
                .replace("</soap:Header>", "<wsa:RelatesTo>" + REQUEST_ID + "</wsa:RelatesTo></soap:Header>");
        assertEquals("not ours", words(classifier.classify(REQUEST_ID, letter(true), 200, null, Messages.utf8(again))));
        var broken = RESPONSE.replace("mimetype=\"text/xml\"", "mimetype=\"text/xml\" base64=\"true\"");
        assertEquals(
                "not ours", words(classifier.classify(REQUEST_ID, letter(true), 200, null, Messages.utf8(broken))));
    }

    @Test
    void aLongWaitIsHandedOnAsItIs() {
        var notNow = (Transport.NotNow) classify(503, "none", false, "999999999");
        assertEquals(Duration.ofSeconds(999_999_999), notNow.retryAfter());
    }
}
