package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every shape of acknowledgement that is known to be sent, written anew. */
class AcknowledgementReaderTest {
    private static final String ID = Messages.TRACKING_ID;
    private static final String SERVICE = Messages.SERVICE;
    private static final String ITK = " xmlns:itk=\"urn:nhs-itk:ns:201005\"";

    private static final String POSITIVE =
            """
            <itk:InfrastructureResponse%s timestamp="2026-11-22T13:35:10+0000" serviceRef="%s" trackingIdRef="%s" result="OK">
                <itk:reportingIdentity><itk:id uri="urn:nhs-uk:identity:ods:Y9999:a"/></itk:reportingIdentity>
            </itk:InfrastructureResponse>"""
                    .formatted(ITK, SERVICE, ID);

    private static final String NEGATIVE =
            """
            <!-- a template's comment --><t:InfrastructureResponse xmlns:t="urn:nhs-itk:ns:201005" trackingIdRef="%s" serviceRef="%s" result="Failure">
              <t:reportingIdentity><t:id uri="urn:i"/></t:reportingIdentity>
              <t:errors>
                <t:errorInfo><t:ErrorID>4D1256B3-AE28-4DC1-9829-B5721330A4C8</t:ErrorID>
                  <t:ErrorCode codeSystem="2.16.840.1.113883.2.1.3.2.4.17.268"> 1000 </t:ErrorCode>
                  <t:ErrorText>Example
                     error</t:ErrorText>
                  <t:ErrorDiagnosticText><![CDATA[at <ten> : refused]]></t:ErrorDiagnosticText></t:errorInfo>
                <t:errorInfo><t:ErrorCode>DE0007</t:ErrorCode><t:ErrorText>second</t:ErrorText></t:errorInfo>
              </t:errors></t:InfrastructureResponse>"""
                    .formatted(ID.toLowerCase(java.util.Locale.ROOT), SERVICE);

    private static final String BUSINESS =
            """
            <h:BusinessResponseMessage xmlns:h="urn:hl7-org:v3">
              <h:id root="0224B9B4-5F63-49C4-B03D-3185422BC63B"/>
              <h:creationTime value="201302051101"/>
              <h:interactionId root="2.16.840.1.113883.2.1.3.2.4.12" extension="urn:nhs-itk:interaction:x"/>
              <h:acknowledgedBy3 typeCode="%s"><h:conveyingTransmission><h:id root="%s"/></h:conveyingTransmission>%s</h:acknowledgedBy3>
              <h:communicationFunction1 typeCode="SND"><h:entity><h:id root="1.2" extension="urn:a"/></h:entity></h:communicationFunction1>
              <h:communicationFunction typeCode="RCV"><h:entity><h:id root="1.2" extension="urn:b"/></h:entity></h:communicationFunction>
              <h:controlActEvent1 classCode="CACT" moodCode="EVN"><h:author><h:id root="1.3" extension="device"/></h:author></h:controlActEvent1>
              %s
            </h:BusinessResponseMessage>""";

    private static final String BY2 =
            "<h:acknowledgedBy2 typeCode=\"%s\"><h:conveyingTransmission><h:id root=\"%s\"/>%s</h:conveyingTransmission>%s</h:acknowledgedBy2>";
    private static final String DETAIL =
            "<h:acknowledgementDetail typeCode=\"%s\"><h:code code=\"L1\" displayName=\"%s\"/></h:acknowledgementDetail>";
    private static final String REASON =
            "<h:controlActEvent><h:author><h:id root=\"not-a-payload\"/></h:author><h:reason><h:detectedIssueEvent>"
                    + "<h:code displayName=\"render only\"/></h:detectedIssueEvent></h:reason>"
                    + "<h:reason><h:detectedIssueEvent><h:text> no\n bed </h:text></h:detectedIssueEvent></h:reason></h:controlActEvent>";

    private final AcknowledgementReader reader = new AcknowledgementReader(new WstxInputFactory());

    private Optional<Acknowledgement> read(String document) throws IOException {
        return reader.read(new ByteArrayInputStream(Messages.utf8(document)));
    }

