package org.itkserver.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The start of a message as text.
 *
 * @param text what can be shown; a byte that is not part of a character is written as its value, such as "[byte C3]" (H6: it is
 *     not replaced), and a character that is not visible is U+FFFD
 * @param cut whether there is more
 * @param escaped whether there are such bytes
 */
public record RawText(String text, boolean cut, boolean escaped) {
    static final int MOST_BYTES = 256 * 1024;
    private static final int CHARACTERS = 8 * 1024;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    RawText(String text, boolean cut) {
        this(text, cut, false);
    }

    /** Reads the start of the stream; a byte order mark or the two bytes of its first {@code <} say that it is UTF-16. */
    static RawText read(InputStream in) throws IOException {
        var bytes = in.readNBytes(MOST_BYTES);
        boolean cut = in.read() >= 0;
        var decoder = charset(bytes)
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var from = ByteBuffer.wrap(bytes);
        var to = CharBuffer.allocate(CHARACTERS);
        var text = new StringBuilder(bytes.length);
        boolean escaped = false;
        while (true) {
            // a character that the cut goes through is left out
            var result = decoder.decode(from, to, !cut);
            text.append(to.flip());
            to.clear();
            if (result.isUnderflow()) {
                return new RawText(Show.visible(text), cut, escaped);
            }
            for (int i = 0; result.isError() && i < result.length(); i++) {
                text.append("[byte ").append(HEX.toHexDigits(from.get())).append(']');
                escaped = true;
            }
        }
    }

    private static Charset charset(byte[] bytes) {
        int start = bytes.length < 2 ? 0 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        return switch (start) {
            case 0xFEFF, 0xFFFE -> StandardCharsets.UTF_16;
            case '<' -> StandardCharsets.UTF_16BE;
            case '<' << 8 -> StandardCharsets.UTF_16LE;
            default -> StandardCharsets.UTF_8;
        };
    }
}
