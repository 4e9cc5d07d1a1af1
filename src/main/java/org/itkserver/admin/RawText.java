package org.itkserver.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The start of a message as text.
 *
 * @param text what can be shown; bytes and characters that cannot are U+FFFD
 * @param cut whether there is more
 */
public record RawText(String text, boolean cut) {
    static final int MOST_BYTES = 256 * 1024;

    /** Reads the start of the stream; a byte order mark says it is UTF-16, otherwise it is UTF-8. */
    static RawText read(InputStream in) throws IOException {
        var bytes = in.readNBytes(MOST_BYTES);
        boolean cut = in.read() >= 0;
        var decoder = charset(bytes)
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        var out = CharBuffer.allocate(bytes.length + 1);
        // a character that the cut goes through is left out
        decoder.decode(ByteBuffer.wrap(bytes), out, !cut);
        return new RawText(Show.visible(out.flip()), cut);
    }

    private static Charset charset(byte[] bytes) {
        int mark = bytes.length < 2 ? 0 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        return mark == 0xFEFF || mark == 0xFFFE ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }
}
