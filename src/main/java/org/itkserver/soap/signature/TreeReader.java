package org.itkserver.soap.signature;

import java.io.Reader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.ToolkitError;
import org.w3c.dom.DOMException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Builds a tree of a message that the scanner has read, with the scanner's own parser, so that no difference between two
 * parsers can be used. Comments are left out: exclusive canonicalization leaves them out too. One thread, one message.
 */
final class TreeReader {
    private final XMLStreamReader reader;
    private final Document document;
    private final Set<String> ids = new HashSet<>();
    private final Map<String, Integer> allIds = new HashMap<>();
    private long nodes;

    private TreeReader(XMLStreamReader reader, long mostNodes) {
        this.reader = reader;
        this.nodes = mostNodes;
        try {
            document = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .newDocument();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A tree and its ids.
     *
     * @param ids how often each value occurs in an attribute named id, in whatever case and namespace
     */
    record Tree(Document document, Map<String, Integer> ids) {
        boolean isUnique(String id) {
            return ids.getOrDefault(id, 0) == 1;
        }
    }

    /** A parser that reads no document type and nothing from outside. */
    static XMLInputFactory configured(XMLInputFactory factory) {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
        return factory;
    }

    /**
     * @param mostNodes most elements, attributes, declarations and texts
     * @throws EnvelopeRejected 1000 when there are more, an id occurs twice, or a name has letters beyond the first plane
     */
    static Tree read(XMLInputFactory factory, Reader text, long mostNodes) throws XMLStreamException {
        var reader = factory.createXMLStreamReader(text);
        try {
            var tree = new TreeReader(reader, mostNodes);
            tree.run();
            return new Tree(tree.document, tree.allIds);
        } catch (DOMException e) {
            // the parser knows the names of XML 1.0's fifth edition, a tree those of the fourth
            throw EnvelopeRejected.invalid("A name in the signed message is none that a signature can cover.");
        } finally {
            reader.close();
        }
    }

    private void run() throws XMLStreamException {
        Node at = document;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    var element = element();
                    at.appendChild(element);
                    at = element;
                }
                case XMLStreamConstants.END_ELEMENT -> at = java.util.Objects.requireNonNull(at.getParentNode());
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                    if (at != document) {
                        count(1);
                        at.appendChild(document.createTextNode(reader.getText()));
                    }
                }
                case XMLStreamConstants.PROCESSING_INSTRUCTION -> {
                    count(1);
                    at.appendChild(document.createProcessingInstruction(reader.getPITarget(), reader.getPIData()));
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw EnvelopeRejected.invalid("A document type declaration is not allowed.");
                default -> {
                    // comments, and the end
                }
            }
        }
    }

    private void count(int more) {
        nodes -= more;
        if (nodes < 0) {
            throw EnvelopeRejected.invalid("The signed message has too many elements and attributes for its size.");
        }
    }

    private Element element() {
        count(1 + reader.getNamespaceCount() + reader.getAttributeCount());
        var element = document.createElementNS(
                reader.getNamespaceURI(), qualified(reader.getPrefix(), reader.getLocalName()));
        for (int i = 0, n = reader.getNamespaceCount(); i < n; i++) {
            var prefix = reader.getNamespacePrefix(i);
            var uri = reader.getNamespaceURI(i);
            element.setAttributeNS(
                    XMLConstants.XMLNS_ATTRIBUTE_NS_URI,
                    prefix == null || prefix.isEmpty() ? "xmlns" : "xmlns:" + prefix,
                    uri == null ? "" : uri);
        }
        for (int i = 0, n = reader.getAttributeCount(); i < n; i++) {
            var uri = reader.getAttributeNamespace(i);
            var name = reader.getAttributeLocalName(i);
            var value = reader.getAttributeValue(i);
            element.setAttributeNS(uri, qualified(reader.getAttributePrefix(i), name), value);
            if (name.equalsIgnoreCase("id")) {
                remember(uri == null ? "" : uri, name, value);
            }
        }
        return element;
    }

    private static String qualified(@org.jspecify.annotations.Nullable String prefix, String name) {
        return prefix == null || prefix.isEmpty() ? name : prefix + ":" + name;
    }

    /** The plain {@code id} of payloads and manifest items occurs twice in every message. */
    private void remember(String namespace, String name, String value) {
        allIds.merge(value, 1, Integer::sum);
        boolean meant = namespace.isEmpty() ? !name.equals("id") : isIdSpace(namespace);
        if (meant && !ids.add(value)) {
            throw EnvelopeRejected.invalid(
                    "It must occur once and occurs again: the id " + ToolkitError.quoted(value) + ".");
        }
    }

    private static boolean isIdSpace(String namespace) {
        return namespace.equals(Namespaces.WSU) || namespace.equals(Namespaces.XML);
    }
}
