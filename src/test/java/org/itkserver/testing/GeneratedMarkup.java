package org.itkserver.testing;

import java.util.Locale;
import java.util.Random;

/** Text and markup for {@link GeneratedPayload}: the same text in the many ways in which XML can write it. */
final class GeneratedMarkup {
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

    private GeneratedMarkup() {}

    /** Any text that XML can carry. */
    static String characters(Random random) {
        return characters(random, random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(400));
    }

    private static String characters(Random random, int length) {
        var out = new StringBuilder("x".repeat(random.nextInt(300)));
        var some = CHARACTERS[random.nextInt(CHARACTERS.length)];
        boolean mixed = random.nextBoolean();
        for (int i = 0; i < length; i++) {
            out.append(mixed || random.nextInt(8) == 0 ? CHARACTERS[random.nextInt(CHARACTERS.length)] : some);
        }
        return out.toString();
    }

    /** A text as XML, with references, CDATA sections and comments in between, and line ends as Windows writes them. */
    static String text(Random random, String text) {
        var out = new StringBuilder();
        boolean references = random.nextInt(4) == 0;
        boolean windows = random.nextInt(4) == 0;
        text.codePoints().forEach(c -> {
            if (c == '<' || c == '&' || c == '\r' || c == '>' || references && random.nextInt(6) == 0) {
                out.append(reference(random, c));
            } else if (c == '\n' && windows) {
                out.append("\r\n");
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

    private static String reference(Random random, int c) {
        return switch (random.nextInt(3)) {
            case 0 -> "&#" + c + ";";
            case 1 -> "&#x" + Integer.toHexString(c) + ";";
            default -> named(c);
        };
    }

    private static String named(int c) {
        return switch (c) {
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '&' -> "&amp;";
            case '"' -> "&quot;";
            case '\'' -> "&apos;";
            default -> "&#x000" + Integer.toHexString(c).toUpperCase(Locale.ROOT) + ";";
        };
    }

    /** An attribute named {@code a}, with a space before it, in quotes of either kind. */
    static String attribute(Random random) {
        char quote = random.nextBoolean() ? '"' : '\'';
        var out = new StringBuilder(" a=").append(quote);
        characters(random, random.nextInt(100)).codePoints().forEach(c -> {
            if (c == '<' || c == '&' || c == quote || c == '\r' || c == '\n' || c == '\t') {
                out.append("&#").append(c).append(';');
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append(quote).toString();
    }

    /** Text with elements, instructions, comments and namespaces of its own in it. */
    static String nested(Random random, int depth) {
        var out = new StringBuilder(text(random, characters(random)));
        for (int i = depth == 0 ? 0 : random.nextInt(3); i > 0; i--) {
            out.append(
                    switch (random.nextInt(6)) {
                        case 0 -> "<empty" + attribute(random) + "/>";
                        case 1 -> "<?step -- <b> ]]> \u20ac ?>";
                        case 2 -> "<!-- <a> & ]]> \ud83d\ude00 - -->";
                        case 3 -> "<![CDATA[<x> & ]] > \r\n ]]>";
                        case 4 -> "<p:b xmlns:p=\"urn:p?a=1&amp;b\" p:c=''>" + nested(random, depth - 1) + "</p:b\n>";
                        default -> "<c xmlns=\"\">" + nested(random, depth - 1) + "</c>";
                    });
            out.append(text(random, characters(random, random.nextInt(30))));
        }
        return out.toString();
    }

    /** Base64 that is written with references, CDATA sections and comments. */
    static String inBase64(Random random, String base64) {
        var out = new StringBuilder();
        for (int i = 0; i < base64.length(); i++) {
            var c = base64.substring(i, i + 1);
            out.append(
                    switch (random.nextInt(30)) {
                        case 0 -> "<![CDATA[" + c + "]]>";
                        case 1 -> "&#" + (int) c.charAt(0) + ";";
                        case 2 -> c + "<!-- - -->";
                        default -> c;
                    });
        }
        return out.toString();
    }
}
