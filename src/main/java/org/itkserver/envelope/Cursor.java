package org.itkserver.envelope;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The one way through the document: every step checks what must hold everywhere (H4). Not thread-safe. */
final class Cursor {
    private static final int NOTHING = -1;

    private final XMLStreamReader reader;
    private final ScanLimits limits;
    private final Findings findings;
    private final Deque<Map<String, String>> scopes = new ArrayDeque<>();
    private final Set<String> laterNames = new HashSet<>();
    private int depth;
    private int allNamespaces;
    private int names;
    private boolean inPayload;
    private boolean afterEnvelope;
    private int pending = NOTHING;

    Cursor(XMLStreamReader reader, ScanLimits limits, Findings findings) {
        this.reader = reader;
        this.limits = limits;
        this.findings = findings;
    }

    XMLStreamReader reader() {
        return reader;
    }

    Findings findings() {
        return findings;
    }

    ScanLimits limits() {
        return limits;
    }

    int depth() {
        return depth;
    }

    /** Where the current event starts, in characters. */
    long offset() {
        return reader.getLocation().getCharacterOffset();
    }

    String localName() {
        return reader.getLocalName();
    }

    String namespace() {
        var uri = reader.getNamespaceURI();
        return uri == null ? "" : uri;
    }

    boolean is(String namespace, String localName) {
        return reader.getLocalName().equals(localName) && namespace().equals(namespace);
    }

    /**
     * On an end tag: the offset of the character after it, in characters. Looks one event ahead, so the reader's own
     * state is that event's until {@link #next()}.
     */
    long endOfElement() throws XMLStreamException {
        pending = reader.next();
        return offset();
    }

    /** From here on names and values belong to somebody else: only the limits are checked. */
    void enterPayload() {
        inPayload = true;
    }

    /** Call on the payload's end tag. */
    void leavePayload() {
        inPayload = false;
        scopes.pop();
    }

    void afterEnvelope() {
        afterEnvelope = true;
    }

    /** The next event, checked. */
    int next() throws XMLStreamException {
        int event = pending == NOTHING ? reader.next() : pending;
        pending = NOTHING;
        switch (event) {
            case XMLStreamConstants.START_ELEMENT -> started();
            case XMLStreamConstants.END_ELEMENT -> ended();
            case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                throw EnvelopeRejected.invalid("A document type declaration is not allowed.");
            case XMLStreamConstants.PROCESSING_INSTRUCTION -> {
                if (!inPayload && !afterEnvelope) {
                    throw EnvelopeRejected.invalid("A processing instruction is not allowed here.");
                }
                name(reader.getPITarget());
            }
            default -> {
                // text and comments: whoever reads there decides
            }
        }
        return event;
    }

    private void started() {
        depth++;
        name(reader.getLocalName());
        int declared = reader.getNamespaceCount();
        if (declared > 0) {
            allNamespaces += declared;
            if (declared > limits.namespaces() || allNamespaces > limits.allNamespaces()) {
                throw EnvelopeRejected.invalid("There are too many namespace declarations.");
            }
        }
        if (inPayload) {
            payloadAttributes();
        } else {
            scopes.push(declarations());
            headerAttributes();
        }
    }

    /** The parser keeps names in a table whose hash a sender can foresee, so that too many different ones cost too much. */
    private void name(String name) {
        if (name.length() > limits.name()) {
            throw EnvelopeRejected.invalid("A name is longer than " + limits.name() + " characters.");
        }
        if (++names > limits.names() && laterNames.add(name) && laterNames.size() > limits.names()) {
            throw EnvelopeRejected.invalid("There are too many different names.");
        }
    }

    private void ended() {
        depth--;
        if (!inPayload) {
            scopes.pop();
        }
    }

    private void payloadAttributes() {
        for (int i = 0, n = reader.getAttributeCount(); i < n; i++) {
            name(reader.getAttributeLocalName(i));
            if (reader.getAttributeValue(i).isEmpty()) {
                findings.blankPayloadAttributes++;
            } else if (Namespaces.XSI.equals(reader.getAttributeNamespace(i))) {
                schemaLocation(i);
            }
        }
    }

