package content;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/** As much of JSON as the API needs. */
final class Json {
    private Json() {}

    /** A string, some of its characters as escapes. */
    static String quoted(String text, Random random) {
        var out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').appendCodePoint(c);
            } else if (c < ' ' || random.nextInt(50) == 0) {
                for (char half : Character.toChars(c)) {
                    out.append(String.format("\\u%04x", (int) half));
                }
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append('"').toString();
    }

    /** The first payload of an answer: its member content or contentBase64. */
    static byte[] content(String json) {
        var base64 = value(json, "\"contentBase64\":");
        if (base64 != null) {
            return Base64.getDecoder().decode(base64);
        }
        var text = value(json, "\"content\":");
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String value(String json, String member) {
        int at = json.indexOf(member);
        at = at < 0 ? -1 : at + member.length();
        while (at >= 0 && at < json.length() && json.charAt(at) == ' ') {
            at++;
        }
        if (at < 0 || json.charAt(at) != '"') {
            return null;
        }
        var out = new StringBuilder();
        for (int i = at + 1; json.charAt(i) != '"'; i++) {
            char c = json.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            c = json.charAt(++i);
            switch (c) {
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'u' -> {
                    out.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> out.append(c);
            }
        }
        return out.toString();
    }
}
