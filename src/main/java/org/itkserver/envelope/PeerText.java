package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/** Makes a peer's text fit for a log line, an audit row or a page. */
final class PeerText {
    /** Most characters kept of a sentence. */
    static final int SENTENCE = 500;

    /** Most characters kept of an identifier or a code. */
    static final int NAME = 256;

    private PeerText() {}

    /** The text with every run of white space and control or formatting characters as one space, trimmed, shortened. */
    static String tidy(String text, int most) {
        var out = new StringBuilder(Math.min(text.length(), most));
        boolean gap = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (isGap(c)) {
                gap = out.length() > 0;
                continue;
            }
            if (out.length() + (gap ? 1 : 0) + Character.charCount(c) > most) {
                break;
            }
            if (gap) {
                out.append(' ');
                gap = false;
            }
            out.appendCodePoint(c);
        }
        return out.toString();
    }

    /** As {@link #tidy}, null when nothing is left. */
    static @Nullable String orNull(@Nullable String text, int most) {
        if (text == null) {
            return null;
        }
        var tidy = tidy(text, most);
        return tidy.isEmpty() ? null : tidy;
    }

    /** Two sentences as one, either of which may be missing; null when both are. */
    static @Nullable String joined(@Nullable String first, @Nullable String second) {
        if (first == null || first.isBlank() || second == null || second.isBlank()) {
            return orNull(first == null || first.isBlank() ? second : first, SENTENCE);
        }
        return orNull(first + ": " + second, SENTENCE);
    }

    private static boolean isGap(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> true;
            default -> false;
        };
    }
}
