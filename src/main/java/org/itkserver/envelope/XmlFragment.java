package org.itkserver.envelope;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/** Makes sure that XML from a back end can stand inside an envelope. Thread-safe. */
public final class XmlFragment {
    private static final int MOST_DECLARATION = 1024;

    private final XMLInputFactory factory;

    /** @param factory a StAX factory; DTD support is switched off here */
    public XmlFragment(XMLInputFactory factory) {
        this.factory = factory;
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /**
     * The document as text without its XML declaration: the root element and what stands beside it.
     *
     * @param document UTF-8
     * @throws EnvelopeRejected when it is not well-formed XML 1.0, not UTF-8, declares another encoding, or has a document
     *     type declaration
     */
    public String of(byte[] document) {
        try {
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(document), "UTF-8");
            var declared = reader.getCharacterEncodingScheme();
            if (declared != null && !XmlEncoding.agrees(declared, StandardCharsets.UTF_8)) {
                throw EnvelopeRejected.invalid(
                        "it declares the encoding " + ToolkitError.quoted(declared) + ", and only UTF-8 is accepted");
            }
            if ("1.1".equals(reader.getVersion())) {
                throw EnvelopeRejected.invalid("it is XML 1.1, and only XML 1.0 is accepted");
            }
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.DTD) {
                    throw EnvelopeRejected.invalid("it has a document type declaration");
                }
            }
        } catch (XMLStreamException e) {
            throw EnvelopeRejected.invalid("it is not well-formed XML in UTF-8");
        }
        return rest(new String(document, StandardCharsets.UTF_8)).strip();
    }

    /**
     * The same document without its XML declaration.
     *
     * @param document UTF-8; returned as it is when there is no declaration
     */
    public static byte[] withoutDeclaration(byte[] document) {
        var start = new String(document, 0, Math.min(document.length, MOST_DECLARATION), StandardCharsets.UTF_8);
        var rest = rest(start);
        if (rest.length() == start.length()) {
            return document;
        }
        int from = start.substring(0, start.length() - rest.length()).getBytes(StandardCharsets.UTF_8).length;
        return Arrays.copyOfRange(document, from, document.length);
    }

    private static String rest(String text) {
        int start = text.startsWith("\uFEFF") ? 1 : 0;
        if (text.startsWith("<?xml", start) && text.length() > start + 5 && isSpace(text.charAt(start + 5))) {
            int end = text.indexOf("?>", start);
            return end < 0 ? text : text.substring(end + 2);
        }
        return text.substring(start);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
