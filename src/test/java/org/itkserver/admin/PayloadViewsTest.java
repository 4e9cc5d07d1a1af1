package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
        return ClinicalDocument.read(factory, bytes(xml), new ViewBudget(() -> 0));
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
        assertThrows(XMLStreamException.class, () -> PrettyXml.of(factory, bytes(hostile), new ViewBudget(() -> 0)));
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
                PrettyXml.of(factory, bytes(xml), new ViewBudget(() -> 0)));
    }

    /** S6: what a small compressed letter may blow up to must not cost more than its size. */
    @Test
    void manyBlanksAndManyFactsCostNoMoreThanTheirSize() {
        var blanks = document("<paragraph>a" + " \t".repeat(1 << 20) + "b</paragraph>");
        var facts = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole>"
                + "<id extension=\"0123456789abcdefgh\"/>".repeat(100_000)
                + "</patientRole></recordTarget></ClinicalDocument>";
        var names = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget>" + "<given>Ann</given>".repeat(200_000)
                + "</recordTarget></ClinicalDocument>";
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertEquals(List.of("a b"), read(blanks).blocks().get(0).cells());
            assertTrue(read(facts).facts().get("Patient's identifier").length() <= 2_001);
            assertTrue(read(names).facts().get("Patient").endsWith("\u2026"));
        });
    }

    @Test
    void aViewEndsWhereItsBudgetIsSpent() throws Exception {
        var many = document("<paragraph>x</paragraph>".repeat(1_500));
        assertFalse(read(many).cut());
        var now = new long[1];
        var slow = new ViewBudget(() -> now[0] += Duration.ofSeconds(3).toNanos());
        assertTrue(ClinicalDocument.read(factory, bytes(many), slow).cut());
        var small = new ViewBudget(() -> 0);
        small.spend(ViewBudget.CHARACTERS);
        assertTrue(small.isSpent());
        assertTrue(PrettyXml.of(factory, bytes(many), small).endsWith("\u2026"));
    }

    private static String document(String text) {
        return "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><component><structuredBody><component><section><text>" + text
                + "</text></section></component></structuredBody></component></ClinicalDocument>";
    }
}
