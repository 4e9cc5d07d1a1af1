package org.itkserver.audit.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * Checks a whole trail. First all seals: their place in the chain, their signatures, the anchors. Then each row against its hash
 * and its seal, the numbers for gaps, messages against the events that store them, and both ways, and legal holds. A row proves
 * something else only when a verified seal covers it. Used once.
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
            var all = nodes(new Keys(check, source));
            var chains = new HashMap<String, SealChain>();
            all.forEach((node, one) -> chains.put(node, one.seals()));
            var trust = new Trust(chains);
            var evidence = new Evidence(source, trust);
            var wanted = new TreeMap<>(all);
            wanted.keySet().removeIf(node -> !isWanted(node));
            wanted.values().forEach(node -> node.begin(work, evidence));
            work.await();
            var unrecorded = unrecorded(work, wanted, trust);
            var problems = check.node() == null ? new HoldCheck(evidence).problems(source.holds()) : List.<String>of();
            var others = trust.unconfirmed().stream()
                    .filter(node -> !wanted.containsKey(node))
                    .sorted()
                    .toList();
            return new Report(wanted.values().stream().map(NodeCheck::report).toList(), unrecorded, problems, others);
        }
    }

    private boolean isWanted(String node) {
        return check.node() == null || check.node().equals(node);
    }

    /** Every node that has a row or a seal, or that an anchor names. */
    private Map<String, NodeCheck> nodes(Keys keys) {
        var out = new TreeMap<String, NodeCheck>();
        for (var extent : source.nodes()) {
            var since = check.since();
            var before = since == null
                    ? null
                    : source.sealBefore(extent.node(), since).orElse(null);
            out.put(extent.node(), new NodeCheck(extent, before, source, check, keys));
        }
        for (var anchor : check.anchors()) {
            out.computeIfAbsent(
                    anchor.node(),
                    node -> new NodeCheck(new TrailSource.Extent(node, 0, 0, 0, 0), null, source, check, keys));
        }
        return out;
    }

    /**
     * Messages that no sealed event stored; they belong to no node, so they are looked for only when all nodes are. An event that
     * waits for its seal is left to the node's own result.
     */
    private List<Long> unrecorded(Work work, Map<String, NodeCheck> nodes, Trust trust) {
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
            work.run(() -> found.addAll(new UnrecordedMessages(trust).find(source, start, end)));
            after = last;
        }
        work.await();
        return Stream.of(found)
                .flatMap(ConcurrentSkipListSet::stream)
                .limit(UnrecordedMessages.SOME)
                .toList();
    }
}
