package org.itkserver.envelope;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
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
        var text = new TextStream(reader(body, charset, part));
        if (item == null || !item.base64() && !item.compressed()) {
            return text;
        }
        var decoded = Base64.getMimeDecoder().wrap(text);
        return item.compressed() ? new Capped(new GZIPInputStream(decoded), limit) : decoded;
    }

    private static InputStream element(MessageBody body, Charset charset, PayloadPart.Root root) {
        var declarations = new StringBuilder();
        root.inherited().forEach((prefix, name) -> declarations
                .append(prefix.isEmpty() ? " xmlns=\"" : " xmlns:" + prefix + "=\"")
                .append(Xml.escape(name))
                .append('"'));
        var declared = new ByteArrayInputStream(declarations.toString().getBytes(StandardCharsets.UTF_8));
        return new SequenceInputStream(Collections.enumeration(List.of(
                utf8(body.open(root.start(), root.afterName()), charset),
                declared,
                utf8(body.open(root.afterName(), root.end()), charset))));
    }

    private static InputStream utf8(InputStream in, Charset charset) {
        return charset == StandardCharsets.UTF_8 ? in : new Utf8Stream(new InputStreamReader(in, charset));
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

    /** Bytes made piece by piece. */
    private abstract static class Pieces extends InputStream {
        private byte[] piece = {};
        private int position;

        /** The next piece, or null at the end. */
        abstract byte @Nullable [] next() throws IOException;

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            while (position == piece.length) {
                var more = next();
                if (more == null) {
                    return -1;
                }
                piece = more;
                position = 0;
            }
            int count = Math.min(length, piece.length - position);
            System.arraycopy(piece, position, buffer, offset, count);
            position += count;
            return count;
        }
    }

    /** The text of a payload, character references and CDATA sections resolved, comments left out. */
    private static final class TextStream extends Pieces {
        private final XMLStreamReader reader;

        TextStream(XMLStreamReader reader) {
            this.reader = reader;
        }

        @Override
        byte @Nullable [] next() throws IOException {
            try {
                while (reader.hasNext()) {
                    int event = reader.next();
                    if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                        return reader.getText().getBytes(StandardCharsets.UTF_8);
                    }
                }
                return null;
            } catch (XMLStreamException e) {
                throw new IOException("the payload cannot be read", e);
            }
        }
    }

    /** UTF-16 to UTF-8. */
    private static final class Utf8Stream extends Pieces {
        private final InputStreamReader reader;

        Utf8Stream(InputStreamReader reader) {
            this.reader = reader;
        }

        @Override
        byte @Nullable [] next() throws IOException {
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

    /** Stops a decompression bomb. */
    private static final class Capped extends FilterInputStream {
        private long left;

        Capped(InputStream in, long limit) {
            super(in);
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            left -= Math.max(count, 0);
            if (left < 0) {
                throw new IOException("the payload inflates beyond the limit");
            }
            return count;
        }
    }
}
