package org.itkserver.retention;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The proof of one batch: its event {@code purged} in the sealed audit trail holds the Merkle root over all that it destroyed.
 *
 * @param batch its number
 * @param kind what was destroyed
 * @param messages how many messages
 * @param bytes how many stored bytes
 * @param services names of the services, separated by a space
 * @param receivedFrom when the first of the messages came
 * @param receivedTo when the last of them came
 * @param toldAt time of its event
 * @param node node of its event, null when there is none: then the trail was tampered with
 * @param seq number of its event there, null when there is none
 * @param root the root in its event, 32 bytes, null when there is none
 * @param destroyedAt when it was through, null while it is not
 */
public record Proof(
        long batch,
        Purge kind,
        int messages,
        long bytes,
        String services,
        Instant receivedFrom,
        Instant receivedTo,
        Instant toldAt,
        @Nullable String node,
        @Nullable Long seq,
        byte @Nullable [] root,
        @Nullable Instant destroyedAt) {

    /**
     * One message of a batch.
     *
     * @param message id of its row
     * @param sha256 of its bytes as received or made, 32 bytes
     */
    public record Leaf(long message, byte[] sha256) {}
}
