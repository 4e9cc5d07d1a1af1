package org.itkserver.soap.signature;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.Namespaces;
import org.itkserver.envelope.SoapVersion;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * The elements of a message that are used, found by where they stand and never by an id: what a signature refers to must be
 * one of them.
 *
 * @param signable elements that a signature may cover, by {@code wsu:Id}
 */
record Parts(Element security, Element timestamp, Element body, Map<String, Element> signable) {
    private static final Set<String> ADDRESSING =
            Set.of("MessageID", "Action", "To", "From", "ReplyTo", "FaultTo", "RelatesTo");

    static Parts of(TreeReader.Tree tree, SoapVersion version) {
        var envelope = tree.document().getDocumentElement();
        var header = only(envelope, version.namespace(), "Header");
        var body = only(envelope, version.namespace(), "Body");
        var securities = Xml.children(header, Namespaces.WSSE, "Security").stream()
                .filter(s -> version.isOurs(s.getAttributeNS(version.namespace(), version.roleAttribute())
                        .trim()))
                .toList();
        if (!Xml.is(envelope, version.namespace(), "Envelope") || securities.size() != 1) {
            throw new Bad("the message has not one Security header");
        }
        var security = securities.get(0);
        var timestamp = only(security, Namespaces.WSU, "Timestamp");
        var signable = new HashMap<String, Element>();
        put(signable, body);
        put(signable, timestamp);
        Xml.children(security, Namespaces.WSSE, "UsernameToken").forEach(e -> put(signable, e));
        Xml.children(security, Namespaces.WSSE, "BinarySecurityToken").forEach(e -> put(signable, e));
        Xml.children(header).stream()
                .filter(e -> Namespaces.WSA.equals(e.getNamespaceURI()) && ADDRESSING.contains(e.getLocalName()))
                .forEach(e -> put(signable, e));
        return new Parts(security, timestamp, body, signable);
    }

    private static Element only(Element parent, String namespace, String name) {
        var all = Xml.children(parent, namespace, name);
        if (all.size() != 1) {
            throw EnvelopeRejected.invalid("A signed message has exactly one " + name + ".");
        }
        return all.get(0);
    }

    private static void put(Map<String, Element> signable, Element element) {
        var id = id(element);
        if (id != null) {
            // the only ids that the signature engine can find
            element.setIdAttributeNS(Namespaces.WSU, "Id", true);
            signable.put(id, element);
        }
    }

    static @Nullable String id(Element element) {
        return element.hasAttributeNS(Namespaces.WSU, "Id") ? element.getAttributeNS(Namespaces.WSU, "Id") : null;
    }

    /** The one signature. */
    Element signature() {
        List<Element> all = Xml.children(security, Namespaces.DS, "Signature");
        if (all.size() != 1) {
            throw EnvelopeRejected.invalid("A signed message has exactly one Signature.");
        }
        return all.get(0);
    }
}
