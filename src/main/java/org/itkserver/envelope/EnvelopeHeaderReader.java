package org.itkserver.envelope;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code DistributionEnvelope/header} and holds it to distributionEnvelope-v2-0.xsd while doing so: order,
 * cardinality, attributes and their types. The first break is a finding; reading goes on, because other checks come
 * first (H3).
 */
final class EnvelopeHeaderReader {
    /** The children of header in the order of the schema. */
    private static final List<String> ORDER =
            List.of("addresslist", "auditIdentity", "manifest", "senderAddress", "handlingSpecification");

    private static final Set<String> FLAGS = Set.of(
            HandlingSpec.INF_ACK_REQUESTED, HandlingSpec.ACK_REQUESTED, HandlingSpec.BUSINESS_RESPONSE_REQUESTED);
    private static final Set<String> TRUE = Set.of("true", "1");
    private static final Set<String> FALSE = Set.of("false", "0");
    private static final Pattern NCNAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}\\p{M}._\\-\u00B7]*");

    private final Cursor cursor;
    private final Findings findings;
    private final List<TypedUri> addresses = new ArrayList<>();
    private final List<TypedUri> identities = new ArrayList<>();
    private final List<ManifestItem> manifest = new ArrayList<>();
    private final Map<String, String> handling = new HashMap<>();
    private final Set<String> itemIds = new HashSet<>();
    private @Nullable Integer manifestCount;
    private @Nullable TypedUri sender;

    EnvelopeHeaderReader(Cursor cursor) {
        this.cursor = cursor;
        this.findings = cursor.findings();
    }

    /** From the start tag of {@code header} to its end tag. */
    EnvelopeHeader read() throws XMLStreamException {
        long start = cursor.offset();
        var attributes = attributes("header", Set.of("trackingid", "service"));
        var trackingId = required(attributes, "header", "trackingid");
        var service = required(attributes, "header", "service").trim();
        if (!TrackingId.isValid(trackingId)) {
            findings.schema("header/@trackingid is not an upper-case UUID");
        }
        int depth = cursor.depth();
        int last = -1;
        boolean manifestSeen = false;
        while (cursor.nextChild(depth)) {
            int position = cursor.namespace().equals(Namespaces.ITK) ? ORDER.indexOf(cursor.localName()) : -1;
            if (position <= last) {
                findings.schema(
                        "element " + ToolkitError.quoted(cursor.localName()) + " is not allowed here in header");
            }
            last = Math.max(last, position);
            manifestSeen |= position == 2;
            child(position);
            if (cursor.offset() - start > cursor.limits().headerBytes()) {
                throw EnvelopeRejected.invalid(
                        "The envelope header is longer than " + cursor.limits().headerBytes() + " characters.");
            }
        }
        if (!manifestSeen) {
            findings.schema("header has no manifest");
        }
        return new EnvelopeHeader(
                service, trackingId, addresses, identities, manifestCount, manifest, sender, handling);
    }

    private void child(int position) throws XMLStreamException {
        switch (position) {
            case 0 -> list("addresslist", "address", Integer.MAX_VALUE, () -> addresses.add(typedUri("address")));
            case 1 -> list("auditIdentity", "id", 4, () -> identities.add(typedUri("id")));
            case 2 -> {
                manifestCount = count("manifest");
                items("manifest", "manifestitem", Integer.MAX_VALUE, this::item);
            }
            case 3 -> {
                sender = typedUri("senderAddress");
                empty("senderAddress");
            }
            case 4 -> list("handlingSpecification", "spec", Integer.MAX_VALUE, this::spec);
            default -> cursor.skip();
        }
    }

    private void list(String name, String child, int most, Runnable each) throws XMLStreamException {
        attributes(name, Set.of());
        items(name, child, most, each);
    }

    private void items(String name, String child, int most, Runnable each) throws XMLStreamException {
        int depth = cursor.depth();
        int seen = 0;
        while (cursor.nextChild(depth)) {
            if (cursor.is(Namespaces.ITK, child)) {
                seen++;
                each.run();
                empty(child);
            } else {
                findings.schema("element " + ToolkitError.quoted(cursor.localName()) + " is not allowed in " + name);
                cursor.skip();
            }
        }
        if (seen == 0 || seen > most) {
            findings.schema(name + " has " + seen + " elements " + child);
        }
    }

    private void empty(String name) throws XMLStreamException {
        int depth = cursor.depth();
        while (cursor.nextChild(depth)) {
            findings.schema("element " + name + " must be empty");
            cursor.skip();
        }
    }

    private TypedUri typedUri(String name) {
        var attributes = attributes(name, Set.of("type", "uri"));
        var uri = required(attributes, name, "uri").trim();
        var type = attributes.get("type");
        return new TypedUri(type == null ? null : type.trim(), uri);
    }

    private void item() {
        var attributes = attributes(
                "manifestitem", Set.of("id", "mimetype", "profileid", "metadata", "compressed", "base64", "encrypted"));
        var id = required(attributes, "manifestitem", "id").trim();
        if (!isXmlId(id)) {
            findings.schema("manifestitem/@id is not an XML id");
        }
        if (!itemIds.add(id)) {
            findings.repeated("manifestitem/@id");
        }
        var profile = attributes.get("profileid");
        truth(attributes, "metadata");
        manifest.add(new ManifestItem(
                id,
                required(attributes, "manifestitem", "mimetype").trim(),
                profile == null ? null : profile.trim(),
                truth(attributes, "base64"),
                truth(attributes, "compressed"),
                truth(attributes, "encrypted")));
    }

    private void spec() {
        var attributes = attributes("spec", Set.of("key", "value"));
        var key = required(attributes, "spec", "key").trim();
        var value = required(attributes, "spec", "value").trim();
        if (key.startsWith(Namespaces.KEY_MISSPELT)) {
            key = Namespaces.KEY + key.substring(Namespaces.KEY_MISSPELT.length());
        }
        if (FLAGS.contains(key)) {
            value = flag(key, value);
        }
        if (handling.putIfAbsent(key, value) != null) {
            findings.repeated("handlingSpecification/spec " + ToolkitError.quoted(key));
        }
    }

    /** H13: read without regard to case. */
    private String flag(String key, String value) {
        var lower = value.toLowerCase(Locale.ROOT);
        if (!TRUE.contains(lower) && !FALSE.contains(lower)) {
            findings.schema("handlingSpecification/spec " + ToolkitError.quoted(key) + " is neither true nor false: "
                    + ToolkitError.quoted(value));
        }
        return String.valueOf(TRUE.contains(lower));
    }

    private boolean truth(Map<String, String> attributes, String name) {
        var value = attributes.getOrDefault(name, "false").trim();
        if (!TRUE.contains(value) && !FALSE.contains(value)) {
            findings.schema("manifestitem/@" + name + " is neither true nor false");
        }
        return TRUE.contains(value);
    }

    private @Nullable Integer count(String name) {
        return number(required(attributes(name, Set.of("count")), name, "count"), name + "/@count", findings);
    }

    static boolean isXmlId(String id) {
        return NCNAME.matcher(id).matches();
    }

    /** An {@code xs:integer} in ASCII digits (H4); a value beyond any possible count is null like one that is no number. */
    static @Nullable Integer number(String value, String where, Findings findings) {
        try {
            if (value.chars().anyMatch(c -> c > '~')) {
                throw new NumberFormatException();
            }
            return Integer.valueOf(value.trim());
        } catch (NumberFormatException e) {
            findings.schema(where + " is not a number");
            return null;
        }
    }

    private Map<String, String> attributes(String element, Set<String> allowed) {
        var out = new HashMap<String, String>();
        for (var attribute : cursor.attributes()) {
            boolean extension =
                    element.equals("manifestitem") && attribute.namespace().equals(Namespaces.ITK);
            if (attribute.namespace().isEmpty() && allowed.contains(attribute.name())) {
                out.put(attribute.name(), attribute.value());
            } else if (!extension) {
                findings.schema("attribute " + ToolkitError.quoted(attribute.name()) + " is not allowed on " + element);
            }
        }
        return out;
    }

    private String required(Map<String, String> attributes, String element, String name) {
        var value = attributes.get(name);
        if (value == null) {
            findings.schema(element + " has no attribute " + name);
            return "";
        }
        return value;
    }
}
