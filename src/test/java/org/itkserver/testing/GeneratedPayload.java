package org.itkserver.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

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
        /** Base64 with references or CDATA sections in it, or with comments or processing instructions: these must be refused. */
        MARKED_BASE64,
        DAMAGED_BASE64,
        DAMAGED_GZIP,
        FLAGGED_ELEMENT
    }

    private static final Pattern DECLARATION = Pattern.compile(" xmlns(?::([^ =\"]+))?=\"[^\"<]*\"");
    private static final String ILLEGAL = "@*-_.,!#%\u00e9\u200b";
    private static final String[] TRUE = {"true", "true", "true", "1"};
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int HEADER_CRC = 2;

    /** The payload of this seed. */
    public static GeneratedPayload of(long seed) {
        var random = random(seed);
        var kinds = Kind.values();
        return of(random, kinds[random.nextInt(kinds.length)]);
    }

    /**
     * Random numbers for a seed. The first numbers of {@link Random} are almost the same for neighbouring seeds, so the seed's bits are
     * mixed first (the finalizer of SplitMix64).
     */
    public static Random random(long seed) {
        long z = seed + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return new Random(z ^ z >>> 31);
    }

    private static GeneratedPayload of(Random random, Kind kind) {
        return switch (kind) {
            case TEXT -> text(random);
            case ELEMENT -> element(random, "");
            case FLAGGED_ELEMENT -> element(random, random.nextBoolean() ? base64Flag(random) : compressedFlag(random));
            case BASE64 -> {
                var bytes = bytes(random);
                yield plain(kind, base64Flag(random), wrapped(random, base64(bytes)), bytes);
            }
            case MARKED_BASE64 -> {
                var bytes = bytes(random);
                var xml = GeneratedMarkup.inBase64(random, base64(bytes));
                boolean onlyText = !xml.contains("<!--") && !xml.contains("<?");
                yield plain(kind, base64Flag(random), xml, onlyText ? bytes : null);
            }
            case GZIP -> {
                var bytes = bytes(random);
                var zeros = new byte[random.nextInt(4) == 0 ? 1 + random.nextInt(40) : 0];
                yield plain(kind, flags(random), wrapped(random, base64(joined(gzip(random, bytes), zeros))), bytes);
            }
            case DAMAGED_BASE64 ->
                plain(kind, base64Flag(random), wrapped(random, damaged(random, base64(bytes(random)))), null);
            case DAMAGED_GZIP -> plain(kind, flags(random), base64(damaged(random, gzip(random, bytes(random)))), null);
        };
    }

    private static GeneratedPayload plain(Kind kind, String flags, String xml, byte[] content) {
        return new GeneratedPayload(kind, flags, "application/octet-stream", xml, content, -1, List.of());
    }

    private static String flags(Random random) {
        return random.nextBoolean() ? base64Flag(random) + compressedFlag(random) : compressedFlag(random);
    }

    private static String base64Flag(Random random) {
        return " base64=\"" + TRUE[random.nextInt(TRUE.length)] + "\"";
    }

    private static String compressedFlag(Random random) {
        return " compressed=\"" + TRUE[random.nextInt(TRUE.length)] + "\"";
    }

    /** Whether a server may refuse it although it can be read. */
    public boolean isRefusable() {
        return kind == Kind.MARKED_BASE64;
    }

    /** Whether it is an element. */
    public boolean isXml() {
        return inserted >= 0;
    }

    /**
     * Whether these bytes are its content, whatever namespaces an element has inherited: declarations of prefixes that it does not
     * declare itself may follow the root's name, each once.
     */
    public boolean isContent(byte[] exit) {
        if (content == null) {
            return false;
        }
        int more = exit.length - content.length;
        if (inserted < 0 || more <= 0) {
            return Arrays.equals(content, exit);
        }
        boolean same = Arrays.equals(content, 0, inserted, exit, 0, inserted)
                && Arrays.equals(content, inserted, content.length, exit, inserted + more, exit.length);
        var added = new String(exit, inserted, more, StandardCharsets.UTF_8);
        var prefixes = DECLARATION.matcher(added).results().map(found -> found.group(1) == null ? "" : found.group(1));
        var all = prefixes.toList();
        return same
                && DECLARATION.matcher(added).replaceAll("").isEmpty()
                && all.stream().distinct().count() == all.size()
                && all.stream().noneMatch(declared::contains);
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
                declarations.append(name.replace("&", "&amp;")).append('"');
            }
        });
        var out = new ByteArrayOutputStream();
        out.write(content, 0, inserted);
        out.writeBytes(declarations.toString().getBytes(StandardCharsets.UTF_8));
        out.write(content, inserted, content.length - inserted);
        return out.toByteArray();
    }

    private static GeneratedPayload text(Random random) {
        var text = GeneratedMarkup.characters(random);
        return new GeneratedPayload(
                Kind.TEXT,
                random.nextInt(4) == 0 ? " base64=\"false\" compressed=\"0\"" : "",
                "text/plain",
                GeneratedMarkup.text(random, text),
                text.getBytes(StandardCharsets.UTF_8),
                -1,
                List.of());
    }

    private static GeneratedPayload element(Random random, String flags) {
        var name = random.nextBoolean() ? "ClinicalDocument" : "d:caf\u00e9";
        var before = new StringBuilder(random.nextBoolean() ? "<?xml-stylesheet href=\"x.xsl\"?>\n" : "");
        before.append(random.nextInt(3) == 0 ? "<!-- \u00e9 \ud83d\ude00 -->" : "")
                .append('<')
                .append(name);
        var rest = (name.startsWith("d:") ? " xmlns:d='urn:d'" : " xmlns=\"urn:hl7-org:v3\"")
                + GeneratedMarkup.attribute(random) + ">" + GeneratedMarkup.nested(random, 3) + "</" + name + " >"
                + (random.nextInt(4) == 0 ? "\n<?after \u20ac?>" : "");
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

    private static byte[] joined(byte[] one, byte[] other) {
        var out = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, out, one.length, other.length);
        return out;
    }

    /** One to three members. */
    private static byte[] gzip(Random random, byte[] bytes) {
        var out = new ByteArrayOutputStream();
        int members = 1 + random.nextInt(3);
        int from = 0;
        for (int i = 1; i <= members; i++) {
            int to = i == members ? bytes.length : from + random.nextInt(bytes.length - from + 1);
            out.writeBytes(
                    member(Arrays.copyOfRange(bytes, from, to), random.nextBoolean() ? 0 : 2 * random.nextInt(16)));
            from = to;
        }
        return out.toByteArray();
    }

    private static byte[] member(byte[] bytes) {
        return member(bytes, 0);
    }

    /** A member of RFC 1952 whose header has the parts that the flags name. */
    private static byte[] member(byte[] bytes, int flags) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 1, 2, 3, 4, 0, 3});
        if ((flags & EXTRA) != 0) {
            out.writeBytes(new byte[] {6, 0, 'I', 'T', 2, 0, 0, 7});
        }
        if ((flags & NAME) != 0) {
            out.writeBytes("letter.xml\0".getBytes(StandardCharsets.ISO_8859_1));
        }
        if ((flags & COMMENT) != 0) {
            out.writeBytes("caf\u00e9\0".getBytes(StandardCharsets.ISO_8859_1));
        }
        if ((flags & HEADER_CRC) != 0) {
            var crc = new CRC32();
            crc.update(out.toByteArray());
            number(out, crc.getValue(), 2);
        }
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(bytes);
        deflater.finish();
        var buffer = new byte[8192];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        var crc = new CRC32();
        crc.update(bytes);
        number(out, crc.getValue(), 4);
        number(out, bytes.length, 4);
        return out.toByteArray();
    }

    private static void number(ByteArrayOutputStream out, long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> 8 * i));
        }
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
                return joined(gzip, next);
            }
            default -> {
                return "not gzip at all".getBytes(StandardCharsets.US_ASCII);
            }
        }
    }
}
