package org.itkserver.testing;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * A way to write an XML document as bytes that XML 1.0 and RFC 7303 allow: encoding, byte order mark, XML declaration and the charset
 * parameter of the media type, which agree. Uses the JDK alone.
 *
 * @param charset of the bytes
 * @param mark whether a byte order mark stands before them
 * @param declaration XML declaration, or empty
 * @param parameter {@code ;charset=...}, or empty
 */
public record GeneratedEncoding(Charset charset, boolean mark, String declaration, String parameter) {
    private static final String[] UTF_8_DECLARED = {
        "",
        "",
        "<?xml version=\"1.0\"?>\n",
        "<?xml version='1.0' encoding='utf-8'?>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n"
    };
    private static final String[] UTF_8_NAMED = {"", ";charset=UTF-8", "; charset=\"utf-8\"", ";charset=utf8"};

    /** Any of them; UTF-8 in half of the cases. */
    public static GeneratedEncoding of(Random random) {
        if (random.nextBoolean()) {
            return new GeneratedEncoding(
                    StandardCharsets.UTF_8,
                    random.nextInt(4) == 0,
                    UTF_8_DECLARED[random.nextInt(UTF_8_DECLARED.length)],
                    UTF_8_NAMED[random.nextInt(UTF_8_NAMED.length)]);
        }
        var charset = random.nextBoolean() ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
        boolean mark = random.nextBoolean();
        // without a mark, the declaration or the parameter must say the order of the bytes
        var name = mark ? "UTF-16" : charset.name();
        boolean declared = random.nextBoolean();
        boolean named = !mark && !declared || random.nextBoolean();
        return new GeneratedEncoding(
                charset,
                mark,
                declared ? "<?xml version=\"1.0\" encoding=\"" + name + "\"?>\n" : "",
                named ? ";charset=" + name.toLowerCase(java.util.Locale.ROOT) : "");
    }

    /** The document, which has no declaration, in this encoding. */
    public byte[] bytes(String document) {
        return ((mark ? "\ufeff" : "") + declaration + document).getBytes(charset);
    }
}