    private static String business(String typeCode, String reference, String detail, String payloads) {
        return BUSINESS.formatted(typeCode, reference, detail, payloads);
    }

    static List<Arguments> shapes() {
        return List.of(
                Arguments.of(POSITIVE, new Acknowledgement.Infrastructure(ID, SERVICE, true, null, null)),
                Arguments.of(
                        POSITIVE.replace("</itk:InfrastructureResponse>", "<itk:errors/></itk:InfrastructureResponse>"),
                        new Acknowledgement.Infrastructure(ID, SERVICE, true, null, null)),
                Arguments.of(
                        POSITIVE.replace("\"OK\"", "\"Warning\"")
                                .replace(" serviceRef=\"" + SERVICE + "\"", "")
                                .replace("trackingIdRef=\"", "trackingIdRef=\"urn:uuid:"),
                        new Acknowledgement.Infrastructure(ID, null, false, null, null)),
                Arguments.of(
                        NEGATIVE,
                        new Acknowledgement.Infrastructure(
                                ID, SERVICE, false, "1000", "Example error: at <ten> : refused")),
                Arguments.of(
                        business("AA", ID, "", BY2.formatted("AA", "uuid_A", "", "")),
                        new Acknowledgement.Business(ID, "AA", true, null, Map.of("uuid_A", "AA"))),
                Arguments.of(business("CA", ID, "", ""), new Acknowledgement.Business(ID, "CA", true, null, Map.of())),
                Arguments.of(
                        business("AR", ID, "", BY2.formatted("AA", "uuid_A", "", "")),
                        new Acknowledgement.Business(ID, "AR", false, null, Map.of("uuid_A", "AA"))),
                Arguments.of(
                        business("AE", ID, DETAIL.formatted("ER", "wrong ward"), BY2.formatted("AE", "B", REASON, "")),
                        new Acknowledgement.Business(ID, "AE", false, "wrong ward", Map.of("B", "AE"))),
                Arguments.of(
                        business(
                                "AA",
                                ID.toLowerCase(java.util.Locale.ROOT),
                                "",
                                BY2.formatted("AA", "C", REASON, DETAIL.formatted("IF", "later"))
                                        + BY2.formatted("AE", "D", "", "")),
                        new Acknowledgement.Business(ID, "AA", true, "no bed", Map.of("C", "AA", "D", "AE"))),
                Arguments.of(business("aa", ID, "", ""), new Acknowledgement.Business(ID, "aa", true, null, Map.of())),
                Arguments.of(business("Ca", ID, "", ""), new Acknowledgement.Business(ID, "Ca", true, null, Map.of())),
                Arguments.of(
                        business("ce", ID, "", ""), new Acknowledgement.Business(ID, "ce", false, null, Map.of())));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void readsEveryShape(String document, Acknowledgement expected) throws IOException {
        assertEquals(Optional.of(expected), read(document));
    }

    @Test
    void theOrderOfThePayloadsIsKept() throws IOException {
        var payloads = new StringBuilder();
        for (int i = 9; i > 0; i--) {
            payloads.append(BY2.formatted("AA", "uuid_" + i, "", ""));
        }
        var read = (Acknowledgement.Business)
                read(business("AA", ID, "", payloads.toString())).orElseThrow();
        assertEquals(
                List.of("uuid_9", "uuid_8", "uuid_7"),
                read.payloadResults().keySet().stream().limit(3).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16", "ISO-8859-1"})
    void detectsTheEncoding(String charset) throws IOException {
        var document = "<?xml version='1.0' encoding='" + charset + "'?>"
                + business("AE", ID, DETAIL.formatted("ER", "caf\u00e9"), "");
        var read = reader.read(new ByteArrayInputStream(document.getBytes(Charset.forName(charset))));
        assertEquals(new Acknowledgement.Business(ID, "AE", false, "caf\u00e9", Map.of()), read.orElseThrow());
    }

    static List<String> others() {
        return List.of(
                "",
                "%PDF-1.4",
                "MSH|^~\\&|A",
                "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>",
                "<InfrastructureResponse result=\"OK\"/>",
                "<BusinessResponseMessage xmlns=\"urn:other\"/>",
                "<!DOCTYPE x [<!ENTITY e 'y'>]>" + POSITIVE,
                "<a><b>");
    }

    @ParameterizedTest
    @MethodSource("others")
    void anythingElseIsNoAcknowledgement(String document) throws IOException {
        assertEquals(Optional.empty(), read(document));
    }

    @Test
    void aBigDocumentOfAnotherKindIsNotReadToItsEnd() throws IOException {
        var endless = new SequenceInputStream(
                new ByteArrayInputStream("<ClinicalDocument>".getBytes(StandardCharsets.UTF_8)), new PieceStream() {
                    private int left = 100;

                    @Override
                    protected byte[] next() {
                        assertTrue(left-- > 0, "read far too much");
                        return "<p/>".repeat(1000).getBytes(StandardCharsets.UTF_8);
                    }
                });
        assertEquals(Optional.empty(), reader.read(endless));
    }

    static List<Arguments> useless() {
        return List.of(
                Arguments.of(
                        POSITIVE.replace("trackingIdRef=\"" + ID + "\"", ""),
                        "no InfrastructureResponse/@trackingIdRef"),
                Arguments.of(POSITIVE.replace(ID, " "), "no InfrastructureResponse/@trackingIdRef"),
                Arguments.of(POSITIVE.replace(ID, "12345"), "@trackingIdRef is not a UUID"),
                Arguments.of(POSITIVE.replace("result=\"OK\"", ""), "no InfrastructureResponse/@result"),
                Arguments.of(POSITIVE.replace("</itk:InfrastructureResponse>", ""), "not well-formed"),
                Arguments.of(POSITIVE.replace("<itk:reporting", "&x;<itk:reporting"), "not"),
                Arguments.of(
                        POSITIVE.replace("<itk:reporting", "<!--" + "x".repeat(1 << 20) + "--><itk:reporting"),
                        "larger than 1048576 bytes"),
                Arguments.of(business("AA", "", "", ""), "no acknowledgedBy3/conveyingTransmission/id/@root"),
                Arguments.of(business("AA", "uuid_x", "", ""), "is not a UUID"),
                Arguments.of(business("", ID, "", ""), "no acknowledgedBy3/@typeCode"),
                Arguments.of(business("XX", ID, "", ""), "is not AA, AE, AR, CA, CE or CR"),
                Arguments.of(business("true", ID, "", ""), "is not AA, AE, AR, CA, CE or CR"),
                Arguments.of("<BusinessResponseMessage xmlns=\"urn:hl7-org:v3\"/>", "no acknowledgedBy3"),
                Arguments.of(
                        // the id of a payload is not the id of the message
                        business("AA", "", "", BY2.formatted("AA", ID, "", "")),
                        "no acknowledgedBy3/conveyingTransmission/id/@root"));
    }

    @ParameterizedTest
    @MethodSource("useless")
    void saysWhatIsMissing(String document, String problem) {
        var refused = assertThrows(EnvelopeRejected.class, () -> read(document));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertTrue(
                refused.error().diagnostic().contains(problem), refused.error().diagnostic());
    }

    @Test
    void textsAreShortenedAndFreeOfControlCharacters() throws IOException {
        var text = "a&#10;b\u0085c\u202ed" + "x".repeat(600);
        var read = (Acknowledgement.Business)
                read(business("AE", ID, DETAIL.formatted("ER", text), "")).orElseThrow();
        assertEquals(("a b c d" + "x".repeat(600)).substring(0, 500), read.detail());
    }

    @Test
    void aFailingSourceIsNotTheSendersFault() {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk");
            }
        };
        var started = new SequenceInputStream(
                new ByteArrayInputStream(Messages.utf8(POSITIVE.substring(0, POSITIVE.length() - 5))), broken);
        assertEquals(
                "disk",
                assertThrows(IOException.class, () -> reader.read(started)).getMessage());
    }
}
