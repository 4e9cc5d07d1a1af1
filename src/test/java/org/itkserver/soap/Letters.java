package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.envelope.SoapAnswerReader;
import org.itkserver.envelope.SoapRequestWriter;
import org.itkserver.exchange.Transport;
import org.itkserver.io.MemoryBudget;
import org.itkserver.soap.signature.MessageSigner;
import org.itkserver.tls.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** What the tests of the client send, and how they read it. */
final class Letters {
    static final String TAKEN = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

    /** Largest message that these clients sign. */
    static final long MOST_SIGNED = 100_000;

    private Letters() {}

    static SoapClient client(Clock clock, Duration timeout) {
        return client(clock, timeout, null, uri -> Set.of());
    }

    static SoapClient client(Clock clock, Duration timeout, @Nullable TlsFiles tls, Function<URI, Set<String>> pinned) {
        return client(clock, timeout, tls, pinned, uri -> false);
    }

    static SoapClient client(
            Clock clock,
            Duration timeout,
            @Nullable TlsFiles tls,
            Function<URI, Set<String>> pinned,
            Predicate<URI> signs) {
        var scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
        return new SoapClient(
                new SoapRequestWriter(Ids.random()),
                new SoapAnswerReader(new WstxInputFactory(), scanner),
                new PayloadStreams(new WstxInputFactory(), 1 << 20),
                clock,
                timeout,
                tls,
                pinned,
                new MessageSigner(
                        new WstxInputFactory(),
                        tls,
                        MOST_SIGNED,
                        MemoryBudget.single("signatures", 8L * MOST_SIGNED),
                        signs));
    }

    /** Content of our own, in answer to {@code REQUEST-ID}. */
    static Transport.Letter letter(String content, boolean synchronous) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        return new Transport.Letter(
                "urn:a",
                "SENT-TRACKING-ID",
                "REQUEST-ID",
                MessageBody.of(bytes),
                new ScannedMessage.Range(0, bytes.length),
                Map.of(),
                StandardCharsets.UTF_8,
                synchronous);
    }

    static Document parse(byte[] document) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(document));
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new AssertionError(e);
        }
    }

    /** The text of the only element of this name. */
    static String text(Document document, String name) {
        var found = document.getElementsByTagNameNS("*", name);
        assertEquals(1, found.getLength(), name);
        return found.item(0).getTextContent();
    }
}
