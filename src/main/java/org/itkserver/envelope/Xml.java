package org.itkserver.envelope;

/** Escaping for the writers; every value that is not a constant goes through here. */
public final class Xml {
    private Xml() {}

    /** Text for element content or a double-quoted attribute; characters XML does not allow become '?'. */
    public static String escape(String value) {
        StringBuilder out = null;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            String replacement = replacement(c);
            if (replacement != null && out == null) {
                out = new StringBuilder(value.length() + 16).append(value, 0, i);
            }
            if (out != null) {
                if (replacement == null) {
                    out.append(c);
                } else {
                    out.append(replacement);
                }
            }
        }
        return out == null ? value : out.toString();
    }

    private static @org.jspecify.annotations.Nullable String replacement(char c) {
        return switch (c) {
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '&' -> "&amp;";
            case '"' -> "&quot;";
            case '\t', '\n', '\r' -> "&#" + (int) c + ";";
            default -> c < ' ' || c >= '\uFFFE' ? "?" : null;
        };
    }
}
