package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Acknowledgements and faults that other ITK systems sent, in a folder outside the project. */
@EnabledIfEnvironmentVariable(named = "ITK_FOREIGN_SAMPLES", matches = ".+")
class ForeignAcknowledgementsTest {
    private static final String CDA = "urn:nhs-itk:services:201005:SendCDADocument-v2-0";
    private static final String SENT = "7D6F23E0-AE1A-11DB-8707-B18E1E0994EF";
    private static final String PAYLOAD = "uuid_D4059820-1ACB-400A-B61D-A0A900A3D11F";

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final PayloadStreams streams = new PayloadStreams(new WstxInputFactory(), 1 << 20);
    private final AcknowledgementReader reader = new AcknowledgementReader(new WstxInputFactory());

    static List<Arguments> rows() {
        return List.of(
                Arguments.of("gen-ri-infack.xml", new Acknowledgement.Infrastructure(SENT, CDA, true, null, null)),
                Arguments.of("gen-tkwx-infack.xml", new Acknowledgement.Infrastructure(SENT, CDA, true, null, null)),
                Arguments.of(
                        "gen-tkwx-infnack-1000.xml",
                        new Acknowledgement.Infrastructure(
                                "FE32DE12-3D67-11E2-B6B1-C58C6188709B",
                                "urn:nhs-itk:services:201005:sendDistEnvelope",
                                false,
                                "1000",
                                "Default example error: At 20261122133000 : Simulated routing infrastructure rejection:"
                                        + " default diagnostic information")),
                Arguments.of(
                        "ciao-test-wrapped-busnack.xml",
                        new Acknowledgement.Business(SENT, "AR", false, null, Map.of(PAYLOAD, "AA"))),
                Arguments.of(
                        "gen-tkwx-busack.xml",
                        new Acknowledgement.Business(SENT, "AA", true, null, Map.of(PAYLOAD, "AA"))),
                Arguments.of(
                        "hdn-busack-SendBusinessAck.xml",
                        new Acknowledgement.Business(
                                "7D6D9D40-AE1A-11DB-97F9-B18E1E0994AA",
                                "AA",
                                true,
                                "For Information display name",
                                Map.of("7D6D9D40-AE1A-11DB-97FF-B18E1E0994AB", "AA"))));
    }

    private static String sample(String file) throws IOException {
        return Files.readString(Path.of(System.getenv("ITK_FOREIGN_SAMPLES"), file));
    }

    /** The acknowledgement in a message, or in a bare envelope. */
    private Optional<Acknowledgement> read(String file) throws IOException {
        var text = sample(file);
        var bytes = MessageBody.of(Messages.utf8(text));
        var message = scanner.scan(bytes);
        if (message.header() == null) {
            var soap = "<s:Envelope xmlns:s=\"" + SoapVersion.SOAP_11.namespace() + "\"><s:Body>" + text
                    + "</s:Body></s:Envelope>";
            bytes = MessageBody.of(Messages.utf8(soap));
            message = scanner.scan(bytes);
        }
        var part = message.payloads().get(0);
        var item = message.requiredHeader().item(String.valueOf(part.id())).orElseThrow();
        try (var in = streams.open(bytes, message.charset(), part, item)) {
            return reader.read(in);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isRead(String file, Acknowledgement expected) throws IOException {
        assertEquals(Optional.of(expected), read(file));
    }

    @Test
    void documentsAreNoAcknowledgements() throws IOException {
        for (var file : List.of("tkw-ITK_SOAP.xml", "hdn-adt-admitPatientPH-b64.xml", "pem-primary-emergency.xml")) {
            assertEquals(Optional.empty(), read(file), file);
        }
    }

    @Test
    void faultsAreRead() throws IOException {
        var answers = new SoapAnswerReader(new WstxInputFactory(), scanner);
        for (var code : List.of("Client-3000", "Server-2100")) {
            var soap = "<s:Envelope xmlns:s=\"" + SoapVersion.SOAP_11.namespace() + "\"><s:Header/><s:Body>"
                    + sample("fault-tkw-" + code + ".xml") + "</s:Body></s:Envelope>";
            var fault = assertInstanceOf(SoapAnswer.Fault.class, answers.read(Messages.utf8(soap)));
            assertEquals(code, fault.faultCode() + '-' + fault.toolkitCode());
            assertEquals("__ERRORID__", fault.errorId());
            assertTrue(fault.text().startsWith("__ERRORTEXT__"), fault.text());
        }
        var response = Messages.utf8(sample("hdn-sms-getPatientDetailsByNHSNumber-resp.xml"));
        var answer = assertInstanceOf(SoapAnswer.Response.class, answers.read(response));
        assertEquals(1, answer.message().payloads().size());
    }
}
