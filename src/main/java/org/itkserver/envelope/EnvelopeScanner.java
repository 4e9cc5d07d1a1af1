package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a SOAP message once, while it arrives: headers, envelope header, where the payloads lie. No tree is built.
 * Apart from it only {@link PeerDocument} parses untrusted XML. Thread-safe; each scan has its own reader.
 *
 * <p>Throws only for what comes before every other check (H4): not well-formed, not UTF-8 or UTF-16, a document type
 * declaration, a limit passed. Everything else it reports in {@link ScannedMessage}.
 */
public final class EnvelopeScanner {
    private final XMLInputFactory factory;
    private final ScanLimits limits;

    /**
     * @param factory a Woodstox factory for this scanner alone; it is configured here
     * @param limits structural limits
     */
    public EnvelopeScanner(XMLInputFactory factory, ScanLimits limits) {
        this.factory = factory;
        this.limits = limits;
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setProperty("com.ctc.wstx.maxElementDepth", limits.depth());
        factory.setProperty("com.ctc.wstx.maxElementCount", (long) limits.elements());
        factory.setProperty("com.ctc.wstx.maxAttributesPerElement", limits.attributes());
        factory.setProperty("com.ctc.wstx.maxAttributeSize", limits.payloadAttribute());
    }

    /**
     * Scans a message as it is read.
     *
     * @param source the bytes as they arrive; not closed
     * @param body keeps the bytes; the caller closes it
     * @throws EnvelopeRejected 1000, see above
     * @throws MessageTooLarge when the body's limit is passed
     * @throws IOException when the source fails
     */
    public ScannedMessage scan(InputStream source, MessageBody body) throws IOException {
        return read(body.tee(source), body);
    }

    /**
     * Scans a message that is there already.
     *
     * @param body a complete body
     * @throws EnvelopeRejected 1000, see above
     * @throws IOException when the body cannot be read
     */
    public ScannedMessage scan(MessageBody body) throws IOException {
        return read(body.open(), body);
    }

    private ScannedMessage read(InputStream bytes, MessageBody body) throws IOException {
        try {
            var input = new PositionedReader(bytes);
            var reader = factory.createXMLStreamReader(input);
            try {
                return new Scan(reader, input, body).run();
            } finally {
                reader.close();
            }
        } catch (XMLStreamException | CharacterCodingException | RuntimeException e) {
            throw refused(e, body);
        }
    }

