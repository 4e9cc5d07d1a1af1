package org.itkserver.envelope;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads {@code DistributionEnvelope/payloads}: where each payload lies, and the first patient's NHS number. */
final class PayloadsReader {
    private static final long NONE = -1;

    private final Cursor cursor;
    private final Findings findings;
    private final NhsNumberFinder patient = new NhsNumberFinder();
    private final List<PayloadPart> payloads = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private @Nullable Integer count;

    PayloadsReader(Cursor cursor) {
        this.cursor = cursor;
        this.findings = cursor.findings();
    }

    /** From the start tag of {@code payloads} to its end tag. */
    void read() throws XMLStreamException {
        for (var attribute : cursor.attributes()) {
            if (attribute.name().equals("count") && attribute.namespace().isEmpty()) {
                count = EnvelopeHeaderReader.number(attribute.value(), "payloads/@count", findings);
            } else {
                findings.schema("attribute " + ToolkitError.quoted(attribute.name()) + " is not allowed on payloads");
            }
        }
        int depth = cursor.depth();
        while (cursor.nextChild(depth)) {
            if (cursor.is(Namespaces.ITK, "payload")) {
                payload();
            } else {
                findings.schema("element " + ToolkitError.quoted(cursor.localName()) + " is not allowed in payloads");
                cursor.skip();
            }
        }
    }

    @Nullable
    Integer count() {
        return count;
    }

    /** The payloads; offsets are in characters. */
    List<PayloadPart> payloads() {
        return payloads;
    }

    @Nullable
    String nhsNumber() {
        return patient.found();
    }

    private void payload() throws XMLStreamException {
        var id = id();
        int depth = cursor.depth();
        var inherited = cursor.inScope();
        cursor.enterPayload();
        int event = cursor.next();
        long start = cursor.offset();
        PayloadPart.@Nullable Root root = null;
        boolean text = false;
        long first = NONE;
        long last = NONE;
        while (cursor.depth() >= depth) {
            boolean beside = event == XMLStreamConstants.COMMENT || event == XMLStreamConstants.PROCESSING_INSTRUCTION;
            if (event == XMLStreamConstants.START_ELEMENT) {
                if (root != null) {
                    findings.schema("payload holds more than one element");
                }
                root = element(inherited);
                last = NONE;
            } else if (beside) {
                first = first == NONE ? cursor.offset() : first;
            } else if (!text && (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA)) {
                text = !cursor.reader().isWhiteSpace();
            }
            event = cursor.next();
            last = beside ? cursor.offset() : last;
        }
        long end = cursor.offset();
        root = root == null ? null : root.with(first, last);
        cursor.leavePayload();
        if (root != null && text) {
            findings.schema("payload holds both an element and text");
        }
        payloads.add(new PayloadPart(id, start, end, root));
    }

    private @Nullable String id() {
        String id = null;
        for (var attribute : cursor.attributes()) {
            if (attribute.name().equals("id") && attribute.namespace().isEmpty()) {
                id = attribute.value().trim();
            } else if (!attribute.name().equals("filename")
                    || !attribute.namespace().isEmpty()) {
                findings.schema("attribute " + ToolkitError.quoted(attribute.name()) + " is not allowed on payload");
            }
        }
        if (id != null && !ids.add(id)) {
            findings.repeated("payload/@id");
        }
        return id;
    }

    private PayloadPart.Root element(Map<String, String> inherited) throws XMLStreamException {
        long start = cursor.offset();
        var reader = cursor.reader();
        var prefix = reader.getPrefix();
        long afterName = start
                + 1
                + (prefix == null || prefix.isEmpty() ? 0 : prefix.length() + 1)
                + reader.getLocalName().length();
        var missing = new LinkedHashMap<>(inherited);
        missing.keySet().removeAll(cursor.declarations().keySet());
        int outside = cursor.depth() - 1;
        patient.start(reader, cursor.depth());
        while (cursor.depth() > outside) {
            visit(reader, cursor.next());
        }
        return new PayloadPart.Root(start, afterName, cursor.endOfElement(), missing);
    }

    private void visit(XMLStreamReader reader, int event) {
        if (patient.found() == null) {
            if (event == XMLStreamConstants.START_ELEMENT) {
                patient.start(reader, cursor.depth());
            } else if (event == XMLStreamConstants.CHARACTERS) {
                patient.text(reader);
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                patient.end(cursor.depth());
            }
        }
    }
}
