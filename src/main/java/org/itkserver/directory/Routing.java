package org.itkserver.directory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of a message (H19).
 *
 * @param handlers names of the local handlers it goes to, each once
 * @param forwards partner id to the positions (from 0) of the addresses that go there; every position when the whole
 *     message goes to one partner
 * @param unroutable addresses that are neither ours nor routed
 */
public record Routing(Set<String> handlers, Map<String, List<Integer>> forwards, List<String> unroutable) {
    public Routing {
        handlers = Set.copyOf(handlers);
        forwards = Collections.unmodifiableMap(new LinkedHashMap<>(forwards));
        unroutable = List.copyOf(unroutable);
    }

    /** Whether nobody takes it. */
    public boolean leadsNowhere() {
        return handlers.isEmpty() && forwards.isEmpty();
    }
}
