package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xml.sax.SAXException;

/**
 * The scanner's verdict on a distribution envelope is that of the JDK's validator with distributionEnvelope-v2-0.xsd:
 * thousands of envelopes, each a good one with a few random changes.
 */
class EnvelopeSchemaTest {
    private static final String A = "uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203";
    private static final String GOOD =
            """
            <itk:DistributionEnvelope xmlns:itk="urn:nhs-itk:ns:201005"><itk:header service="urn:s" trackingid="4F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D33"><itk:addresslist><itk:address uri="urn:a"/><itk:address type="1.2" uri="urn:b"/></itk:addresslist><itk:auditIdentity><itk:id uri="urn:i"/></itk:auditIdentity><itk:manifest count="1"><itk:manifestitem id="uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203" mimetype="text/xml" profileid="urn:p" metadata="false" compressed="0" base64="true" encrypted="1"/></itk:manifest><itk:senderAddress uri="urn:a"/><itk:handlingSpecification><itk:spec key="urn:k" value="v"/><itk:spec key="urn:l" value="w"/></itk:handlingSpecification></itk:header><itk:payloads count="1"><itk:payload id="uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203" filename="f">text</itk:payload></itk:payloads></itk:DistributionEnvelope>""";

    private static final List<UnaryOperator<String>> CHANGES = List.of(
            s -> s.replace(" service=\"urn:s\"", ""),
            s -> s.replace("trackingid=\"4F", "trackingid=\"4f"),
            s -> s.replace(" trackingid=\"4F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D33\"", ""),
            s -> s.replace("trackingid=\"", "trackingid=\"x"),
            s -> s.replaceAll("<itk:addresslist>.*</itk:addresslist>", ""),
            s -> s.replaceAll("<itk:addresslist>.*</itk:addresslist>", "<itk:addresslist/>"),
            s -> s.replaceAll("<itk:auditIdentity>.*</itk:auditIdentity>", ""),
            s -> s.replaceAll("<itk:auditIdentity>.*</itk:auditIdentity>", "<itk:auditIdentity></itk:auditIdentity>"),
            s -> s.replace("<itk:id uri=\"urn:i\"/>", "<itk:id uri=\"urn:i\"/>".repeat(4)),
            s -> s.replace("<itk:id uri=\"urn:i\"/>", "<itk:id uri=\"urn:i\"/>".repeat(5)),
            s -> s.replace("<itk:id uri=\"urn:i\"/>", "<itk:id type=\"1.3\"/>"),
            s -> s.replace("<itk:address uri=\"urn:a\"/>", "<itk:address/>"),
            s -> s.replace("<itk:address uri=\"urn:a\"/>", "<itk:address uri=\"urn:a\">x</itk:address>"),
            s -> s.replace("<itk:address uri=\"urn:a\"/>", "<itk:address uri=\"urn:a\"><itk:x/></itk:address>"),
            s -> s.replace("<itk:address uri=\"urn:a\"/>", "<itk:other/>"),
            s -> s.replace("<itk:address uri=\"urn:a\"/>", "<address uri=\"urn:a\"/>"),
            s -> s.replaceAll("<itk:manifest .*</itk:manifest>", ""),
            s -> s.replace("manifest count=\"1\"", "manifest count=\"one\""),
            s -> s.replace("manifest count=\"1\"", "manifest"),
            s -> s.replace("manifest count=\"1\"", "manifest count=\" 2 \""),
            s -> s.replace("manifest count=\"1\"", "manifest count=\"-1\""),
            s -> s.replace("manifest count=\"1\"", "manifest count=\"1\" x=\"y\""),
            s -> s.replace(" mimetype=\"text/xml\"", ""),
            s -> s.replace(" profileid=\"urn:p\"", ""),
            s -> s.replace("metadata=\"false\"", "metadata=\"no\""),
            s -> s.replace("compressed=\"0\"", "compressed=\"TRUE\""),
            s -> s.replace("base64=\"true\"", "base64=\" 1 \""),
            s -> s.replace("encrypted=\"1\"", "encrypted=\"\""),
            s -> s.replace("mimetype=", "itk:extra=\"x\" mimetype="),
            s -> s.replace("mimetype=", "extra=\"x\" mimetype="),
            s -> s.replace("mimetype=", "xmlns:o=\"urn:o\" o:extra=\"x\" mimetype="),
            s -> s.replace("<itk:senderAddress uri=\"urn:a\"/>", ""),
            s -> s.replace("<itk:senderAddress uri=\"urn:a\"/>", "<itk:senderAddress uri=\"urn:a\"/>".repeat(2)),
            s -> s.replace("<itk:senderAddress uri=\"urn:a\"/>", "<itk:senderAddress/>"),
            s -> s.replaceAll("<itk:handlingSpecification>.*</itk:handlingSpecification>", ""),
            s -> s.replaceAll(
                    "<itk:handlingSpecification>.*</itk:handlingSpecification>", "<itk:handlingSpecification/>"),
            s -> s.replace(" value=\"v\"", ""),
            s -> s.replace(" key=\"urn:k\"", ""),
            s -> s.replace("<itk:addresslist>", "<itk:extra/><itk:addresslist>"),
            s -> s.replace("<itk:addresslist>", "text<itk:addresslist>"),
            s -> s.replace("<itk:addresslist>", " <!-- c --> <itk:addresslist>"),
            s -> s.replaceAll(
                    "(<itk:addresslist>.*</itk:addresslist>)(<itk:auditIdentity>.*</itk:auditIdentity>)", "$2$1"),
            s -> s.replaceAll("<itk:header.*</itk:header>", ""),
            s -> s.replaceAll("(<itk:header.*</itk:header>)(<itk:payloads.*</itk:payloads>)", "$2$1"),
            s -> s.replaceAll("<itk:payloads.*</itk:payloads>", ""),
            s -> s.replace("payloads count=\"1\"", "payloads count=\"1.0\""),
            s -> s.replace("payloads count=\"1\"", "payloads"),
            s -> s.replace(" filename=\"f\"", ""),
            s -> s.replace(" filename=\"f\"", " name=\"f\""),
            s -> s.replace("payload id=\"" + A + "\"", "payload"),
            s -> s.replace(">text<", "><"),
            s -> s.replace(">text<", "><any xmlns=\"urn:x\"/><"),
            s -> s.replace(">text<", "><any xmlns=\"urn:x\"/><more xmlns=\"urn:x\"/><"),
            s -> s.replaceAll("<itk:payload id.*</itk:payload>", ""),
            s -> s.replaceAll("<itk:payload id.*</itk:payload>", "$0<itk:other/>"),
            s -> s.replaceAll("<itk:payload id.*</itk:payload>", "$0<itk:payload id=\"b\">x</itk:payload>"),
            s -> s.replace(A, "6A2D0C55-1111-4A2B-9C3D-5E6F70819203"),
            s -> s.replace("<itk:DistributionEnvelope ", "<itk:DistributionEnvelope x=\"y\" "),
            s -> s.replace(
                    "<itk:DistributionEnvelope ",
                    "<itk:DistributionEnvelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" "));

    private static Schema schema;

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);

    @BeforeAll
    static void load() throws SAXException {
        schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(Path.of("xsd", "distributionEnvelope-v2-0.xsd").toFile());
    }

    @Test
    void agreesWithTheSchemaOnEverySingleChange() throws IOException {
        assertTrue(isValid(GOOD));
        assertEquals("", verdict(GOOD));
        for (var change : CHANGES) {
            agree(change.apply(GOOD));
        }
    }

    @Test
    void agreesWithTheSchemaOnManyChangesAtOnce() throws IOException {
        var random = new Random(20261122);
        for (int i = 0; i < 4000; i++) {
            var text = GOOD;
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                text = CHANGES.get(random.nextInt(CHANGES.size())).apply(text);
            }
            agree(text);
        }
    }

