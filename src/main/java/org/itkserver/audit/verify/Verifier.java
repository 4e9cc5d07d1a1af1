package org.itkserver.audit.verify;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Checks a whole trail: each row against its hash, the numbers for gaps, each seal against its rows, its place in the
 * chain and its signature, anchors against seals, messages against the events that store them, and both ways. Used once.
 */
public final class Verifier {
    /** Messages that one thread takes at once. */
    private static final int MESSAGES = 50_000;

    private final TrailSource source;
    private final Check check;

    public Verifier(TrailSource source, Check check) {
        this.source = source;
        this.check = check;
    }

    /**
     * Runs the check. The anchors must have been read before.
     *
     * @throws org.itkserver.audit.StoreUnavailable when the trail cannot be read
     */
    public Report run() {
        try (var work = new Work(check.threads())) {
            var nodes = new TreeMap<String, NodeCheck>();
            for (var extent : source.nodes()) {
                if (isWanted(extent.node())) {
                    nodes.put(extent.node(), begin(extent, work));
                }
            }
            for (var anchor : check.anchors()) {
                if (isWanted(anchor.node()) && !nodes.containsKey(anchor.node())) {
                    var lost = new NodeCheck(new TrailSource.Extent(anchor.node(), 0, 0, 0), null, source, check);
                    nodes.put(anchor.node(), lost);
                    lost.anchors();
                }
            }
            work.await();
            var untold = untold(work, nodes);
            return new Report(nodes.values().stream().map(NodeCheck::report).toList(), untold);
        }
    }

    private boolean isWanted(String node) {
        return check.node() == null || check.node().equals(node);
    }

    private NodeCheck begin(TrailSource.Extent extent, Work work) {
        var since = check.since();
        var before =
                since == null ? null : source.sealBefore(extent.node(), since).orElse(null);
        var node = new NodeCheck(extent, before, source, check);
        node.begin(work);
        return node;
    }

    /** Messages of which no event tells; they belong to no node, so they are looked for only when all nodes are. */
    private List<Long> untold(Work work, Map<String, NodeCheck> nodes) {
        if (check.node() != null) {
            return List.of();
        }
        long after = check.since() == null
                ? Long.MIN_VALUE
                : nodes.values().stream()
                                .mapToLong(NodeCheck::lowestMessage)
                                .min()
                                .orElse(Long.MAX_VALUE)
                        - 1;
        var found = new ConcurrentSkipListSet<Long>();
        for (long last = source.messages(after, MESSAGES); last > after; last = source.messages(after, MESSAGES)) {
            long start = after;
            long end = last;
            work.run(() -> found.addAll(source.untold(start, end)));
            after = last;
        }
        work.await();
        return List.copyOf(found);
    }
}
