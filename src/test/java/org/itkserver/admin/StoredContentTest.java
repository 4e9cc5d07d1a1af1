package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.itkserver.admin.StoredContent.PayloadView;
import org.itkserver.audit.AuditQuery;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H6: what a person gets has no character that is not in the payload. */
class StoredContentTest {
    @TempDir
    Path folder;

    private PayloadView shown(byte[] content, String mimeType) throws IOException {
        var message = Messages.cda()
                .replace("mimetype=\"text/xml\"", "mimetype=\"" + mimeType + "\" base64=\"true\"")
                .replaceFirst(
                        "<ClinicalDocument.*</ClinicalDocument>",
                        Base64.getEncoder().encodeToString(content));
        var stored = Messages.utf8(message);
        var query = (AuditQuery) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {AuditQuery.class}, (proxy, method, arguments) -> {
                    assertEquals("raw", method.getName());
                    return Optional.<InputStream>of(new ByteArrayInputStream(stored));
                });
        var payloads = new StoredContent(
                        query,
                        new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT),
                        new PayloadStreams(new WstxInputFactory(), 64 << 20),
                        new WstxInputFactory(),
                        folder,
                        MemoryBudget.single("views", 1000),
                        InHand.inMemory(),
                        row -> {})
                .payloads(PayloadAuditTest.row(7));
        assertEquals(1, payloads.size());
        return payloads.get(0);
    }

    private PayloadView shown(String content, String charset, String mimeType) throws IOException {
        return shown(content.getBytes(Charset.forName(charset)), mimeType);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<p>Dose 5 \u00b5g<br>", "Dose 5 \u00b5g", " <Dose 5 \u00b5g", "<a>5 \u00b5g</b>"})
    void bytesInAnotherEncodingAreNotGuessed(String content) throws IOException {
        for (var mimeType : new String[] {"text/html", "text/plain"}) {
            assertEquals(
                    new RawText(content, false),
                    shown(content, "UTF-8", mimeType).text());
            var text = shown(content, "ISO-8859-1", mimeType).text();
            assertNotNull(text);
            assertTrue(text.text().startsWith("It is not text in UTF-8"), text.text());
        }
    }

    @Test
    void aLargeDocumentInAnotherEncodingIsNotGuessed() throws IOException {
        var xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>" + "5 \u00b5g ".repeat(900_000) + "</a>";
        var view = shown(xml, "ISO-8859-1", "text/xml");
        assertNotNull(view.text());
        assertTrue(
                view.text().text().startsWith("It is not text in UTF-8"),
                () -> view.text().text().substring(0, 80));
    }

    @Test
    void aLargeTextThatIsCutWithinACharacterIsText() throws IOException {
        for (int before = 0; before < 2; before++) {
            var text = shown("x".repeat(before) + "\u00b5".repeat(4 << 20), "UTF-8", "text/plain")
                    .text();
            assertNotNull(text);
            assertTrue(text.cut() && text.text().endsWith("\u00b5"));
        }
    }

    @Test
    void aDocumentInAnotherEncodingThatIsXmlIsReadAsXml() throws IOException {
        var xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>5 \u00b5g</a>";
        assertTrue(String.valueOf(shown(xml, "ISO-8859-1", "text/xml").xml()).contains("5 \u00b5g"));
        assertTrue(shown(xml.getBytes(StandardCharsets.ISO_8859_1), "text/xml").document() == null);
    }
}
