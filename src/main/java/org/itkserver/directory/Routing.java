package org.itkserver.directory;

import java.util.List;
import java.util.Set;

/**
 * What becomes of a message (H19).
 *
 * @param handlers names of the handlers it goes to, each once
 * @param unroutable addresses that are neither ours nor routed
 */
public record Routing(Set<String> handlers, List<String> unroutable) {
    public Routing {
        handlers = Set.copyOf(handlers);
        unroutable = List.copyOf(unroutable);
    }
}
