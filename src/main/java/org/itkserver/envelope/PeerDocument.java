package org.itkserver.envelope;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * A small document of a peer, walked from start tag to start tag: bounded, without document type and entities. Every
 * method throws {@link EnvelopeRejected} for a document that is not like that, and IOException only when the source
 * fails. Not thread-safe.
 */
final class PeerDocument {
    private static final String LAZY = "com.ctc.wstx.lazyParsing";
    private static final int START = 4;

    private final XMLStreamReader reader;
    private final List<String> path = new ArrayList<>();

    /**
     * @param factory one that {@link #configured} has seen
     * @param limit most bytes
     */
    PeerDocument(XMLInputFactory factory, InputStream in, long limit) throws IOException {
        var capped = new CappedStream(in, limit, "The document is larger than " + limit + " bytes.");
        try {
            var start = new PushbackInputStream(capped, START);
            var unmarked = unmarked(start);
            reader = unmarked == null
                    ? factory.createXMLStreamReader(start)
                    : factory.createXMLStreamReader(start, unmarked);
        } catch (XMLStreamException e) {
            throw refused(e);
        }
    }

    /**
     * The encoding of UTF-16 without a byte order mark and without an XML declaration: its bytes show it (XML 1.0, appendix F), but
     * parsers recognize it only by a declaration. Null for anything else.
     */
    private static @Nullable String unmarked(PushbackInputStream in) throws IOException {
        var start = in.readNBytes(START);
        in.unread(start);
        if (start.length < START) {
            return null;
        }
        if (start[0] == 0 && start[1] == '<' && start[3] != '?') {
            return "UTF-16BE";
        }
        return start[0] == '<' && start[1] == 0 && start[2] != '?' ? "UTF-16LE" : null;
    }

    /** The factory, set so that it never looks at a document type and reports every error where it is. */
    static XMLInputFactory configured(XMLInputFactory factory) {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        if (factory.isPropertySupported(LAZY)) {
            factory.setProperty(LAZY, false);
        }
        return factory;
    }

    /** On to the next start tag; false at the end of the document. */
    boolean next() throws IOException {
        return nextInside(0);
    }

    /** On to the next start tag inside the element at this depth; false at its end. */
    boolean nextInside(int ancestor) throws IOException {
        while (true) {
            switch (event()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    path.add(reader.getLocalName());
                    return true;
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    path.remove(path.size() - 1);
                    if (path.size() < ancestor) {
                        return false;
                    }
                }
                case XMLStreamConstants.END_DOCUMENT -> {
                    return false;
                }
                default -> {
                    // text between elements, comments
                }
            }
        }
    }

    /** On to the next child of the element at this depth; false at its end. */
    boolean nextChild(int parent) throws IOException {
        while (nextInside(parent)) {
            if (path.size() == parent + 1) {
                return true;
            }
        }
        return false;
    }

    /** Reads to the end, so that a document cut short is noticed. */
    void drain() throws IOException {
        while (next()) {
            // only to its end
        }
    }

    private int event() throws IOException {
        try {
            if (!reader.hasNext()) {
                return XMLStreamConstants.END_DOCUMENT;
            }
            int event = reader.next();
            if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw EnvelopeRejected.invalid("A document type declaration is not allowed.");
            }
            return event;
        } catch (XMLStreamException e) {
            throw refused(e);
        }
    }

    private static EnvelopeRejected refused(XMLStreamException e) throws IOException {
        for (Throwable cause = e.getNestedException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof CappedStream.Exceeded) {
                return EnvelopeRejected.invalid(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof IOException io && !(cause instanceof CharConversionException)) {
                throw io;
            }
        }
        return EnvelopeRejected.invalid("The document is not well-formed XML.");
    }

    /** Depth of the current element; the root has 1. */
    int depth() {
        return path.size();
    }

    boolean is(String namespace, String localName) {
        return reader.getLocalName().equals(localName) && namespace.equals(reader.getNamespaceURI());
    }

    String localName() {
        return reader.getLocalName();
    }

    String namespace() {
        var uri = reader.getNamespaceURI();
        return uri == null ? "" : uri;
    }

    /** Whether these local names lead from the root, which is left out, to the current element. */
    boolean at(String... names) {
        int depth = names.length + 1;
        if (path.size() != depth) {
            return false;
        }
        for (int i = 0; i < names.length; i++) {
            if (!path.get(i + 1).equals(names[i])) {
                return false;
            }
        }
        return true;
    }

    /** An attribute in no namespace of the current element. */
    @Nullable
    String attribute(String name) {
        return reader.getAttributeValue("", name);
    }

    /** The text inside the current element, tidied, at most so long; moves past the element. */
    String text(int most) throws IOException {
        var out = new StringBuilder();
        int outside = path.size() - 1;
        while (path.size() > outside) {
            switch (event()) {
                case XMLStreamConstants.START_ELEMENT -> path.add(reader.getLocalName());
                case XMLStreamConstants.END_ELEMENT -> path.remove(path.size() - 1);
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                    // four times as much: tidying takes blanks away
                    int room = Math.min(4 * most - out.length(), reader.getTextLength());
                    if (room > 0) {
                        out.append(reader.getTextCharacters(), reader.getTextStart(), room);
                    }
                }
                default -> {
                    // comments
                }
            }
        }
        return PeerText.tidy(out.toString(), most);
    }
}