    /** Woodstox wraps what its source throws; a lazy read hides it in a runtime exception. */
    private static RuntimeException refused(Exception e, MessageBody body) throws IOException {
        XMLStreamException parser = null;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof EnvelopeRejected rejected) {
                return rejected;
            }
            if (cause instanceof CharacterCodingException) {
                return EnvelopeRejected.invalid("The message is not UTF-8 or UTF-16 throughout.");
            }
            if (cause instanceof IOException io) {
                throw io;
            }
            parser = cause instanceof XMLStreamException x ? x : parser;
        }
        if (parser == null) {
            return (RuntimeException) e;
        }
        if (parser.getMessage() != null && parser.getMessage().contains("limit (")) {
            return EnvelopeRejected.invalid("The message passes a structural limit (depth, elements or attributes).");
        }
        return EnvelopeRejected.invalid(
                body.size() == 0 ? "The message is empty." : "The message is not well-formed XML.");
    }

    /** One scan. */
    private final class Scan {
        private final XMLStreamReader reader;
        private final PositionedReader input;
        private final MessageBody body;
        private final Findings findings = new Findings();
        private final Cursor cursor;
        private Addressing addressing = new Addressing(null, null, null, null, null, null, List.of(), List.of(), false);
        private Security security = Security.NONE;
        private @Nullable EnvelopeHeader header;
        private @Nullable QName content;
        private ScannedMessage.@Nullable Range envelope;
        private Map<String, String> inherited = Map.of();
        private @Nullable PayloadsReader payloads;

        Scan(XMLStreamReader reader, PositionedReader input, MessageBody body) {
            this.reader = reader;
            this.input = input;
            this.body = body;
            this.cursor = new Cursor(reader, limits, findings);
        }

        ScannedMessage run() throws XMLStreamException {
            declaration();
            while (cursor.next() != XMLStreamConstants.START_ELEMENT) {
                // comments and space before the envelope
            }
            var version = SoapVersion.ofNamespace(cursor.namespace()).orElse(null);
            boolean isEnvelope = cursor.localName().equals("Envelope");
            if (!isEnvelope) {
                findings.soap(
                        "The document is not a SOAP envelope but " + ToolkitError.quoted(cursor.localName()) + ".");
                version = null;
            }
            if (version == null) {
                cursor.enterPayload();
                while (cursor.depth() > 0) {
                    cursor.next();
                }
            } else {
                soap(version);
            }
            cursor.afterEnvelope();
            while (reader.hasNext()) {
                cursor.next();
            }
            return result(version);
        }

        private void declaration() {
            if ("1.1".equals(reader.getVersion())) {
                throw EnvelopeRejected.invalid("XML 1.1 is not allowed.");
            }
            var declared = reader.getCharacterEncodingScheme();
            if (declared != null && !XmlEncoding.agrees(declared, input.charset())) {
                throw EnvelopeRejected.invalid(
                        "The XML declaration says " + ToolkitError.quoted(declared) + ", the bytes are not that.");
            }
        }

        private void soap(SoapVersion version) throws XMLStreamException {
            int headers = 0;
            int bodies = 0;
            while (cursor.nextChild(1)) {
                boolean ours = cursor.namespace().equals(version.namespace());
                if (ours && cursor.localName().equals("Header") && bodies == 0) {
                    headers++;
                    header(version);
                } else if (ours && cursor.localName().equals("Body")) {
                    bodies++;
                    body();
                } else {
                    findings.soap("Element " + ToolkitError.quoted(cursor.localName())
                            + " is not allowed here in the SOAP envelope.");
                    cursor.skip();
                }
            }
            if (headers > 1 || bodies > 1) {
                findings.repeated(bodies > 1 ? "Body" : "Header");
            }
            if (bodies == 0) {
                findings.soap("The SOAP envelope has no Body.");
            }
        }

        private void header(SoapVersion version) throws XMLStreamException {
            var soapHeader = new SoapHeaderReader(cursor, version);
            soapHeader.read();
            addressing = soapHeader.addressing();
            security = soapHeader.security();
        }

        private void body() throws XMLStreamException {
            int depth = cursor.depth();
            while (cursor.nextChild(depth)) {
                if (content != null) {
                    findings.repeated("the element in Body");
                    cursor.skip();
                    continue;
                }
                content = new QName(cursor.namespace(), cursor.localName());
                if (cursor.is(Namespaces.ITK, "DistributionEnvelope")) {
                    envelope();
                } else {
                    cursor.enterPayload();
                    cursor.skip();
                    cursor.leavePayload();
                }
            }
        }

        private void envelope() throws XMLStreamException {
            long start = cursor.offset();
            inherited = cursor.inherited();
            for (var attribute : cursor.attributes()) {
                findings.schema("attribute " + ToolkitError.quoted(attribute.name())
                        + " is not allowed on DistributionEnvelope");
            }
            int depth = cursor.depth();
            while (cursor.nextChild(depth)) {
                if (cursor.is(Namespaces.ITK, "header") && header == null && payloads == null) {
                    header = new EnvelopeHeaderReader(cursor).read();
                } else if (cursor.is(Namespaces.ITK, "payloads") && payloads == null) {
                    payloads = new PayloadsReader(cursor);
                    payloads.read();
                } else {
                    findings.schema("element " + ToolkitError.quoted(cursor.localName())
                            + " is not allowed here in DistributionEnvelope");
                    cursor.skip();
                }
            }
            if (header == null || payloads == null) {
                findings.schema("DistributionEnvelope has no " + (header == null ? "header" : "payloads"));
            }
            envelope = new ScannedMessage.Range(start, cursor.endOfElement());
        }

        private ScannedMessage result(@Nullable SoapVersion version) {
            var found = payloads;
            return new ScannedMessage(
                    version,
                    addressing,
                    security,
                    header,
                    content,
                    envelope == null ? null : bytes(envelope),
                    inherited,
                    found == null ? null : found.count(),
                    found == null ? List.of() : parts(found.payloads()),
                    findings.notUnderstood,
                    findings.repeated(),
                    findings.soapProblem(),
                    findings.blankHeaderAttribute(),
                    findings.schemaProblem(),
                    findings.blankPayloadAttributes,
                    findings.schemaLocation,
                    found == null ? null : found.nhsNumber(),
                    input.charset());
        }

        private ScannedMessage.Range bytes(ScannedMessage.Range range) {
            return new ScannedMessage.Range(at(range.start()), at(range.end()));
        }

        private List<PayloadPart> parts(List<PayloadPart> inCharacters) {
            var out = new ArrayList<PayloadPart>();
            for (var part : inCharacters) {
                var root = part.root();
                out.add(new PayloadPart(
                        part.id(),
                        at(part.start()),
                        at(part.end()),
                        root == null
                                ? null
                                : new PayloadPart.Root(
                                        at(root.start()), at(root.afterName()), at(root.end()), root.inherited())));
            }
            return out;
        }

        private long at(long character) {
            return input.byteOffset(body, character);
        }
    }
}
