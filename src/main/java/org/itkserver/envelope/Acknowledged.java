package org.itkserver.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A received message as its acknowledgements point to it. Immutable.
 *
 * @param trackingId {@code header/@trackingid}
 * @param service {@code header/@service}, a URN
 * @param interaction its interaction URN, null when it named none
 * @param senderAddress where it asks acknowledgements to go, null when it does not say
 * @param payloadIds the ids of its payloads, prefix included
 */
public record Acknowledged(
        String trackingId,
        String service,
        @Nullable String interaction,
        @Nullable TypedUri senderAddress,
        List<String> payloadIds) {

    public Acknowledged {
        payloadIds = List.copyOf(payloadIds);
    }

    /** What an envelope header says about its message. */
    public static Acknowledged of(EnvelopeHeader header) {
        return new Acknowledged(
                header.trackingId(),
                header.service(),
                header.interaction().orElse(null),
                header.sender(),
                header.manifest().stream().map(ManifestItem::id).toList());
    }
}
