package org.itkserver.envelope;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the {@code address} elements of an envelope's address list in its bytes. Works on an envelope that the scanner has
 * accepted: well-formed, no document type, no processing instruction in its header. One reading, one object.
 */
final class AddressRanges {
    private final String text;
    private final Charset charset;
    private int at;

    private AddressRanges(String text, Charset charset) {
        this.text = text;
        this.charset = charset;
    }

    /** The elements in document order, each from its start tag to the end of its end tag, as offsets in {@code header}. */
    static List<ScannedMessage.Range> of(byte[] header, Charset charset) {
        return new AddressRanges(new String(header, charset), charset).read();
    }

    private List<ScannedMessage.Range> read() {
        var out = new ArrayList<ScannedMessage.Range>();
        boolean inList = false;
        int start = -1;
        while (nextTag()) {
            int from = at;
            boolean end = text.charAt(at + 1) == '/';
            var name = localName(end ? at + 2 : at + 1);
            at = endOfTag();
            boolean empty = text.charAt(at - 2) == '/';
            if (name.equals("addresslist")) {
                if (end) {
                    return out;
                }
                inList = true;
            } else if (inList && name.equals("address")) {
                start = end ? start : from;
                if (end || empty) {
                    out.add(new ScannedMessage.Range(bytes(start), bytes(at)));
                }
            }
        }
        return out;
    }

    /** Moves to the next tag, past text, comments and CDATA sections. */
    private boolean nextTag() {
        while (true) {
            at = text.indexOf('<', at);
            if (at < 0) {
                return false;
            }
            if (text.startsWith("<!--", at)) {
                at = text.indexOf("-->", at + 4) + 3;
            } else if (text.startsWith("<![CDATA[", at)) {
                at = text.indexOf("]]>", at) + 3;
            } else {
                return true;
            }
        }
    }

    private String localName(int from) {
        int end = from;
        while (" \t\r\n/>".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        var name = text.substring(from, end);
        return name.substring(name.indexOf(':') + 1);
    }

    private int endOfTag() {
        char quote = 0;
        for (int i = at; ; i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i + 1;
            }
        }
    }

    private long bytes(int index) {
        return text.substring(0, index).getBytes(charset).length;
    }
}
