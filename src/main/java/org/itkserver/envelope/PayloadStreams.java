package org.itkserver.envelope;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * A payload as a document of its own (H20): an element with the namespaces it inherits declared on it and nothing else
 * changed; text, base64 and gzip decoded. Streams, so that size never costs heap. Thread-safe.
 */
public final class PayloadStreams {
    private static final int CHECKED_AT_ONCE = 8192;

    private final XMLInputFactory factory;
    private final long limit;

    /**
     * @param factory a StAX factory without DTD support
     * @param limit most bytes a compressed payload may inflate to
     */
    public PayloadStreams(XMLInputFactory factory, long limit) {
        this.factory = factory;
        this.limit = limit;
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /**
     * The payload's bytes.
     *
     * @param body the message
     * @param charset encoding of the message; an XML payload always comes out as UTF-8
     * @param part where the payload lies
     * @param item its manifest item, null when the manifest has none
     * @throws IOException here or while reading, when the payload is not what its manifest item says
     */
    public InputStream open(MessageBody body, Charset charset, PayloadPart part, @Nullable ManifestItem item)
            throws IOException {
        var root = part.root();
        if (root != null) {
            return element(body, charset, root);
        }
        // earlier releases accepted markup among base64
        var text = new TextStream(reader(body, charset, part), true);
        return item == null || !item.base64() && !item.compressed() ? text : decoded(text, item);
    }

    private InputStream decoded(TextStream text, ManifestItem item) {
        var decoded = new Base64Stream(text);
        return item.compressed()
                ? new CappedStream(new GzipStream(decoded), limit, "the payload inflates beyond the limit")
                : decoded;
    }

    /**
     * Reads each payload that is flagged {@code base64} or {@code compressed} to its end, so that nothing is accepted that
     * cannot be given to an application (H6). Does nothing for other payloads; an encrypted element is passed on as it is.
     *
     * @param message what the scanner found in {@code body}; its checks have passed
     * @throws EnvelopeRejected 1000 when a payload is not what its manifest item says
     * @throws IOException when the body cannot be read
     */
    public void check(ScannedMessage message, MessageBody body) throws IOException {
        var items = message.requiredHeader().manifest();
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            if (item.base64() || item.compressed()) {
                for (var part : message.payloads()) {
                    if (item.id().equals(part.id())) {
                        check(message.charset(), body, part, item);
                    }
                }
            }
        }
    }

    private void check(Charset charset, MessageBody body, PayloadPart part, ManifestItem item) throws IOException {
        var name = "Payload " + ToolkitError.quoted(item.id());
        if (part.root() != null) {
            if (item.encrypted()) {
                return;
            }
            throw EnvelopeRejected.invalid(name + " is marked as " + (item.base64() ? "base64" : "compressed")
                    + " in the manifest, but it holds an element.");
        }
        try (var in = decoded(new TextStream(reader(body, charset, part), false), item)) {
            var buffer = new byte[CHECKED_AT_ONCE];
            while (in.read(buffer, 0, buffer.length) >= 0) {
                // only the end matters
            }
        } catch (UndecodablePayload e) {
            throw EnvelopeRejected.invalid(name + " cannot be decoded: " + e.getMessage() + ".");
        }
    }

    private static InputStream element(MessageBody body, Charset charset, PayloadPart.Root root) {
        var declared =
                new ByteArrayInputStream(Scope.declarations(root.inherited()).getBytes(StandardCharsets.UTF_8));
        return new SequenceInputStream(Collections.enumeration(List.of(
                utf8(body.open(root.start(), root.afterName()), charset),
                declared,
                utf8(body.open(root.afterName(), root.end()), charset))));
    }

    private static InputStream utf8(InputStream in, Charset charset) {
        return charset == StandardCharsets.UTF_8
                ? in
                : new Utf8Stream(new InputStreamReader(
                        in,
                        charset.newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    private XMLStreamReader reader(MessageBody body, Charset charset, PayloadPart part) throws IOException {
        var wrapped = new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream("<p>".getBytes(StandardCharsets.UTF_8)),
                utf8(body.open(part.start(), part.end()), charset),
                new ByteArrayInputStream("</p>".getBytes(StandardCharsets.UTF_8)))));
        try {
            return factory.createXMLStreamReader(wrapped, "UTF-8");
        } catch (XMLStreamException e) {
            throw new IOException("the payload cannot be read", e);
        }
    }

    /**
     * The text of a payload, character references and CDATA sections resolved. The parser may end a piece
     * between the halves of a surrogate pair; the first half then waits for the next piece.
     */
    private static final class TextStream extends PieceStream {
        private final XMLStreamReader reader;
        private final boolean skips;
        private String half = "";

        /** @param skips whether comments and processing instructions may stand in it; they are left out */
        TextStream(XMLStreamReader reader, boolean skips) {
            this.reader = reader;
            this.skips = skips;
        }

        private byte[] encoded(String text) {
            int last = text.length() - 1;
            boolean cut = last >= 0 && Character.isHighSurrogate(text.charAt(last));
            half = cut ? text.substring(last) : "";
            return (cut ? text.substring(0, last) : text).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        protected byte @Nullable [] next() throws IOException {
            try {
                while (reader.hasNext()) {
                    int event = reader.next();
                    if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                        return encoded(half.isEmpty() ? reader.getText() : half.concat(reader.getText()));
                    }
                    boolean markup =
                            event == XMLStreamConstants.COMMENT || event == XMLStreamConstants.PROCESSING_INSTRUCTION;
                    if (markup && !skips) {
                        throw new UndecodablePayload("it holds a comment or a processing instruction");
                    }
                }
                if (!half.isEmpty()) {
                    throw new IOException("the payload ends within a character");
                }
                return null;
            } catch (XMLStreamException e) {
                throw new IOException("the payload cannot be read", e);
            }
        }
    }

    /** UTF-16 to UTF-8. */
    private static final class Utf8Stream extends PieceStream {
        private final InputStreamReader reader;

        Utf8Stream(InputStreamReader reader) {
            this.reader = reader;
        }

        @Override
        protected byte @Nullable [] next() throws IOException {
            var buffer = new char[4096];
            int count = reader.read(buffer, 0, buffer.length - 1);
            if (count < 0) {
                return null;
            }
            if (Character.isHighSurrogate(buffer[count - 1])) {
                int low = reader.read();
                if (low >= 0) {
                    buffer[count++] = (char) low;
                }
            }
            return new String(buffer, 0, count).getBytes(StandardCharsets.UTF_8);
        }
    }
}
