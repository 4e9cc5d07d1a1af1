package org.itkserver.soap;

import org.itkserver.envelope.Namespaces;

/** The grammar of NHS addresses and identities (docs/protocol.md 5), checked without regular expressions. */
final class NhsUri {
    private NhsUri() {}

    /** Whether it begins with the NHS addressing or identity prefix; a URN's namespace has no case (RFC 8141). */
    static boolean isOne(String uri) {
        return begins(uri, Namespaces.ADDRESS) || begins(uri, Namespaces.IDENTITY);
    }

    /** Whether it is an address with authority and organisation. */
    static boolean isAddress(String uri) {
        return uri.startsWith(Namespaces.ADDRESS)
                && parts(uri, Namespaces.ADDRESS)
                && uri.chars().skip(Namespaces.ADDRESS.length()).allMatch(NhsUri::isAddressCharacter);
    }

    /** Whether it is an identity with authority and organisation; blanks inside a part are allowed (H15). */
    static boolean isIdentity(String uri) {
        return uri.startsWith(Namespaces.IDENTITY) && parts(uri, Namespaces.IDENTITY);
    }

    /** Whether it is an address with authority and organisation that is used as an identity: blanks are allowed (H15). */
    static boolean isAddressAsIdentity(String uri) {
        return uri.startsWith(Namespaces.ADDRESS) && parts(uri, Namespaces.ADDRESS);
    }

    private static boolean begins(String uri, String prefix) {
        return uri.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static boolean parts(String uri, String prefix) {
        return uri.indexOf(':', prefix.length()) >= 0
                && !hasEmptyToken(uri)
                && uri.chars().noneMatch(Character::isISOControl);
    }

    /** Whether a part between two colons, or the last one, is empty or blank (H4). */
    static boolean hasEmptyToken(String uri) {
        boolean empty = true;
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == ':') {
                if (empty) {
                    return true;
                }
                empty = true;
            } else {
                empty &= Character.isWhitespace(c) || Character.isSpaceChar(c);
            }
        }
        return empty;
    }

    private static boolean isAddressCharacter(int c) {
        return c >= 'A' && c <= 'Z'
                || c >= 'a' && c <= 'z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '.'
                || c == ':'
                || c == '-';
    }

    /** Whether a type is an OID: numbers without leading zeros, separated by dots, the first at most 2. */
    static boolean isOid(String type) {
        int dots = 0;
        int start = 0;
        for (int i = 0; i <= type.length(); i++) {
            char c = i < type.length() ? type.charAt(i) : '.';
            if (c == '.') {
                boolean leadingZero = i - start > 1 && type.charAt(start) == '0';
                if (i == start || leadingZero) {
                    return false;
                }
                dots += i < type.length() ? 1 : 0;
                start = i + 1;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return dots > 0 && type.charAt(0) <= '2' && type.charAt(1) == '.';
    }
}
