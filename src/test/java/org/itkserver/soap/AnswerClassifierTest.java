package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.FaultWriter;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.ScanLimits;
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
    private static final String HTML = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>";

    private final AnswerClassifier classifier = new AnswerClassifier(
            new SoapAnswerReader(
                    new WstxInputFactory(), new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT)),
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
                "MESSAGE-ID", synchronous, status, header, body(body).getBytes(StandardCharsets.UTF_8));
    }

    /** What a result says: unwell is a NotNow that counts against the peer. */
    private static String words(Transport.Result result) {
        if (result instanceof Transport.Taken taken) {
            return taken.response() == null ? "taken" : "response";
        } else if (result instanceof Transport.Refused refused) {
            return refused.code() == null ? "refused" : "refused " + refused.code();
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
                "500 | faultClient | refused",
                "200 | faultClient | refused",
                "500 | faultDotted | refused",
                "500 | faultMustUnderstand | refused",
                "500 | faultVersionMismatch | refused",
                "500 | faultSender12 | refused",
                "500 | faultServer | later",
                "200 | faultServer | later",
                "500 | faultReceiver12 | later",
                "500 | faultBare | later",
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
                // the peer's other statuses for good
                "400 | json | refused",
                "401 | none | refused",
                "401 | html | refused",
                "403 | html | refused",
                "404 | html | refused",
                "405 | none | refused",
                "407 | none | refused",
                "413 | none | refused",
                "415 | json | refused",
                "422 | none | refused",
            })
    void anAnswerToAMessage(int status, String body, String expected) {
        assertEquals(expected, words(classify(status, body, false, "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | envelope | response",
                "202 | envelope | response",
                "500 | envelope | later",
                "200 | simple | refused",
                "200 | other | refused",
                "200 | empty | refused",
                "200 | none | refused",
                "202 | none | refused",
                "204 | none | refused",
                "200 | html | unwell",
                "200 | garbage | unwell",
                "200 | fault2100 | later",
                "500 | fault2100 | later",
                "500 | fault1000 | refused 1000",
                "404 | html | refused",
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
                "404 | none | 120 | refused",
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
        assertEquals("fault Client: no", ((Transport.Refused) classify(500, "faultClient", false, "")).reason());
        assertEquals("HTTP 404", ((Transport.Refused) classify(404, "html", false, "")).reason());
        var notNow = (Transport.NotNow) classify(503, "html", false, "");
        assertEquals("HTTP 503 without a SOAP answer", notNow.reason());
    }

    @Test
    void theResponseIsTheWholeAnswer() {
        var taken = (Transport.Taken) classify(200, "envelope", true, "");
        assertEquals(Messages.cda(), taken.response());
        var utf16 = Messages.cda().getBytes(StandardCharsets.UTF_16);
        var wide = (Transport.Taken) classifier.classify("M", true, 200, null, utf16);
        assertTrue(String.valueOf(wide.response()).contains("caf\u00e9"));
    }

    @Test
    void aLongWaitIsHandedOnAsItIs() {
        var notNow = (Transport.NotNow) classify(503, "none", false, "999999999");
        assertEquals(Duration.ofSeconds(999_999_999), notNow.retryAfter());
    }
}
