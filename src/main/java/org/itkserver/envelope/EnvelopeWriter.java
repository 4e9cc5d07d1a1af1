package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/**
 * Writes distribution envelopes as distributionEnvelope-v2-0.xsd has them: an element that declares its own namespaces.
 * Only attributes that have a value are written (H22). Thread-safe.
 */
public final class EnvelopeWriter {

    /** The {@code DistributionEnvelope} element; all characters, so any encoding will do. */
    public String write(Outgoing envelope) {
        var out = new StringBuilder(1024 + length(envelope));
        out.append("<itk:DistributionEnvelope xmlns:itk=\"")
                .append(Namespaces.ITK)
                .append("\"><itk:header");
        attribute(out, "service", envelope.service());
        attribute(out, "trackingid", envelope.trackingId());
        out.append('>');
        if (!envelope.addresses().isEmpty()) {
            out.append("<itk:addresslist>");
            envelope.addresses().forEach(address -> typedUri(out, "address", address));
            out.append("</itk:addresslist>");
        }
        out.append("<itk:auditIdentity>");
        typedUri(out, "id", new TypedUri(null, envelope.auditIdentity()));
        out.append("</itk:auditIdentity>");
        manifest(out, envelope);
        var sender = envelope.senderAddress();
        if (sender != null) {
            typedUri(out, "senderAddress", sender);
        }
        handling(out, envelope);
        out.append("</itk:header>");
        payloads(out, envelope);
        return out.append("</itk:DistributionEnvelope>").toString();
    }

    private static int length(Outgoing envelope) {
        return envelope.payloads().stream()
                .mapToInt(payload -> 256 + payload.content().length())
                .sum();
    }

    private static void manifest(StringBuilder out, Outgoing envelope) {
        var payloads = envelope.payloads();
        out.append("<itk:manifest count=\"").append(payloads.size()).append("\">");
        for (var payload : payloads) {
            out.append("<itk:manifestitem");
            attribute(out, "id", payload.id());
            attribute(out, "mimetype", payload.mimeType());
            attribute(out, "profileid", payload.profileId());
            attribute(out, "base64", payload.base64() ? "true" : null);
            out.append("/>");
        }
        out.append("</itk:manifest>");
    }

    private static void handling(StringBuilder out, Outgoing envelope) {
        if (envelope.handling().isEmpty()) {
            return;
        }
        out.append("<itk:handlingSpecification>");
        for (var spec : envelope.handling()) {
            out.append("<itk:spec");
            attribute(out, "key", spec.key());
            attribute(out, "value", spec.value());
            out.append("/>");
        }
        out.append("</itk:handlingSpecification>");
    }

    private static void payloads(StringBuilder out, Outgoing envelope) {
        var payloads = envelope.payloads();
        out.append("<itk:payloads count=\"").append(payloads.size()).append("\">");
        for (var payload : payloads) {
            out.append("<itk:payload");
            attribute(out, "id", payload.id());
            out.append('>').append(payload.content()).append("</itk:payload>");
        }
        out.append("</itk:payloads>");
    }

    private static void typedUri(StringBuilder out, String element, TypedUri value) {
        out.append("<itk:").append(element);
        attribute(out, "type", value.type());
        attribute(out, "uri", value.uri());
        out.append("/>");
    }

    private static void attribute(StringBuilder out, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out.append(' ').append(name).append("=\"").append(Xml.escape(value)).append('"');
        }
    }
}
