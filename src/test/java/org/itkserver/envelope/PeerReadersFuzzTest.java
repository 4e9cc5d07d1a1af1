package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.itkserver.testing.JdkXml;
import org.jspecify.annotations.Nullable;
import org.xml.sax.InputSource;

/**
 * Any bytes as an acknowledgement, as a partner's answer, as a request to a queue and as a back end's XML: a result or a
 * typed refusal, the same in whatever pieces the bytes come; what is understood is a document to another parser too, and
 * its texts are short and clean.
 *
 * <p>The other parser need not agree where these readers are lenient on purpose: about control characters in an XML
 * declaration, encodings, and letters beyond the first plane in names.
 */
class PeerReadersFuzzTest {
    private final AcknowledgementReader acknowledgements = new AcknowledgementReader(new WstxInputFactory());
    private final SoapAnswerReader answers = new SoapAnswerReader(
            new WstxInputFactory(), new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT));
    private final QueueRequestReader requests = new QueueRequestReader(new WstxInputFactory());
    private final XmlFragment fragments = new XmlFragment(new WstxInputFactory());

    @FunctionalInterface
    private interface Reading<T> {
        Optional<T> of(InputStream in) throws IOException;
    }

    @FuzzTest
    void peers(byte[] data) throws IOException {
        same(data, acknowledgements::read).ifPresent(ack -> {
            wellFormed(data);
            acknowledgement(ack);
        });
        same(data, requests::read).ifPresent(request -> {
            wellFormed(data);
            request(request);
        });
        if (!(answers.read(data) instanceof SoapAnswer.NotSoap)) {
            wellFormed(data);
            answer(answers.read(data));
        }
        fragment(data);
    }

    private static <T> Optional<T> same(byte[] data, Reading<T> reading) throws IOException {
        var whole = outcome(new ByteArrayInputStream(data), reading);
        var inPieces = outcome(
                new ByteArrayInputStream(data) {
                    @Override
                    public synchronized int read(byte[] buffer, int offset, int length) {
                        return super.read(buffer, offset, Math.min(length, 7));
                    }
                },
                reading);
        assertEquals(whole, inPieces);
        return whole;
    }

    private static <T> Optional<T> outcome(InputStream in, Reading<T> reading) throws IOException {
        try {
            return reading.of(in);
        } catch (EnvelopeRejected e) {
            assertEquals(ErrorCode.INVALID_MESSAGE, e.error().code());
            return Optional.empty();
        }
    }

    private static void acknowledgement(Acknowledgement ack) {
        assertTrue(TrackingId.isValid(ack.trackingIdRef()));
        if (ack instanceof Acknowledgement.Infrastructure infrastructure) {
            clean(infrastructure.serviceRef(), PeerText.NAME);
            clean(infrastructure.code(), PeerText.NAME);
            clean(infrastructure.text(), PeerText.SENTENCE);
        } else if (ack instanceof Acknowledgement.Business business) {
            clean(business.typeCode(), PeerText.NAME);
            clean(business.detail(), PeerText.SENTENCE);
            assertEquals(business.typeCode().equals("AA") || business.typeCode().equals("CA"), business.positive());
            business.payloadResults().forEach((id, result) -> {
                clean(id, PeerText.NAME);
                clean(result, PeerText.NAME);
            });
        }
    }

    private static void request(QueueRequest request) {
        if (request instanceof QueueRequest.Collect collect) {
            clean(collect.queue(), PeerText.NAME);
            assertFalse(collect.queue().isEmpty());
            assertTrue(collect.count() >= 1 && collect.count() <= QueueRequestReader.MOST_MESSAGES);
        } else if (request instanceof QueueRequest.Confirm confirm) {
            assertFalse(confirm.handles().isEmpty());
            confirm.handles().forEach(handle -> clean(handle, PeerText.NAME));
        }
    }

    private static void answer(SoapAnswer answer) {
        if (answer instanceof SoapAnswer.Fault fault) {
            clean(fault.text(), PeerText.SENTENCE);
            clean(fault.faultCode(), PeerText.NAME);
            clean(fault.toolkitCode(), PeerText.NAME);
            clean(fault.errorId(), PeerText.NAME);
        } else if (answer instanceof SoapAnswer.Simple simple) {
            clean(simple.text(), PeerText.SENTENCE);
        }
    }

    private static void clean(@Nullable String text, int most) {
        if (text != null) {
            assertTrue(text.length() <= most && text.codePoints().noneMatch(Character::isISOControl));
        }
    }

    private void fragment(byte[] data) {
        String element;
        try {
            element = fragments.of(data);
        } catch (EnvelopeRejected e) {
            return;
        }
        var inside = JdkXml.tree("<p>" + element + "</p>");
        assertTrue(inside.isPresent(), "what a back end answered cannot stand in an envelope");
        assertEquals(1, JdkXml.children(inside.get().getDocumentElement()).size());
    }

    private static void wellFormed(byte[] data) {
        int end = 0;
        boolean odd = false;
        while (end < data.length && data[end] != '>') {
            byte b = data[end++];
            odd |= b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' || b < 0;
        }
        var head = new String(data, 0, end, java.nio.charset.StandardCharsets.ISO_8859_1);
        boolean beyond = new String(data, java.nio.charset.StandardCharsets.UTF_8)
                .codePoints()
                .anyMatch(c -> c > 0xFFFF);
        if (!odd && !beyond && !head.contains("encoding")) {
            assertTrue(
                    JdkXml.tree(new InputSource(new ByteArrayInputStream(data))).isPresent(),
                    "another parser refuses what was understood");
        }
    }
}