    private void headerAttributes() {
        for (int i = 0, n = reader.getAttributeCount(); i < n; i++) {
            name(reader.getAttributeLocalName(i));
            var value = reader.getAttributeValue(i);
            if (value.length() > limits.headerAttribute()) {
                throw EnvelopeRejected.invalid(
                        "A header attribute is longer than " + limits.headerAttribute() + " characters.");
            }
            if (value.isBlank()) {
                findings.blankHeaderAttribute(reader.getAttributeLocalName(i));
            }
            schemaLocation(i);
        }
    }

    private void schemaLocation(int attribute) {
        if (Namespaces.XSI.equals(reader.getAttributeNamespace(attribute))
                && reader.getAttributeLocalName(attribute).endsWith("chemaLocation")) {
            findings.schemaLocation = true;
        }
    }

    /** The declarations on the current start tag, prefix to name; the default namespace has the prefix "". */
    Map<String, String> declarations() {
        int count = reader.getNamespaceCount();
        if (count == 0) {
            return Map.of();
        }
        var out = new LinkedHashMap<String, String>();
        for (int i = 0; i < count; i++) {
            var prefix = reader.getNamespacePrefix(i);
            var uri = reader.getNamespaceURI(i);
            out.put(prefix == null ? "" : prefix, uri == null ? "" : uri);
        }
        return out;
    }

    /** Every namespace in scope on the current header element, innermost declaration first. */
    Map<String, String> inScope() {
        return merged(scopes.iterator());
    }

    /** As {@link #inScope()}, without the current element's own declarations. */
    Map<String, String> inherited() {
        var around = scopes.iterator();
        around.next();
        return merged(around);
    }

    private static Map<String, String> merged(Iterator<Map<String, String>> innermostFirst) {
        var out = new LinkedHashMap<String, String>();
        innermostFirst.forEachRemaining(scope -> scope.forEach(out::putIfAbsent));
        out.values().removeIf(String::isEmpty);
        return out;
    }

    /**
     * The trimmed text of the current header element; leaves the cursor on its end tag. Comments, CDATA sections and
     * child elements are refused: they let two readers see two texts (H4).
     */
    String text() throws XMLStreamException {
        var name = reader.getLocalName();
        var out = new StringBuilder();
        for (int event = next(); event != XMLStreamConstants.END_ELEMENT; event = next()) {
            if (event != XMLStreamConstants.CHARACTERS && event != XMLStreamConstants.SPACE) {
                throw EnvelopeRejected.invalid("Header " + name + " holds something other than plain text.");
            }
            out.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
            if (out.length() > limits.headerText()) {
                throw EnvelopeRejected.invalid(
                        "Header " + name + " is longer than " + limits.headerText() + " characters.");
            }
        }
        return out.toString().trim();
    }

    /** Moves past the current element, whatever it holds. */
    void skip() throws XMLStreamException {
        int outside = depth - 1;
        do {
            next();
        } while (depth > outside);
    }

    /**
     * The next child of the element at {@code parent}, or false at its end tag. Anything but space between children is
     * reported as a structure problem.
     */
    boolean nextChild(int parent) throws XMLStreamException {
        while (true) {
            switch (next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    return true;
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    if (depth < parent) {
                        return false;
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!reader.isWhiteSpace()) {
                        findings.schema("text where only elements are allowed");
                    }
                }
                default -> {
                    // comments and ignorable space
                }
            }
        }
    }

    /** The attributes of the current element that are not in a foreign namespace, in document order. */
    List<Attribute> attributes() {
        var out = new ArrayList<Attribute>();
        for (int i = 0, n = reader.getAttributeCount(); i < n; i++) {
            var uri = reader.getAttributeNamespace(i);
            if (uri == null || !uri.equals(Namespaces.XSI)) {
                out.add(new Attribute(
                        uri == null ? "" : uri, reader.getAttributeLocalName(i), reader.getAttributeValue(i)));
            }
        }
        return out;
    }

    record Attribute(String namespace, String name, String value) {}
}
