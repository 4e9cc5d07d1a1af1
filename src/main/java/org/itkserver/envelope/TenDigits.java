package org.itkserver.envelope;

/**
 * Keeps what may be an NHS number out of logs, faults and the audit trail: senders write into any field whatever they have.
 * Groups of a UUID never look like one. It reads every text of every audit event, which is why it is not a regular expression.
 */
public final class TenDigits {
    private static final String MASK = "##########";
    private static final int[] GROUPS = {3, 3, 4};

    private TenDigits() {}

    /**
     * The text with ten digits, alone or in groups of three, three and four with a space or a hyphen between them, as
     * {@code ##########}. Digits next to a letter or another digit stay.
     */
    public static String masked(String text) {
        StringBuilder out = null;
        int copied = 0;
        int at = 0;
        while (at < text.length()) {
            int end = isDigit(text, at) ? end(text, at) : -1;
            if (end >= 0) {
                out = out == null ? new StringBuilder(text.length()) : out;
                out.append(text, copied, at).append(MASK);
                copied = end;
                at = end;
            } else {
                at = nextWord(text, at);
            }
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    /** Returns the end of the number that begins here, or -1 when no number begins here. The caller guarantees that a word does. */
    private static int end(String text, int begin) {
        int at = begin;
        for (int group = 0; group < GROUPS.length; group++) {
            if (group > 0 && at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '-')) {
                at++;
            }
            for (int digit = 0; digit < GROUPS[group]; digit++, at++) {
                if (!isDigit(text, at)) {
                    return -1;
                }
            }
        }
        return at < text.length() && isWord(text.charAt(at)) ? -1 : at;
    }

    /** The beginning of the next word after this place. */
    private static int nextWord(String text, int from) {
        int at = from;
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        while (at < text.length() && !isWord(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private static boolean isWord(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }
}
