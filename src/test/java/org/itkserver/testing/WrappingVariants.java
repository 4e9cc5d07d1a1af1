package org.itkserver.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Signature wrapping (XSW1 to XSW8): the signed Body or Timestamp is moved where it is not used, and another stands in its
 * place. Every place times every id of the new element times every kind of id attribute of the signed one.
 */
public final class WrappingVariants {
    private static final String XML = "http://www.w3.org/XML/1998/namespace";
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";

    /** A message in which the signed element is not the used one. */
    public record Variant(String name, String message) {}

    /** What the new element is called by. */
    private enum NewId {
        NONE,
        OTHER,
        SAME_WSU,
        SAME_PLAIN_ID,
        SAME_CAPITAL_ID,
        SAME_XML_ID,
        SAME_SMALL_ID
    }

    /** Which attribute the signed element's id is in. */
    private enum OldId {
        KEPT,
        PLAIN_ID,
        CAPITAL_ID,
        XML_ID,
        BOTH
    }

    private static final Map<String, BiConsumer<Document, Element>> PLACES = new LinkedHashMap<>();

    static {
        PLACES.put("XSW1 wrapper first in Header", (d, e) -> first(Signed.first(d, "Header"), wrapped(d, e)));
        PLACES.put("XSW1 wrapper last in Header", (d, e) -> Signed.first(d, "Header")
                .appendChild(wrapped(d, e)));
        PLACES.put("XSW1 bare first in Header", (d, e) -> first(Signed.first(d, "Header"), e));
        PLACES.put(
                "XSW1 bare last in Header", (d, e) -> Signed.first(d, "Header").appendChild(e));
        PLACES.put(
                "XSW1 under other prefixes", (d, e) -> Signed.first(d, "Header").appendChild(rebound(d, e)));
        PLACES.put("XSW3 first in Security", (d, e) -> first(Signed.first(d, "Security"), e));
        PLACES.put(
                "XSW3 last in Security", (d, e) -> Signed.first(d, "Security").appendChild(e));
        PLACES.put("XSW3 before Signature", (d, e) -> before(Signed.first(d, "Signature"), wrapped(d, e)));
        PLACES.put("XSW3 in UsernameToken", (d, e) -> Signed.first(d, "UsernameToken")
                .appendChild(e));
        PLACES.put("XSW3 in the token", (d, e) -> Signed.first(d, "BinarySecurityToken")
                .appendChild(e));
        PLACES.put("XSW4 in the new Body", (d, e) -> first(body(d), e));
        PLACES.put("XSW4 last in the new Body", (d, e) -> body(d).appendChild(e));
        PLACES.put("XSW4 in the envelope", (d, e) -> Signed.first(d, "DistributionEnvelope")
                .appendChild(e));
        PLACES.put("XSW4 in the payload", (d, e) -> Signed.first(d, "ClinicalDocument")
                .appendChild(e));
        PLACES.put("XSW5 in ds:Object", (d, e) -> Signed.first(d, "Signature").appendChild(object(d, e)));
        PLACES.put(
                "XSW5 in two ds:Objects", (d, e) -> Signed.first(d, "Signature").appendChild(object(d, object(d, e))));
        PLACES.put("XSW5 in KeyInfo", (d, e) -> Signed.first(d, "KeyInfo").appendChild(e));
        PLACES.put("XSW5 in SignedInfo", (d, e) -> Signed.first(d, "SignedInfo").appendChild(e));
        PLACES.put("XSW7 after the Body", (d, e) -> d.getDocumentElement().appendChild(e));
        PLACES.put("XSW7 before the Header", (d, e) -> first(d.getDocumentElement(), e));
        PLACES.put("XSW7 a Header after the Body", (d, e) -> {
            var header = d.createElementNS(SOAP, "soap:Header");
            header.appendChild(e);
            d.getDocumentElement().appendChild(header);
        });
        PLACES.put("XSW8 Security for another", (d, e) -> {
            var security = d.createElementNS(Signed.WSSE, "wsse:Security");
            security.setAttributeNS(SOAP, "soap:actor", "urn:somebody-else");
            security.appendChild(e);
            first(Signed.first(d, "Header"), security);
        });
        PLACES.put("XSW8 in an address", (d, e) -> Signed.first(d, "To").appendChild(e));
    }

