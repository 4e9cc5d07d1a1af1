package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Reads the manifest of a stored message and stops before its payloads, so that a list of messages never loads them.
 * Thread-safe.
 */
public final class ManifestReader {
    /** Depth of soap:Body. */
    private static final int BODY = 2;
    /** Depth of the children of DistributionEnvelope. */
    private static final int HEADER = 4;

    private final XMLInputFactory factory;
    private final ScanLimits limits;

    /** @param factory a StAX factory; it is configured here */
    public ManifestReader(XMLInputFactory factory, ScanLimits limits) {
        this.factory = PeerDocument.configured(factory);
        this.limits = limits;
    }

    /**
     * The manifest items in their order; none when the message holds no distribution envelope.
     *
     * @param message a message that has been scanned before; not closed, not read to its end
     * @throws IOException when it cannot be read
     */
    public List<ManifestItem> read(InputStream message) throws IOException {
        try {
            var reader = factory.createXMLStreamReader(new PositionedReader(message));
            try {
                return read(new Cursor(reader, limits, new Findings()));
            } finally {
                reader.close();
            }
        } catch (XMLStreamException | EnvelopeRejected e) {
            throw new IOException("the stored message cannot be read", e);
        }
    }

    private static List<ManifestItem> read(Cursor cursor) throws XMLStreamException {
        boolean inBody = false;
        while (cursor.reader().hasNext()) {
            if (cursor.next() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            if (cursor.depth() == BODY) {
                inBody = cursor.localName().equals("Body");
            } else if (inBody && cursor.depth() == HEADER && cursor.namespace().equals(Namespaces.ITK)) {
                return cursor.localName().equals("header")
                        ? new EnvelopeHeaderReader(cursor).read().manifest()
                        : List.of();
            }
        }
        return List.of();
    }
}
