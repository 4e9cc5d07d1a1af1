package org.itkserver.soap.signature;

/**
 * Walks the lengths of a certificate before any parser believes them (CVE-2026-95616). What an extension's octets hold is
 * DER too, and walked with it.
 */
final class Der {
    private static final int DEEPEST = 24;
    private static final int CONSTRUCTED = 0x20;
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int EXTENSIONS = 0xA3;
    private static final int LONGEST_LENGTH = 3;

    private final byte[] bytes;

    private Der(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Whether this is one sequence, whole, with every length inside it right. */
    static boolean isWhole(byte[] bytes) {
        var der = new Der(bytes);
        return bytes.length > 0
                && (bytes[0] & 0xff) == SEQUENCE
                && der.element(0, bytes.length, 0, false) == bytes.length;
    }

    /** The position after the element at {@code at}, or -1. */
    private int element(int at, int end, int depth, boolean inExtensions) {
        int tag = at < end ? bytes[at] & 0xff : 0x1f;
        if (depth > DEEPEST || (tag & 0x1f) == 0x1f || at + 1 >= end) {
            return -1;
        }
        int first = bytes[at + 1] & 0xff;
        int start = at + 2;
        int length = first;
        if (first >= 0x80) {
            int count = first & 0x7f;
            if (count == 0 || count > LONGEST_LENGTH || start + count > end) {
                return -1;
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | bytes[start + i] & 0xff;
            }
            start += count;
        }
        if (length > end - start) {
            return -1;
        }
        boolean extensions = inExtensions || tag == EXTENSIONS && depth == 2;
        if ((tag & CONSTRUCTED) != 0) {
            return inside(start, start + length, depth, extensions);
        }
        if (tag == OCTETS && inExtensions) {
            return element(start, start + length, depth + 1, false) == start + length ? start + length : -1;
        }
        return start + length;
    }

    private int inside(int start, int end, int depth, boolean inExtensions) {
        int at = start;
        while (at >= 0 && at < end) {
            at = element(at, end, depth + 1, inExtensions);
        }
        return at;
    }
}