    private WrappingVariants() {}

    /**
     * Every variant of a signed message.
     *
     * @param part {@code Body} or {@code Timestamp}: what is moved
     * @param from a text in it
     * @param to what the new element says instead
     */
    public static List<Variant> of(String signed, String part, String from, String to) {
        var out = new ArrayList<Variant>();
        for (var place : PLACES.entrySet()) {
            for (var newId : NewId.values()) {
                for (var oldId : OldId.values()) {
                    var message = variant(signed, part, from, to, place.getValue(), newId, oldId);
                    if (message != null) {
                        out.add(new Variant(part + ", " + place.getKey() + ", " + newId + ", " + oldId, message));
                    }
                }
            }
        }
        return out;
    }

    private static @Nullable String variant(
            String signed,
            String part,
            String from,
            String to,
            BiConsumer<Document, Element> place,
            NewId newId,
            OldId oldId) {
        var document = Signed.parse(signed);
        var old = part.equals("Body") ? body(document) : Signed.first(document, part);
        var changed = Signed.first(Signed.parse(signed.replace(from, to)), part.equals("Body") ? "Body" : part);
        var evil = (Element) document.importNode(changed, true);
        var id = old.getAttributeNS(Signed.WSU, "Id");
        rename(evil, id, newId);
        move(old, id, oldId);
        old.getParentNode().replaceChild(evil, old);
        try {
            place.accept(document, old);
        } catch (org.w3c.dom.DOMException e) {
            // into itself
            return null;
        }
        return Signed.text(document);
    }

    private static void rename(Element evil, String id, NewId how) {
        evil.removeAttributeNS(Signed.WSU, "Id");
        switch (how) {
            case NONE -> {}
            case OTHER -> evil.setAttributeNS(Signed.WSU, "wsu:Id", "uuid_EVIL");
            case SAME_WSU -> evil.setAttributeNS(Signed.WSU, "wsu:Id", id);
            case SAME_PLAIN_ID -> evil.setAttributeNS(null, "Id", id);
            case SAME_CAPITAL_ID -> evil.setAttributeNS(null, "ID", id);
            case SAME_XML_ID -> evil.setAttributeNS(XML, "xml:id", id);
            case SAME_SMALL_ID -> evil.setAttributeNS(null, "id", id);
        }
    }

    private static void move(Element old, String id, OldId how) {
        if (how != OldId.KEPT && how != OldId.BOTH) {
            old.removeAttributeNS(Signed.WSU, "Id");
        }
        switch (how) {
            case KEPT -> {}
            case PLAIN_ID -> old.setAttributeNS(null, "Id", id);
            case CAPITAL_ID -> old.setAttributeNS(null, "ID", id);
            case XML_ID, BOTH -> old.setAttributeNS(XML, "xml:id", id);
        }
    }

    private static Element body(Document document) {
        var all = document.getElementsByTagNameNS(SOAP, "Body");
        for (int i = 0; i < all.getLength(); i++) {
            if (all.item(i).getParentNode() == document.getDocumentElement()) {
                return (Element) all.item(i);
            }
        }
        throw new AssertionError("no Body");
    }

    private static void first(Node parent, Node child) {
        parent.insertBefore(child, parent.getFirstChild());
    }

    private static void before(Node sibling, Node node) {
        sibling.getParentNode().insertBefore(node, sibling);
    }

    private static Element wrapped(Document document, Element element) {
        var out = document.createElementNS("urn:wrapper", "w:Wrapper");
        out.appendChild(element);
        return out;
    }

    /** Where the usual prefixes mean something else. */
    private static Element rebound(Document document, Element element) {
        var out = document.createElementNS("urn:wrapper", "w:Wrapper");
        for (var prefix : List.of("soap", "wsu", "wsse", "itk")) {
            out.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:" + prefix, "urn:evil:" + prefix);
        }
        out.appendChild(element);
        return out;
    }

    private static Element object(Document document, Element element) {
        var out = document.createElementNS(DS, "ds:Object");
        out.appendChild(element);
        return out;
    }
}
