package org.itkserver.connector;

import org.jspecify.annotations.Nullable;

/** JSON texts (RFC 8259, 7). */
final class Json {
    private Json() {}

    /** A quoted text, or null. */
    static String text(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        var out = new StringBuilder(value.length() + 2).append('"');
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append("\\u").append(String.format("%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
