package org.itkserver.connector;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The XML of a back end's answer as UTF-8. The charset parameter of its Content-Type decides (RFC 7303, 3); without one, or with
 * UTF-8, the bytes stay as they are and their own declaration is checked later.
 */
final class XmlReply {
    private XmlReply() {}

    /**
     * @param content the bytes as they came
     * @param contentType the header
     * @return null when the charset is unknown or the bytes are not in it
     */
    static byte @Nullable [] utf8(byte[] content, String contentType) {
        var name = charset(contentType);
        if (name == null) {
            return content;
        }
        try {
            var charset = Charset.forName(name);
            if (charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII)) {
                return content;
            }
            var text = charset.newDecoder().decode(ByteBuffer.wrap(content)).toString();
            int start = text.startsWith("\uFEFF") ? 1 : 0;
            boolean declared = text.startsWith("<?xml ", start) && text.indexOf("?>", start) > 0;
            return text.substring(declared ? text.indexOf("?>", start) + 2 : start)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String charset(String contentType) {
        var parameters = contentType.split(";");
        for (int i = 1; i < parameters.length; i++) {
            var parameter = parameters[i].trim();
            if (parameter.toLowerCase(Locale.ROOT).startsWith("charset=")) {
                return parameter
                        .substring("charset=".length())
                        .replaceAll("[\"']", "")
                        .trim();
            }
        }
        return null;
    }
}
