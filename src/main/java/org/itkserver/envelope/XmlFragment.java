package org.itkserver.envelope;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/** Makes sure that XML from a back end can stand inside an envelope. Thread-safe. */
public final class XmlFragment {
    private final XMLInputFactory factory;

    /** @param factory a StAX factory; DTD support is switched off here */
    public XmlFragment(XMLInputFactory factory) {
        this.factory = factory;
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /**
     * The document's root element as text, without XML declaration.
     *
     * @param document UTF-8
     * @throws EnvelopeRejected when it is not well-formed, not UTF-8, or has a document type declaration
     */
    public String of(byte[] document) {
        try {
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(document), "UTF-8");
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.DTD) {
                    throw EnvelopeRejected.invalid("it has a document type declaration");
                }
            }
        } catch (XMLStreamException e) {
            throw EnvelopeRejected.invalid("it is not well-formed XML in UTF-8");
        }
        var text = new String(document, StandardCharsets.UTF_8);
        int start = text.startsWith("\uFEFF") ? 1 : 0;
        if (text.startsWith("<?xml", start)) {
            start = text.indexOf("?>", start) + 2;
        }
        return text.substring(start).strip();
    }
}
