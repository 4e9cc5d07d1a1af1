package org.itkserver.audit.verify;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a check.
 *
 * @param nodes one a node, by name
 * @param untold messages of which no event tells: some of their ids
 */
public record Report(List<Node> nodes, List<Long> untold) {
    public Report {
        nodes = List.copyOf(nodes);
        untold = List.copyOf(untold);
    }

    /**
     * The result for one node.
     *
     * @param firstSeq first row that was checked
     * @param rows how many were
     * @param seals how many seals were checked
     * @param messages how many messages were compared with the events that tell of them
     * @param purged how many of them were destroyed when their time was over, as an event proves
     * @param unreadable how many have bytes that nobody can read any more, since their key is gone, as an event tells
     * @param anchors how many anchors were compared
     * @param unsealed rows at the end that no seal covers yet
     * @param first the first bad row, null when all is well
     * @param findings how many problems there are
     */
    public record Node(
            String node,
            long firstSeq,
            long rows,
            long seals,
            long messages,
            long purged,
            long unreadable,
            long anchors,
            long unsealed,
            @Nullable Finding first,
            long findings) {}

    /** Whether nothing is wrong. */
    public boolean isIntact() {
        return untold.isEmpty() && nodes.stream().allMatch(node -> node.first() == null);
    }

    /** How many rows were checked. */
    public long rows() {
        return nodes.stream().mapToLong(Node::rows).sum();
    }

    /** How many seals were checked. */
    public long seals() {
        return nodes.stream().mapToLong(Node::seals).sum();
    }
}
