package org.itkserver.audit.verify;

import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.itkserver.audit.Anchor;
import org.jspecify.annotations.Nullable;

/**
 * What is to be checked.
 *
 * @param keys the public keys that may have signed, by id
 * @param anchors what places outside the database remember
 * @param payloads whether the stored bytes of each message are hashed too
 * @param since only seals made from this time on, null for all
 * @param node only this node, null for all
 * @param now the time, by the clock of the person who checks: rows that have waited long for their seal are reported
 * @param threads how many stretches are read at once
 */
public record Check(
        Map<String, PublicKey> keys,
        List<Anchor> anchors,
        boolean payloads,
        @Nullable Instant since,
        @Nullable String node,
        Instant now,
        int threads) {
    public Check {
        keys = Map.copyOf(keys);
        anchors = List.copyOf(anchors);
    }
}
