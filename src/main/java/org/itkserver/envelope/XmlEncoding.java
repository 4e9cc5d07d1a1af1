package org.itkserver.envelope;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Which names of an encoding agree with the bytes of a document (H18). Charset names are read as the JDK knows them. */
public final class XmlEncoding {
    private XmlEncoding() {}

    /**
     * Whether a charset may be given for a document.
     *
     * @param given what an XML declaration or a charset parameter says
     * @param found UTF-8 or one of the two orders of UTF-16, as the bytes show
     */
    public static boolean agrees(Charset given, Charset found) {
        var other = found.equals(StandardCharsets.UTF_8) ? StandardCharsets.US_ASCII : StandardCharsets.UTF_16;
        return given.equals(found) || given.equals(other);
    }

    /** The same for a name; false for one that is unknown. */
    public static boolean agrees(String name, Charset found) {
        try {
            return agrees(Charset.forName(name), found);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
