package org.itkserver.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes strict UTF-8 or UTF-16 and remembers which byte each character came from, so that parts of a message can be
 * cut out of the original bytes. Refuses markup that runs on without end, so that a name or an attribute cannot fill the
 * heap. Not thread-safe.
 */
final class PositionedReader extends Reader {
    /** Longest stretch from a '&lt;' to its '&gt;', in characters. */
    static final int LONGEST_TAG = 1 << 20;

    private final InputStream in;
    private final ByteBuffer bytes = ByteBuffer.wrap(new byte[8192]).flip();
    private final Charset charset;
    private final CharsetDecoder decoder;
    private final int bom;
    private boolean end;

    private long chars;
    private long consumed;
    private int segments;
    private long[] segmentChars = new long[16];
    private long[] segmentBytes = new long[16];
    private long lastMarkup;
    private boolean insideTag;
    private boolean pastDeclaration;

    PositionedReader(InputStream in) throws IOException {
        this.in = in;
        fill();
        while (!end && bytes.remaining() < 4) {
            fill();
        }
        int first = bytes.remaining() > 0 ? bytes.get(0) & 0xff : -1;
        int second = bytes.remaining() > 1 ? bytes.get(1) & 0xff : -1;
        int third = bytes.remaining() > 2 ? bytes.get(2) & 0xff : -1;
        if (first == 0xEF && second == 0xBB && third == 0xBF) {
            charset = StandardCharsets.UTF_8;
            bom = 3;
        } else if (first == 0xFE && second == 0xFF || first == 0 && second == '<') {
            charset = StandardCharsets.UTF_16BE;
            bom = first == 0 ? 0 : 2;
        } else if (first == 0xFF && second == 0xFE || first == '<' && second == 0) {
            charset = StandardCharsets.UTF_16LE;
            bom = first == '<' ? 0 : 2;
        } else {
            charset = StandardCharsets.UTF_8;
            bom = 0;
        }
        bytes.position(bom);
        consumed = bom;
        decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    Charset charset() {
        return charset;
    }

    private void fill() throws IOException {
        bytes.compact();
        int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
        if (count < 0) {
            end = true;
        } else {
            bytes.position(bytes.position() + count);
        }
        bytes.flip();
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        var out = CharBuffer.wrap(buffer, offset, length);
        while (out.position() == offset) {
            if (!bytes.hasRemaining() && !end) {
                fill();
            }
            int before = bytes.position();
            remember();
            CoderResult result = decoder.decode(bytes, out, end);
            if (result.isError()) {
                throw new CharacterCodingException();
            }
            consumed += bytes.position() - before;
            if (out.position() == offset) {
                if (end) {
                    return -1;
                }
                if (bytes.hasRemaining()) {
                    fill();
                }
            }
        }
        int count = out.position() - offset;
        if (consumed - segmentBytes[segments - 1] != count) {
            refuseNoncharacters(buffer, offset, count);
        }
        if (!pastDeclaration) {
            declaration(buffer, offset, count);
        }
        chars += count;
        guard(buffer, offset, count);
        return count;
    }

    /** Up to the first '&gt;': Woodstox takes any control character for a space in an XML declaration. */
    private void declaration(char[] buffer, int offset, int count) {
        for (int i = offset; i < offset + count && !pastDeclaration; i++) {
            char c = buffer[i];
            if (c < ' ' && c != '\t' && c != '\n' && c != '\r') {
                throw EnvelopeRejected.invalid("The message is not well-formed XML.");
            }
            pastDeclaration = c == '>';
        }
    }

    private static void refuseNoncharacters(char[] buffer, int offset, int count) throws IOException {
        for (int i = offset; i < offset + count; i++) {
            if (buffer[i] >= '\uFFFE') {
                throw new CharacterCodingException();
            }
        }
    }

    private void remember() {
        if (segments > 0 && segmentChars[segments - 1] == chars) {
            return;
        }
        if (segments == segmentChars.length) {
            segmentChars = Arrays.copyOf(segmentChars, segments * 2);
            segmentBytes = Arrays.copyOf(segmentBytes, segments * 2);
        }
        segmentChars[segments] = chars;
        segmentBytes[segments++] = consumed;
    }

    private void guard(char[] buffer, int offset, int count) {
        int at = offset + count - 1;
        while (at >= offset && buffer[at] != '<' && buffer[at] != '>') {
            at--;
        }
        if (at >= offset) {
            insideTag = buffer[at] == '<';
            lastMarkup = chars - count + (at - offset);
        } else if (insideTag && chars - lastMarkup > LONGEST_TAG) {
            throw EnvelopeRejected.invalid("A tag or comment is longer than " + LONGEST_TAG + " characters.");
        }
    }

    /**
     * The offset of a character in the bytes.
     *
     * @param body the bytes read through this reader
     * @param character offset of a character that has been read, or of the one after it
     */
    long byteOffset(MessageBody body, long character) {
        int at = Arrays.binarySearch(segmentChars, 0, segments, character);
        int segment = at >= 0 ? at : -at - 2;
        if (segment < 0) {
            return bom;
        }
        long start = segmentBytes[segment];
        long skip = character - segmentChars[segment];
        if (charset != StandardCharsets.UTF_8) {
            return start + 2 * skip;
        }
        boolean last = segment == segments - 1;
        long nextChars = last ? chars : segmentChars[segment + 1];
        long nextBytes = last ? consumed : segmentBytes[segment + 1];
        if (nextBytes - start == nextChars - segmentChars[segment]) {
            return start + skip;
        }
        return start + utf8Length(body.bytes(start, nextBytes), skip);
    }

    private static int utf8Length(byte[] bytes, long characters) {
        int position = 0;
        long seen = 0;
        while (seen < characters) {
            int lead = bytes[position] & 0xff;
            int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            seen += length == 4 ? 2 : 1;
            position += length;
        }
        return position;
    }

    @Override
    public void close() {
        // the stream belongs to the caller
    }
}
