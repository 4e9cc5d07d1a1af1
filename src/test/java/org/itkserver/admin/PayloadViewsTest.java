package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.itkserver.admin.ClinicalDocument.Block;
import org.itkserver.admin.ClinicalDocument.Kind;
import org.junit.jupiter.api.Test;

/** How payloads are shown to people: as text with structure, with nothing that could act. */
class PayloadViewsTest {
    private final XMLInputFactory factory = new WstxInputFactory();

    PayloadViewsTest() {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    }

    private static ByteArrayInputStream bytes(String xml) {
        return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
    }

    private ClinicalDocument read(String xml) throws XMLStreamException {
        return ClinicalDocument.read(factory, bytes(xml));
    }

    @Test
    void aClinicalDocumentIsItsFactsAndItsText() throws Exception {
        var document = read(
                """
                <ClinicalDocument xmlns="urn:hl7-org:v3"><code displayName="Discharge letter"/><title>Letter</title>
                <effectiveTime value="20261122"/>
                <recordTarget><patientRole><id extension="9990000018"/><patient><name><given>Ann</given>
                <family>Sample</family></name><administrativeGenderCode displayName="Female"/>
                <birthTime value="19700101"/></patient></patientRole></recordTarget>
                <component><structuredBody><component><section><title>History</title>
                <text>Before <content styleCode="Bold">and</content> after
                <paragraph onclick="window.__x=1">One<br/>two</paragraph>
                <list><item>first</item><item>second</item></list>
                <table><thead><tr><th>Drug</th><th>Dose</th></tr></thead><tbody><tr><td>A</td><td>1 mg</td></tr></tbody></table>
                <linkHtml href="javascript:alert(1)">link</linkHtml></text>
                <component><section><title>Inner</title><text>End</text></section></component>
                </section></component></structuredBody></component></ClinicalDocument>""");

        assertEquals(
                "{Kind of document=Discharge letter, Title=Letter, Date=20261122, Patient's identifier=9990000018,"
                        + " Patient=Ann Sample, Patient's gender=Female, Patient's date of birth=19700101}",
                document.facts().toString());
        assertEquals(
                List.of(
                        new Block(Kind.HEADING, 1, List.of("History")),
                        new Block(Kind.PARAGRAPH, 0, List.of("Before and after")),
                        new Block(Kind.PARAGRAPH, 0, List.of("One\ntwo")),
                        new Block(Kind.ITEM, 0, List.of("first")),
                        new Block(Kind.ITEM, 0, List.of("second")),
                        new Block(Kind.ROW, 0, List.of("Drug", "Dose")),
                        new Block(Kind.ROW, 0, List.of("A", "1 mg")),
                        new Block(Kind.PARAGRAPH, 0, List.of("link")),
                        new Block(Kind.HEADING, 2, List.of("Inner")),
                        new Block(Kind.PARAGRAPH, 0, List.of("End"))),
                document.blocks());
    }

    @Test
    void aLongDocumentIsCut() throws Exception {
        var many = "<paragraph>x</paragraph>".repeat(ClinicalDocument.MOST + 10);
        var document = read("<ClinicalDocument><section><text>" + many + "</text></section></ClinicalDocument>");
        assertEquals(ClinicalDocument.MOST, document.blocks().size());
        assertTrue(document.cut());
    }

    @Test
    void aDocumentTypeIsRefused() {
        var hostile =
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><ClinicalDocument>&x;</ClinicalDocument>";
        assertThrows(XMLStreamException.class, () -> read(hostile));
        assertThrows(XMLStreamException.class, () -> PrettyXml.of(factory, bytes(hostile)));
    }

    @Test
    void xmlGetsALineForEachElement() throws Exception {
        var xml = "<a xmlns='urn:x' b='1&lt;2'><c>text</c><d/><e><f>&amp;</f></e></a>";
        assertEquals(
                """
                <a xmlns="urn:x" b="1&lt;2">
                  <c>text</c>
                  <d></d>
                  <e>
                    <f>&amp;</f>
                  </e>
                </a>""",
                PrettyXml.of(factory, bytes(xml)));
    }
}
