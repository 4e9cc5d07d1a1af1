package org.itkserver.envelope;

/** Text that people and applications enter. */
public final class PlainText {
    private PlainText() {}

    /**
     * Whether text can be stored and searched: it has no NUL, no half of a surrogate pair, and no replacement character, which is
     * what bytes that are not UTF-8 become.
     */
    public static boolean isStorable(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c == '\uFFFD') {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            } else if (Character.isLowSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
