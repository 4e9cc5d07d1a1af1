package org.itkserver.envelope;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/** Reads {@code soap:Header}: WS-Addressing and WS-Security blocks for us; the others only for mustUnderstand. */
final class SoapHeaderReader {
    private static final Set<String> TEXTS = Set.of("MessageID", "Action", "To");
    private static final Set<String> ENDPOINTS = Set.of("From", "ReplyTo", "FaultTo");
    private static final Set<String> IDS = Set.of("Id", "ID", "id");

    private final Cursor cursor;
    private final SoapVersion version;
    private final Map<String, String> addressing = new HashMap<>();
    private final List<String> relatesTo = new ArrayList<>();
    private final List<String> otherRelations = new ArrayList<>();
    private final Map<String, String> security = new HashMap<>();
    private final Set<String> ids = new HashSet<>();
    private boolean referenceParameters;
    private boolean securitySeen;
    private boolean signed;

    SoapHeaderReader(Cursor cursor, SoapVersion version) {
        this.cursor = cursor;
        this.version = version;
    }

    /** From the start tag of {@code soap:Header} to its end tag. */
    void read() throws XMLStreamException {
        long start = cursor.offset();
        int depth = cursor.depth();
        while (cursor.nextChild(depth)) {
            block();
            if (cursor.offset() - start > cursor.limits().headerBytes()) {
                throw EnvelopeRejected.invalid(
                        "The SOAP header is longer than " + cursor.limits().headerBytes() + " characters.");
            }
        }
    }

    Addressing addressing() {
        return new Addressing(
                addressing.get("MessageID"),
                addressing.get("Action"),
                addressing.get("To"),
                addressing.get("From"),
                addressing.get("ReplyTo"),
                addressing.get("FaultTo"),
                relatesTo,
                otherRelations,
                referenceParameters);
    }

    Security security() {
        return new Security(
                security.get("Created"), security.get("Expires"), security.get("Id"), security.get("Username"), signed);
    }

    private void block() throws XMLStreamException {
        var role = attribute(version.roleAttribute());
        if (role != null && !role.isBlank() && !version.isOurs(role.trim())) {
            cursor.skip();
            return;
        }
        rememberIds();
        if (cursor.reader().getAttributeValue(Namespaces.WSA, "IsReferenceParameter") != null) {
            referenceParameters = true;
        }
        var name = cursor.localName();
        if (cursor.namespace().equals(Namespaces.WSA) && TEXTS.contains(name)) {
            once(addressing, name, cursor.text());
        } else if (cursor.is(Namespaces.WSA, "RelatesTo")) {
            relatesTo();
        } else if (cursor.namespace().equals(Namespaces.WSA) && ENDPOINTS.contains(name)) {
            endpoint(name);
        } else if (cursor.is(Namespaces.WSSE, "Security")) {
            securityBlock();
        } else {
            if (mustUnderstand()) {
                cursor.findings().notUnderstood.add(new QName(cursor.namespace(), name));
            }
            cursor.skip();
        }
    }

    private @Nullable String attribute(String name) {
        return cursor.reader().getAttributeValue(version.namespace(), name);
    }

    private boolean mustUnderstand() {
        var value = attribute("mustUnderstand");
        return value != null && (value.trim().equals("1") || value.trim().equals("true"));
    }

    private void rememberIds() {
        for (var attribute : cursor.attributes()) {
            boolean id = IDS.contains(attribute.name())
                    && (attribute.namespace().isEmpty()
                            || attribute.namespace().equals(Namespaces.WSU)
                            || attribute.namespace().equals(Namespaces.XML));
            if (id && !ids.add(attribute.value())) {
                cursor.findings().repeated("the id " + ToolkitError.quoted(attribute.value()));
            }
        }
    }

    private void once(Map<String, String> values, String name, String value) {
        if (values.putIfAbsent(name, value) != null) {
            cursor.findings().repeated(name);
        }
    }

    /** Any number (H17); one of another relationship says nothing about the request. */
    private void relatesTo() throws XMLStreamException {
        var type = cursor.reader().getAttributeValue(null, "RelationshipType");
        var messageId = cursor.text();
        boolean reply = type == null || type.trim().equals(Namespaces.REPLY);
        (reply ? relatesTo : otherRelations).add(messageId);
    }

    private void endpoint(String name) throws XMLStreamException {
        int depth = cursor.depth();
        boolean address = false;
        while (cursor.nextChild(depth)) {
            if (cursor.is(Namespaces.WSA, "Address")) {
                once(addressing, name, cursor.text());
                address = true;
            } else {
                if (cursor.localName().startsWith("Reference")) {
                    referenceParameters = true;
                }
                cursor.skip();
            }
        }
        if (!address) {
            cursor.findings().soap(name + " has no Address.");
        }
    }

    private void securityBlock() throws XMLStreamException {
        if (securitySeen) {
            cursor.findings().repeated("Security");
        }
        securitySeen = true;
        int depth = cursor.depth();
        var seen = new HashSet<String>();
        String unknown = null;
        boolean mandatory = false;
        while (cursor.nextChild(depth)) {
            rememberIds();
            if (cursor.is(Namespaces.WSU, "Timestamp")) {
                only(seen, "Timestamp");
                var id = cursor.reader().getAttributeValue(Namespaces.WSU, "Id");
                if (id != null) {
                    security.put("Id", id);
                }
                children(Namespaces.WSU, Set.of("Created", "Expires"));
            } else if (cursor.is(Namespaces.WSSE, "UsernameToken")) {
                children(Namespaces.WSSE, Set.of("Username"));
            } else if (cursor.is(Namespaces.DS, "Signature")) {
                only(seen, "Signature");
                signed = true;
                cursor.skip();
            } else if (cursor.is(Namespaces.WSSE, "BinarySecurityToken")) {
                only(seen, "BinarySecurityToken");
                binarySecurityToken();
            } else {
                unknown = unknown == null || mustUnderstand() && !mandatory ? cursor.localName() : unknown;
                mandatory |= mustUnderstand();
                cursor.skip();
            }
        }
        if (unknown != null && (signed || mandatory)) {
            cursor.findings().soap("Security token " + ToolkitError.quoted(unknown) + " is not supported.");
        }
    }

    private void binarySecurityToken() throws XMLStreamException {
        var type = cursor.reader().getAttributeValue(null, "ValueType");
        if (type != null && !type.equals(Namespaces.X509_V3)) {
            cursor.findings().soap("The BinarySecurityToken is not an X.509 certificate.");
        }
        cursor.skip();
    }

    private void only(Set<String> seen, String name) {
        if (!seen.add(name)) {
            cursor.findings().repeated(name);
        }
    }

    private void children(String namespace, Set<String> wanted) throws XMLStreamException {
        int depth = cursor.depth();
        while (cursor.nextChild(depth)) {
            if (cursor.namespace().equals(namespace) && wanted.contains(cursor.localName())) {
                var name = cursor.localName();
                once(security, name, cursor.text());
            } else {
                cursor.skip();
            }
        }
    }
}
