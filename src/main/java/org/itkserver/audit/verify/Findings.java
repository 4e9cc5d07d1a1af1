package org.itkserver.audit.verify;

import org.jspecify.annotations.Nullable;

/** What is wrong with one node's trail: the first row and how many problems there are. Thread-safe. */
final class Findings {
    private final String node;
    private @Nullable Finding first;
    private long count;

    Findings(String node) {
        this.node = node;
    }

    synchronized void add(long seq, String problem) {
        count++;
        if (first == null || seq < first.seq()) {
            first = new Finding(node, seq, problem);
        }
    }

    synchronized @Nullable Finding first() {
        return first;
    }

    synchronized long count() {
        return count;
    }
}
