package org.itkserver.envelope;

/** The form of a UUID, without the cost of a regular expression: several are read in every message. */
public final class Uuids {
    /** Characters of a UUID. */
    public static final int LENGTH = 36;

    private Uuids() {}

    /**
     * Whether the text from {@code start} to its end is a UUID, 8-4-4-4-12 hexadecimal digits.
     *
     * @param anyCase false for upper-case digits only
     */
    public static boolean isUuid(String text, int start, boolean anyCase) {
        if (text.length() - start != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(start + i);
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            if (hyphen ? c != '-' : !isHex(c, anyCase)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(char c, boolean anyCase) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || anyCase && c >= 'a' && c <= 'f';
    }

    /** Whether the text is a UUID in any case after a prefix of letters, '_' and ':' (WS-ADR-01). */
    public static boolean isPrefixedUuid(String text) {
        int start = text.length() - LENGTH;
        if (start < 0) {
            return false;
        }
        for (int i = 0; i < start; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':')) {
                return false;
            }
        }
        return isUuid(text, start, true);
    }
}
