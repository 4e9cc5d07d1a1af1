package org.itkserver.soap.signature;

import java.util.Objects;
import javax.xml.namespace.QName;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.ScannedMessage;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Holds the tree that is verified against what the scan found in the same bytes: both must have seen one message. */
final class SameView {
    private SameView() {}

    static void check(Parts parts, ScannedMessage message) {
        var security = message.security();
        var content = Xml.firstElement(parts.body());
        boolean same = Objects.equals(text(parts.timestamp(), "Created"), security.created())
                && Objects.equals(text(parts.timestamp(), "Expires"), security.expires())
                && Objects.equals(name(content), message.body());
        var header = message.header();
        if (same && header != null && content != null) {
            var found = Xml.children(content, Namespaces.ITK, "header");
            same = found.size() == 1
                    && found.get(0).getAttributeNS(null, "trackingid").equals(header.trackingId())
                    && found.get(0).getAttributeNS(null, "service").equals(header.service());
        }
        if (!same) {
            throw new Bad("what it covers is not what was read");
        }
    }

    private static @Nullable QName name(@Nullable Element element) {
        return element == null
                ? null
                : new QName(element.getNamespaceURI() == null ? "" : element.getNamespaceURI(), element.getLocalName());
    }

    private static @Nullable String text(Element timestamp, String name) {
        var found = Xml.children(timestamp, Namespaces.WSU, name);
        return found.size() == 1 ? found.get(0).getTextContent().trim() : null;
    }
}
