package org.itkserver.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of the trail exactly as it is stored, right or wrong.
 *
 * @param node id of the node that wrote it
 * @param seq its number there, from 1
 * @param version version of the canonical form of its hash
 * @param type label of its type
 * @param digest SHA-256 of the bytes of the message it stored, null for other events and for version 1
 * @param fields {@link MessageFields#hash} of the message it stored, null for other events and before version 3
 * @param hash what is stored as its hash
 */
public record StoredRow(
        String node,
        long seq,
        int version,
        Instant at,
        String type,
        @Nullable Long message,
        @Nullable String trackingId,
        @Nullable String partner,
        @Nullable String service,
        String actor,
        @Nullable String source,
        @Nullable String errorCode,
        @Nullable String errorId,
        String detail,
        byte @Nullable [] digest,
        byte @Nullable [] fields,
        byte[] hash) {

    /** An event as it will be stored, with an empty hash. */
    static StoredRow of(String node, long seq, AuditEvent event) {
        return new StoredRow(
                node,
                seq,
                RowHash.VERSION,
                event.at(),
                event.type().label(),
                event.message(),
                event.trackingId(),
                event.partner(),
                event.service(),
                event.actor(),
                event.source(),
                event.errorCode(),
                event.errorId(),
                event.detail(),
                event.digest(),
                event.fields(),
                new byte[0]);
    }
}
