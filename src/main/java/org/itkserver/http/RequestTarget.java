package org.itkserver.http;

import java.util.regex.Pattern;

/**
 * The path of a request as it came on the wire. A path that a proxy could read differently is refused: with a parameter, an empty
 * or a dot segment, a backslash, a control character, or an escape of a character that needs none (RFC 3986, 6.2.2).
 */
final class RequestTarget {
    private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{0,15}://[^/?#]*+");

    private RequestTarget() {}

    /** Whether this path, or absolute URI, can be read in one way alone. */
    static boolean isCanonical(String target) {
        var absolute = ABSOLUTE.matcher(target);
        boolean isAbsolute = absolute.lookingAt();
        var path = isAbsolute ? target.substring(absolute.end()) : target;
        if (path.isEmpty()) {
            return isAbsolute;
        }
        return path.startsWith("/") && hasPlainSegments(path) && hasPlainCharacters(path);
    }

    private static boolean hasPlainSegments(String path) {
        int start = 1;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            boolean empty = end == start && slash >= 0;
            int length = end - start;
            if (empty || length == 1 && path.startsWith(".", start) || length == 2 && path.startsWith("..", start)) {
                return false;
            }
            start = end + 1;
        }
        return true;
    }

    private static boolean hasPlainCharacters(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == ';' || c == '\\') {
                return false;
            }
            if (c == '%') {
                int value = i + 2 < path.length() ? hex(path.charAt(i + 1)) * 16 + hex(path.charAt(i + 2)) : -1;
                if (value <= ' ' || value == 0x7F || isUnreserved(value) || "/\\;%".indexOf(value) >= 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int hex(char c) {
        int value = Character.digit(c, 16);
        return value < 0 || c > 'f' ? -1000 : value;
    }

    private static boolean isUnreserved(int c) {
        return c >= '0' && c <= '9'
                || c >= 'A' && c <= 'Z'
                || c >= 'a' && c <= 'z'
                || c < 128 && "-._~".indexOf(c) >= 0;
    }
}
