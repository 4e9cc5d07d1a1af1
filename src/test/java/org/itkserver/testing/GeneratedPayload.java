package org.itkserver.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * A payload made up from a seed, as it stands in a message, and what every exit must give: text, base64, gzip or an element, some
 * of them damaged on purpose. Uses the JDK alone, so that the benches can compile it.
 *
 * @param kind what it is
 * @param flags the manifest item's flags, each with a space before it
 * @param mimeType media type for the manifest item
 * @param xml what stands between the payload's tags
 * @param content the bytes that every exit gives; null when the message must be refused
 * @param inserted where in {@code content} the declarations of inherited namespaces belong; negative when it is no element
 * @param declared prefixes that the element declares itself
 */
public record GeneratedPayload(
        Kind kind, String flags, String mimeType, String xml, byte[] content, int inserted, List<String> declared) {

    /** Kinds of payloads. */
    public enum Kind {
        TEXT,
        BASE64,
        GZIP,
        ELEMENT,
        DAMAGED_BASE64,
        DAMAGED_GZIP,
        FLAGGED_ELEMENT
    }

    private static final String[] CHARACTERS = {
        "a",
        "Z",
        "7",
        " ",
        "\n",
        "\t",
        "\u00e9",
        "\u20ac",
        "\u4e2d",
        "e\u0301",
        "\ufeff",
        "\u2028",
        "\u0085",
        "\ufffd",
        "\ud83d\ude00",
        "\ud83d\udc68\u200d\ud83d\udc69",
        "\ud800\udc00",
        "\udbff\udffd",
        "<",
        "&",
        ">",
        "\"",
        "'",
        "]]>",
        "\r"
    };
    private static final String ILLEGAL = "@*-_.,!#%\u00e9\u200b";
    private static final String BASE64 = " base64=\"true\"";
    private static final String COMPRESSED = " compressed=\"true\"";

    /** The payload of this seed. */
    public static GeneratedPayload of(long seed) {
        var random = new Random(seed);
        var kinds = Kind.values();
        return of(random, kinds[random.nextInt(kinds.length)]);
    }

    private static GeneratedPayload of(Random random, Kind kind) {
        return switch (kind) {
            case TEXT -> text(random);
            case ELEMENT -> element(random, "");
            case FLAGGED_ELEMENT -> element(random, random.nextBoolean() ? BASE64 : COMPRESSED);
            case BASE64 -> {
                var bytes = bytes(random);
                yield plain(kind, BASE64, wrapped(random, base64(bytes)), bytes);
            }
            case GZIP -> {
                var bytes = bytes(random);
                yield plain(kind, flags(random), wrapped(random, base64(gzip(random, bytes))), bytes);
            }
            case DAMAGED_BASE64 -> plain(kind, BASE64, wrapped(random, damaged(random, base64(bytes(random)))), null);
            case DAMAGED_GZIP -> plain(kind, flags(random), base64(damaged(random, gzip(random, bytes(random)))), null);
        };
    }

    private static GeneratedPayload plain(Kind kind, String flags, String xml, byte[] content) {
        return new GeneratedPayload(kind, flags, "application/octet-stream", xml, content, -1, List.of());
    }

    private static String flags(Random random) {
        return random.nextBoolean() ? BASE64 + COMPRESSED : COMPRESSED;
    }

    /** Its content where these namespaces are inherited, prefix to name. */
    public byte[] content(Map<String, String> inherited) {
        if (content == null || inserted < 0) {
            return content;
        }
        var declarations = new StringBuilder();
        new TreeMap<>(inherited).forEach((prefix, name) -> {
            if (!declared.contains(prefix)) {
                declarations.append(prefix.isEmpty() ? " xmlns=\"" : " xmlns:" + prefix + "=\"");
                declarations.append(name).append('"');
            }
        });
        var out = new ByteArrayOutputStream();
        out.write(content, 0, inserted);
        out.writeBytes(declarations.toString().getBytes(StandardCharsets.UTF_8));
        out.write(content, inserted, content.length - inserted);
        return out.toByteArray();
    }

    /** An encoding for the message around it. */
    public static Charset charset(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> StandardCharsets.UTF_16BE;
            case 1 -> StandardCharsets.UTF_16LE;
            default -> StandardCharsets.UTF_8;
        };
    }

    /** A message in its encoding; UTF-16 always has a byte order mark, UTF-8 at times. */
    public static byte[] encoded(Random random, String message, Charset charset) {
        boolean utf8 = charset.equals(StandardCharsets.UTF_8);
        return ((utf8 && random.nextInt(4) > 0 ? "" : "\ufeff") + message).getBytes(charset);
    }

    private static GeneratedPayload text(Random random) {
        var text = characters(random);
        return new GeneratedPayload(
                Kind.TEXT,
                "",
                "text/plain",
                marked(random, text),
                text.getBytes(StandardCharsets.UTF_8),
                -1,
                List.of());
    }

    private static String characters(Random random) {
        var out = new StringBuilder("x".repeat(random.nextInt(300)));
        int length = random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(400);
        var some = CHARACTERS[random.nextInt(CHARACTERS.length)];
        boolean mixed = random.nextBoolean();
        for (int i = 0; i < length; i++) {
            out.append(mixed || random.nextInt(8) == 0 ? CHARACTERS[random.nextInt(CHARACTERS.length)] : some);
        }
        return out.toString();
    }

    /** A text as XML, with references, CDATA sections and comments in between. */
    private static String marked(Random random, String text) {
        var out = new StringBuilder();
        boolean references = random.nextInt(4) == 0;
        text.codePoints().forEach(c -> {
            if (c == '<' || c == '&' || c == '\r' || c == '>' || references && random.nextInt(6) == 0) {
                out.append(random.nextBoolean() ? "&#" + c + ";" : "&#x" + Integer.toHexString(c) + ";");
            } else if (random.nextInt(40) == 0) {
                out.append("<![CDATA[").appendCodePoint(c).append("]]>");
            } else {
                out.appendCodePoint(c);
            }
            if (random.nextInt(200) == 0) {
                out.append("<!-- \ud83d\ude00 -->");
            }
        });
        return out.toString();
    }

    private static GeneratedPayload element(Random random, String flags) {
        var name = random.nextBoolean() ? "ClinicalDocument" : "d:caf\u00e9";
        var before = new StringBuilder(random.nextBoolean() ? "<?xml-stylesheet href=\"x.xsl\"?>\n" : "");
        before.append(random.nextInt(3) == 0 ? "<!-- \u00e9 \ud83d\ude00 -->" : "")
                .append('<')
                .append(name);
        var rest = (name.startsWith("d:") ? " xmlns:d='urn:d'" : " xmlns=\"urn:hl7-org:v3\"") + " a=\""
                + characters(random).replaceAll("[<&\"\r\n\t]", "") + "\">" + marked(random, characters(random)) + "</"
                + name + " >" + (random.nextInt(4) == 0 ? "\n<?after \u20ac?>" : "");
        var content = (before + rest).getBytes(StandardCharsets.UTF_8);
        var space = random.nextBoolean() ? "" : "\n  ";
        return new GeneratedPayload(
                flags.isEmpty() ? Kind.ELEMENT : Kind.FLAGGED_ELEMENT,
                flags,
                "text/xml",
                space + before + rest + space,
                flags.isEmpty() ? content : null,
                before.toString().getBytes(StandardCharsets.UTF_8).length,
                List.of(name.startsWith("d:") ? "d" : ""));
    }

    private static byte[] bytes(Random random) {
        var out = new byte[random.nextInt(10) == 0 ? random.nextInt(60_000) : random.nextInt(500)];
        if (random.nextBoolean()) {
            random.nextBytes(out);
        }
        return out;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String wrapped(Random random, String text) {
        if (random.nextBoolean()) {
            return text;
        }
        var out = new StringBuilder(random.nextBoolean() ? "\n" : "");
        int width = 1 + random.nextInt(120);
        for (int i = 0; i < text.length(); i += width) {
            out.append(text, i, Math.min(text.length(), i + width)).append(random.nextBoolean() ? "\r\n" : " \t");
        }
        return out.toString();
    }

    /** One to three members, at times with zeros behind the last. */
    private static byte[] gzip(Random random, byte[] bytes) {
        var out = new ByteArrayOutputStream();
        int members = 1 + random.nextInt(3);
        int from = 0;
        for (int i = 1; i <= members; i++) {
            int to = i == members ? bytes.length : from + random.nextInt(bytes.length - from + 1);
            out.writeBytes(member(Arrays.copyOfRange(bytes, from, to)));
            from = to;
        }
        return out.toByteArray();
    }

    private static byte[] member(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static String damaged(Random random, String base64) {
        int at = random.nextInt(base64.length() + 1);
        return switch (base64.isEmpty() ? 0 : random.nextInt(4)) {
            case 0 -> base64.substring(0, at) + ILLEGAL.charAt(random.nextInt(ILLEGAL.length())) + base64.substring(at);
            case 1 -> base64.substring(0, base64.length() - 1);
            case 2 -> base64 + (base64.endsWith("=") ? "QUJD" : "=");
            default -> base64 + "=";
        };
    }

    private static byte[] damaged(Random random, byte[] gzip) {
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(gzip, gzip.length - 1 - random.nextInt(Math.min(gzip.length, 12)));
            }
            case 1 -> {
                var out = gzip.clone();
                out[out.length - 1 - random.nextInt(8)] ^= (byte) (1 + random.nextInt(255));
                return out;
            }
            case 2 -> {
                var out = Arrays.copyOf(gzip, gzip.length + 1 + random.nextInt(20));
                Arrays.fill(out, gzip.length, out.length, (byte) (1 + random.nextInt(255)));
                return out;
            }
            case 3 -> {
                var next = member(new byte[] {1, 2, 3});
                next[random.nextInt(3)] ^= 0x55;
                var out = Arrays.copyOf(gzip, gzip.length + next.length);
                System.arraycopy(next, 0, out, gzip.length, next.length);
                return out;
            }
            default -> {
                return "not gzip at all".getBytes(StandardCharsets.US_ASCII);
            }
        }
    }
}
