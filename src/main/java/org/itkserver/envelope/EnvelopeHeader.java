package org.itkserver.envelope;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code DistributionEnvelope/header} as sent (distributionEnvelope-v2-0.xsd). Missing required values are empty; the
 * schema problem found with them is in {@link ScannedMessage#schemaProblem()}.
 *
 * @param service {@code @service}
 * @param trackingId {@code @trackingid}
 * @param addresses the address list, empty when absent
 * @param auditIdentity the audit identity's ids, empty when absent
 * @param manifestCount {@code manifest/@count}, null when it is no number
 * @param manifest the manifest items
 * @param sender {@code senderAddress}, null when absent
 * @param handling handling specification, key to value; misspelt keys under their right name (H13)
 */
public record EnvelopeHeader(
        String service,
        String trackingId,
        List<TypedUri> addresses,
        List<TypedUri> auditIdentity,
        @Nullable Integer manifestCount,
        List<ManifestItem> manifest,
        @Nullable TypedUri sender,
        Map<String, String> handling) {

    public EnvelopeHeader {
        addresses = List.copyOf(addresses);
        auditIdentity = List.copyOf(auditIdentity);
        manifest = List.copyOf(manifest);
        handling = Map.copyOf(handling);
    }

    /** The interaction URN, empty when the key is absent. */
    public Optional<String> interaction() {
        return Optional.ofNullable(handling.get(HandlingSpec.INTERACTION));
    }

    /** Whether an infrastructure acknowledgement is asked for. */
    public boolean infAckRequested() {
        return "true".equals(handling.get(HandlingSpec.INF_ACK_REQUESTED));
    }

    /** Whether a business acknowledgement is asked for. */
    public boolean ackRequested() {
        return "true".equals(handling.get(HandlingSpec.ACK_REQUESTED));
    }

    /** The manifest item with this id. */
    public Optional<ManifestItem> item(String id) {
        return manifest.stream().filter(item -> item.id().equals(id)).findFirst();
    }
}
