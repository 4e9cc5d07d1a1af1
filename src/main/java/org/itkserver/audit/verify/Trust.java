package org.itkserver.audit.verify;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** How far each row of each node can be believed, once all seals were looked at. Thread-safe. */
final class Trust {
    private final Map<String, SealChain> chains;
    private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();

    /** @param chains the seals of each node, all looked at */
    Trust(Map<String, SealChain> chains) {
        this.chains = Map.copyOf(chains);
    }

    Standing of(String node, long seq) {
        var chain = chains.get(node);
        return chain == null ? Standing.NONE : chain.standing(seq);
    }

    /** Whether a row counts as proof; notes when that depends on a key that is not confirmed. */
    boolean counts(String node, long seq) {
        var standing = of(node, seq);
        if (standing == Standing.UNCONFIRMED) {
            unconfirmed.add(node);
        }
        return standing == Standing.PROVEN || standing == Standing.UNCONFIRMED;
    }

    /** Nodes whose rows were taken as proof though a key of theirs is not confirmed. */
    Set<String> unconfirmed() {
        return Set.copyOf(unconfirmed);
    }
}
