package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import javax.xml.namespace.QName;
import org.itkserver.testing.JdkXml;
import org.w3c.dom.Document;

/**
 * Any bytes: an answer or a typed refusal, the same in whatever pieces the bytes come; and what is accepted is a document to
 * another parser too, which sees the same body and can read what is cut out of it.
 *
 * <p>Not held against the other parser: what its own reading of the encoding would be. It gets the characters, because the
 * scan takes UTF-16 without a byte order mark, and UTF-8 that calls itself US-ASCII. And names of XML 1.0's fifth edition.
 */
class ScanFuzzTest {
    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final PayloadStreams payloads = new PayloadStreams(new WstxInputFactory(), 1 << 20);

    private record Outcome(Object answer) {}

    @FuzzTest
    void scan(byte[] data) throws IOException {
        var body = new MessageBody(Path.of("."), 1 << 20, -1);
        var whole = outcome(new ByteArrayInputStream(data), body);
        assertEquals(whole, outcome(pieces(data), new MessageBody(Path.of("."), 1 << 20, data.length)));
        if (whole.answer() instanceof ScannedMessage message) {
            assertEquals(message, scanner.scan(MessageBody.of(data)));
            accepted(message, data, body);
        }
    }

    private Outcome outcome(InputStream in, MessageBody body) throws IOException {
        try {
            return new Outcome(scanner.scan(in, body));
        } catch (EnvelopeRejected e) {
            assertTrue(e.error().diagnostic().length() < 300, e.error().diagnostic());
            // which of two mistakes is told may depend on the pieces
            return new Outcome(e.error().code());
        }
    }

    /** One byte, two, three, ... at a time. */
    private static InputStream pieces(byte[] data) {
        return new ByteArrayInputStream(data) {
            private int size;

            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                size = size % 61 + 1;
                return super.read(buffer, offset, Math.min(length, size));
            }
        };
    }

    private void accepted(ScannedMessage message, byte[] data, MessageBody body) throws IOException {
        var text = decoded(message, data);
        var tree = tree(text).orElseThrow(() -> new AssertionError("another parser refuses what was accepted"));
        var version = message.version();
        if (version == null) {
            return;
        }
        assertEquals(content(tree, version), message.body());
        var envelope = message.envelope();
        if (envelope != null) {
            var cut = new String(body.bytes(envelope.start(), envelope.end()), message.charset());
            var around = "<w" + Scope.declarations(message.inherited()) + ">" + cut + "</w>";
            var again = tree(around).orElseThrow(() -> new AssertionError("the envelope cannot stand alone"));
            var root = JdkXml.children(again.getDocumentElement());
            assertEquals(1, root.size());
            assertEquals("DistributionEnvelope", root.get(0).getLocalName());
        }
        for (var part : message.payloads()) {
            payload(message, body, part);
        }
        var header = message.header();
        if (header != null && header.addresses().size() > 1 && message.schemaProblem() == null) {
            hop(message, header.addresses().get(1), body);
        }
    }

    /** As one of several receivers gets it: a document with that receiver's address alone. */
    private static void hop(ScannedMessage message, TypedUri address, MessageBody body) throws IOException {
        if (message.payloads().isEmpty()) {
            return;
        }
        try (var hop = HopEnvelope.of(message, body, "1", Path.of("."))) {
            var cut = new String(hop.body().bytes(0, hop.body().size()), message.charset());
            var tree = tree("<w" + Scope.declarations(message.inherited()) + ">" + cut + "</w>")
                    .orElseThrow(() -> new AssertionError("the envelope of a hop cannot stand alone"));
            var list = JdkXml.elements(tree, Namespaces.ITK, "addresslist").get(0);
            var left = JdkXml.children(list);
            assertEquals(1, left.size());
            assertEquals(address.uri(), left.get(0).getAttribute("uri").trim());
        }
    }

    /** The JDK's parser does not know the letters beyond the first plane, which names may have by XML 1.0's fifth edition. */
    private static Optional<Document> tree(String text) {
        return JdkXml.tree(text).or(() -> JdkXml.tree(text.replaceAll("[\\x{10000}-\\x{EFFFF}]", "\u0436")));
    }

    private void payload(ScannedMessage message, MessageBody body, PayloadPart part) throws IOException {
        assertTrue(part.start() <= part.end());
        if (part.root() != null) {
            try (var document = payloads.open(body, message.charset(), part, null)) {
                var text = new String(document.readAllBytes(), StandardCharsets.UTF_8);
                tree(text).orElseThrow(() -> new AssertionError("a payload cannot stand alone"));
            }
        }
    }

    private static String decoded(ScannedMessage message, byte[] data) throws CharacterCodingException {
        var text = message.charset().newDecoder().decode(ByteBuffer.wrap(data)).toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** The first element of the first Body that has one. */
    private static QName content(Document tree, SoapVersion version) {
        QName found = null;
        for (var child : JdkXml.children(tree.getDocumentElement())) {
            if (child.getLocalName().equals("Body") && version.namespace().equals(child.getNamespaceURI())) {
                for (var content : JdkXml.children(child)) {
                    var namespace = content.getNamespaceURI();
                    found = found == null
                            ? new QName(namespace == null ? "" : namespace, content.getLocalName())
                            : found;
                }
            }
        }
        return found;
    }
}
