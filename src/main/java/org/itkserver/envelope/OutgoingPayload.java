package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/**
 * A payload to send, with what its manifest item says.
 *
 * @param id {@code payload/@id}, an XML name: {@code uuid_} and an upper-case UUID
 * @param mimeType media type of the decoded content
 * @param profileId profile URN, null for none
 * @param base64 whether the content is base64
 * @param content what stands between the payload's tags: one element as XML that declares its own namespaces, base64, or
 *     text already escaped
 */
public record OutgoingPayload(String id, String mimeType, @Nullable String profileId, boolean base64, String content) {
    /** @throws IllegalArgumentException when the id is not an XML name */
    public OutgoingPayload {
        if (!EnvelopeHeaderReader.isXmlId(id)) {
            throw new IllegalArgumentException("not an XML id");
        }
    }

    /** An XML payload. */
    public static OutgoingPayload xml(String id, @Nullable String profileId, String element) {
        return new OutgoingPayload(id, "text/xml", profileId, false, element);
    }
}
