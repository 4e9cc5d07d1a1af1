package org.itkserver.directory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What becomes of a message (H19).
 *
 * @param handlers names of the local handlers it goes to, each once, in the order of the addresses
 * @param forwards partner id to the positions (from 0) of the addresses that go there; every position when the whole
 *     message goes to one partner
 * @param unroutable addresses that are neither ours nor routed
 */
public record Routing(Set<String> handlers, Map<String, List<Integer>> forwards, List<String> unroutable) {
    public Routing {
        handlers = Collections.unmodifiableSet(new LinkedHashSet<>(handlers));
        forwards = Collections.unmodifiableMap(new LinkedHashMap<>(forwards));
        unroutable = List.copyOf(unroutable);
    }

    /** The same with the first of its handlers that can answer alone, for a request that has one answer. */
    public Routing withOneHandler() {
        var one = handlers.stream()
                .filter(name -> !name.equals(Directory.INBOX))
                .limit(1)
                .collect(Collectors.toUnmodifiableSet());
        return new Routing(one, forwards, unroutable);
    }

    /** Whether nobody takes it. */
    public boolean leadsNowhere() {
        return handlers.isEmpty() && forwards.isEmpty();
    }
}
