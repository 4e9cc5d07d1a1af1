package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SoapAnswerReaderTest {
    private static final String ERROR_ID = "E1A5D0C2-4B77-49F0-9E52-0A1B2C3D4E66";
    private static final SoapAnswer NOT_SOAP = new SoapAnswer.NotSoap();

    private final SoapAnswerReader reader = new SoapAnswerReader(
            new WstxInputFactory(), new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT));

    private SoapAnswer read(String answer) {
        return reader.read(Messages.utf8(answer));
    }

    private static String soap(SoapVersion version, String body) {
        return "<e:Envelope xmlns:e=\"" + version.namespace()
                + "\"><e:Header><x xmlns=\"urn:x\"><e:Body/></x></e:Header>\n<e:Body> " + body
                + " </e:Body></e:Envelope>";
    }

    private static String soap(String body) {
        return soap(SoapVersion.SOAP_11, body);
    }

    @ParameterizedTest
    @EnumSource(SoapVersion.class)
    void ourOwnFaultsAreUnderstood(SoapVersion version) {
        var faults = new FaultWriter(new AnswerWriter(Ids.random()));
        for (var code : ErrorCode.values()) {
            var error = ToolkitError.of(code, "count \"2\" & <3>");
            assertEquals(
                    new SoapAnswer.Fault(
                            code.code(), code.faultCode().name(version), code.text() + ": count \"2\" & <3>", ERROR_ID),
                    reader.read(faults.fault(version, error, ERROR_ID, null)));
        }
    }

    static List<Arguments> faults() {
        var info = "<t:ToolkitErrorInfo xmlns:t=\"urn:nhs-itk:ns:201005\"><t:ErrorID>" + ERROR_ID
                + "</t:ErrorID><t:ErrorCode codeSystem=\"1.2\"> 2100\n</t:ErrorCode><t:ErrorText>busy</t:ErrorText></t:ToolkitErrorInfo>";
        var other = info.replace("2100", "3000").replace("busy", "no");
        return List.of(
                Arguments.of(
                        "<faultcode>e:Server</faultcode><faultstring>s</faultstring><detail>" + info + "</detail>",
                        new SoapAnswer.Fault("2100", "Server", "busy", ERROR_ID)),
                Arguments.of(
                        "<faultcode>Client.Bad.Worse</faultcode><faultstring>\n plain\t words </faultstring>",
                        new SoapAnswer.Fault(null, "Client", "plain words", null)),
                Arguments.of(
                        "<detail><w><ErrorCode>9</ErrorCode><v>" + info + "</v></w>" + other
                                + "<ErrorText>x</ErrorText></detail><faultstring>s</faultstring><faultcode>e:Server</faultcode>",
                        new SoapAnswer.Fault("2100", "Server", "busy", ERROR_ID)),
                Arguments.of(
                        "<faultcode>a:b</faultcode><detail><ToolkitErrorInfo><ErrorCode>1000</ErrorCode>"
                                + "<ErrorText/><ErrorDiagnosticText>d</ErrorDiagnosticText></ToolkitErrorInfo></detail>",
                        new SoapAnswer.Fault("1000", "b", "d", null)),
                Arguments.of(
                        "<e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>x:Other</e:Value></e:Subcode></e:Code>"
                                + "<e:Reason><e:Text xml:lang=\"en\">one</e:Text><e:Text xml:lang=\"cy\">un</e:Text></e:Reason>"
                                + "<e:Detail/>",
                        new SoapAnswer.Fault(null, "Sender", "one", null)),
                Arguments.of("", new SoapAnswer.Fault(null, "", "", null)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultsAreReadWhateverTheirForm(String fault, SoapAnswer expected) {
        for (var version : SoapVersion.values()) {
            assertEquals(expected, read(soap(version, "<e:Fault>" + fault + "</e:Fault>")));
        }
    }

    @Test
    void longTextIsCutAndControlCharactersAreReplaced() {
        var text = "a&#13;&#10;b\u0000".replace("\u0000", "&#x85;") + "\ud83d\ude00".repeat(400);
        var fault = (SoapAnswer.Fault) read(soap("<e:Fault><faultstring>" + text + "</faultstring></e:Fault>"));
        assertEquals("a b " + "\ud83d\ude00".repeat(248), fault.text());
        var simple = "<SimpleMessageResponse xmlns=\"urn:nhs-itk:ns:201005\">%s</SimpleMessageResponse>";
        assertEquals(new SoapAnswer.Simple("x".repeat(500)), read(soap(simple.formatted("x".repeat(100_000)))));
    }

    static List<Arguments> others() {
        return List.of(
                Arguments.of(soap(AnswerWriter.SIMPLE_RESPONSE), new SoapAnswer.Simple("OK")),
                Arguments.of(
                        soap(
                                SoapVersion.SOAP_12,
                                "<i:SimpleMessageResponse xmlns:i='urn:nhs-itk:ns:201005'> OK:1 <!-- -->2 </i:SimpleMessageResponse>"),
                        new SoapAnswer.Simple("OK:1 2")),
                Arguments.of(soap("<SimpleMessageResponse/>"), new SoapAnswer.OtherBody("SimpleMessageResponse")),
                Arguments.of(soap("<a:b xmlns:a='urn:a'><c/></a:b>"), new SoapAnswer.OtherBody("b")),
                Arguments.of(soap("<Fault xmlns='urn:f'/>"), new SoapAnswer.OtherBody("Fault")),
                Arguments.of(soap(""), new SoapAnswer.EmptyBody()),
                Arguments.of(soap("<!-- nothing -->"), new SoapAnswer.EmptyBody()),
                Arguments.of(soap("<a>"), NOT_SOAP),
                Arguments.of(soap("").replace("</e:Envelope>", ""), NOT_SOAP),
                Arguments.of(soap("<e:Fault/>") + "<more/>", NOT_SOAP),
                Arguments.of(soap("&undeclared;"), NOT_SOAP),
                Arguments.of("<!DOCTYPE x>" + soap(AnswerWriter.SIMPLE_RESPONSE), NOT_SOAP),
                Arguments.of("<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x'>" + soap(""), NOT_SOAP),
                Arguments.of("<e:Envelope xmlns:e='" + SoapVersion.SOAP_11.namespace() + "'/>", NOT_SOAP),
                Arguments.of("<Envelope xmlns='urn:other'><Body/></Envelope>", NOT_SOAP),
                Arguments.of("<html><body>502</body></html>", NOT_SOAP),
                Arguments.of("{\"error\": 1}", NOT_SOAP),
                Arguments.of("", NOT_SOAP));
    }

    @ParameterizedTest
    @MethodSource("others")
    void everyOtherAnswerHasItsKind(String answer, SoapAnswer expected) {
        assertEquals(expected, read(answer));
    }

    @Test
    void aDistributionEnvelopeIsScanned() throws IOException {
        var message = Messages.cda();
        for (var charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE)) {
            var bytes = ((charset == StandardCharsets.UTF_8 ? "" : "\ufeff") + message).getBytes(charset);
            var response = assertInstanceOf(SoapAnswer.Response.class, reader.read(bytes));
            assertEquals(
                    Messages.TRACKING_ID, response.message().requiredHeader().trackingId());
            var root = response.message().payloads().get(0).root();
            assertNotNull(root);
            try (var in = response.body().open(root.start(), root.end())) {
                var payload = new String(in.readAllBytes(), charset);
                assertEquals(
                        message.substring(message.indexOf("<ClinicalD"), message.indexOf("</itk:payload>")), payload);
            }
        }
        assertEquals(NOT_SOAP, read(message.replace("</itk:payloads>", "")));
        assertEquals(NOT_SOAP, read(message.replace("<recordTarget>", "<!DOCTYPE x><recordTarget>")));
    }

    @Test
    void aBigResponseStaysInMemory() {
        var big = Messages.cda().replace("caf\u00e9", "x".repeat(4 << 20));
        var response = assertInstanceOf(SoapAnswer.Response.class, read(big));
        assertEquals(big.length(), response.body().size());
    }

    @Test
    void noBytesMakeItThrow() {
        var seeds = List.of(
                Messages.utf8(soap(AnswerWriter.SIMPLE_RESPONSE)),
                Messages.utf8(Messages.cda()),
                Messages.utf8(soap("<e:Fault><faultcode>e:Server</faultcode><detail><a>&lt;</a></detail></e:Fault>")));
        var random = new Random(20261122);
        var kinds = new java.util.HashSet<Class<?>>();
        for (int i = 0; i < 6000; i++) {
            var bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int n = random.nextInt(6); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            var cut = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
            kinds.add(reader.read(java.util.Arrays.copyOf(bytes, cut)).getClass());
        }
        assertEquals(
                true,
                kinds.containsAll(List.of(
                        SoapAnswer.Fault.class,
                        SoapAnswer.Simple.class,
                        SoapAnswer.Response.class,
                        SoapAnswer.NotSoap.class)));
    }

    @Test
    void readsUtf16WithAndWithoutMarkAndDeclaration() {
        var text =
                soap("<itk:SimpleMessageResponse xmlns:itk=\"urn:nhs-itk:ns:201005\">OK</itk:SimpleMessageResponse>");
        for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            for (var start : List.of("", "\ufeff", "<?xml version=\"1.0\" encoding=\"" + charset.name() + "\"?>")) {
                assertEquals(
                        new SoapAnswer.Simple("OK"),
                        reader.read((start + text).getBytes(charset)),
                        charset + " " + start);
            }
        }
    }
}
