package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H20: what comes out of a payload. */
class PayloadStreamsTest {
    private static final String PLAIN = "mimetype=\"text/xml\"";

    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final PayloadStreams streams = new PayloadStreams(new WstxInputFactory(), 1 << 20);

    private byte[] payload(byte[] message) throws IOException {
        try (var body = new MessageBody(Path.of("."), 8 << 20, -1)) {
            var scanned = scanner.scan(new ByteArrayInputStream(message), body);
            var part = scanned.payloads().get(0);
            var item = scanned.requiredHeader().item(String.valueOf(part.id())).orElse(null);
            try (var in = streams.open(body, scanned.charset(), part, item)) {
                return in.readAllBytes();
            }
        }
    }

    private byte[] content(String content, String flags) throws IOException {
        var text = Messages.cda().replace(PLAIN, PLAIN + flags);
        int start = text.indexOf("<ClinicalDocument");
        int end = text.indexOf("</ClinicalDocument>") + 19;
        return payload(Messages.utf8(text.substring(0, start) + content + text.substring(end)));
    }

    @Test
    void anElementGetsTheNamespacesItInherits() throws Exception {
        for (var message : new byte[][] {
            Messages.utf8(Messages.cda()), ("\ufeff" + Messages.cda()).getBytes(StandardCharsets.UTF_16BE)
        }) {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            var root = factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(payload(message)))
                    .getDocumentElement();
            assertEquals(Namespaces.HL7V3, root.getNamespaceURI());
            assertEquals(Namespaces.XSI, root.lookupNamespaceURI("xsi"));
            assertEquals("caf\u00e9", root.getLastChild().getTextContent());
        }
    }

    @Test
    void nothingElseOfAnElementChanges() throws IOException {
        var element = "<a:b  xmlns:a='urn:a'  c = \"d\" ><!-- x --><![CDATA[<]]>&#65;</a:b >";
        var out = new String(content(" " + element + " ", ""), StandardCharsets.UTF_8);
        assertEquals("<a:b", out.substring(0, 4));
        assertEquals(element.substring(4), out.substring(out.length() - element.length() + 4));
    }

    @Test
    void textIsDecoded() throws IOException {
        assertEquals("a<b&c", new String(content("a&lt;b<![CDATA[&]]><!-- no -->c", ""), StandardCharsets.UTF_8));
    }

    @Test
    void longTextWithCharactersOutsideTheBasicPlaneIsWhole() throws IOException {
        var text = "x" + "\ud83d\ude00".repeat(20_000);
        assertEquals(text, new String(content(text, ""), StandardCharsets.UTF_8));
    }

    @Test
    void base64AndGzipAreDecoded() throws IOException {
        var bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        assertArrayEquals(bytes, content(Base64.getMimeEncoder().encodeToString(bytes), " base64=\"true\""));
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write(bytes);
        }
        var text = Base64.getEncoder().encodeToString(zipped.toByteArray());
        assertArrayEquals(bytes, content(text, " base64=\"true\" compressed=\"true\""));
    }

    /** H6: text alone. What an earlier release accepted can still be read. */
    @ParameterizedTest
    @ValueSource(strings = {"SGVs<!--x-->bG8=", "SGVs<?a b?>bG8=", "<!-- x -->SGVsbG8="})
    void base64WithMarkupIsRefused(String text) throws IOException {
        assertEquals("Hello", new String(content(text, " base64=\"true\""), StandardCharsets.UTF_8));
        var message = Messages.utf8(Messages.cda()
                .replace("mimetype=\"text/xml\"", "mimetype=\"text/plain\" base64=\"true\"")
                .replaceFirst("<ClinicalDocument.*</ClinicalDocument>", text));
        var body = MessageBody.of(message);
        var scanned = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT).scan(body);
        var checking = new PayloadStreams(new WstxInputFactory(), 1 << 20);
        assertThrows(EnvelopeRejected.class, () -> checking.check(scanned, body));
    }

    @Test
    void aBombStopsAtTheLimit() throws IOException {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write(new byte[2 << 20]);
        }
        var text = Base64.getEncoder().encodeToString(zipped.toByteArray());
        assertThrows(IOException.class, () -> content(text, " base64=\"true\" compressed=\"true\""));
    }
}