    private void agree(String envelope) throws IOException {
        var ours = verdict(envelope);
        assertEquals(isValid(envelope), ours.isEmpty(), ours + " in " + envelope);
    }

    private static boolean isValid(String envelope) throws IOException {
        try {
            schema.newValidator().validate(new StreamSource(new StringReader(envelope)));
            return true;
        } catch (SAXException e) {
            return false;
        }
    }

    /** What we find wrong, or an empty string; a reference to no payload is rule 2 and belongs to it. */
    private String verdict(String envelope) throws IOException {
        var soap = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>" + envelope
                + "</soap:Body></soap:Envelope>";
        var bytes = Messages.utf8(soap);
        try (var body = new MessageBody(Path.of("."), 1 << 20, -1)) {
            var found = scanner.scan(new ByteArrayInputStream(bytes), body);
            if (found.schemaProblem() != null) {
                return found.schemaProblem();
            }
            if (found.repeated() != null) {
                return "twice: " + found.repeated();
            }
            var ids = found.payloads().stream().map(PayloadPart::id).collect(Collectors.toSet());
            boolean dangling = found.requiredHeader().manifest().stream().anyMatch(item -> !ids.contains(item.id()));
            boolean missing = ids.contains(null) || found.payloadsCount() == null;
            return dangling ? "dangling id" : missing ? "missing attribute" : "";
        } catch (EnvelopeRejected e) {
            // two changes can give one element an attribute twice
            return e.error().diagnostic();
        }
    }
}
