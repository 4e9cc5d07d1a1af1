package org.itkserver.audit.verify;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a check.
 *
 * @param nodes one a node, by name
 * @param unrecorded messages that no sealed event stored: some of their ids
 * @param problems what is wrong and belongs to no node, one sentence each without a full stop
 * @param unconfirmed nodes that are not in {@code nodes}, but whose rows were taken as proof under a key that is not confirmed
 */
public record Report(List<Node> nodes, List<Long> unrecorded, List<String> problems, List<String> unconfirmed) {
    public Report {
        nodes = List.copyOf(nodes);
        unrecorded = List.copyOf(unrecorded);
        problems = List.copyOf(problems);
        unconfirmed = List.copyOf(unconfirmed);
    }

    /** What is said of the whole trail. */
    public enum Verdict {
        /** Everything was checked, and nothing is wrong. */
        INTACT,
        /** Something is wrong. */
        BROKEN,
        /** Nothing is known to be wrong, but something could not be checked. */
        NOT_CHECKED
    }

    /**
     * A key that the person who checks has not confirmed.
     *
     * @param id its id
     * @param inDatabase whether the database has it; then the seals fit it
     */
    public record Key(String id, boolean inDatabase) {}

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
     * @param unsealedSince time of the first of them when they should have a seal by now, else null
     * @param unconfirmed keys of its seals that are not confirmed
     * @param first the first bad row, null when nothing is wrong
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
            @Nullable Instant unsealedSince,
            List<Key> unconfirmed,
            @Nullable Finding first,
            long findings) {
        public Node {
            unconfirmed = List.copyOf(unconfirmed);
        }

        /** Whether nothing is wrong, and everything could be checked. */
        public boolean isIntact() {
            return first == null && isChecked();
        }

        private boolean isChecked() {
            return unsealedSince == null && unconfirmed.isEmpty();
        }
    }

    /** What is said of the whole trail. */
    public Verdict verdict() {
        if (!unrecorded.isEmpty() || !problems.isEmpty() || nodes.stream().anyMatch(node -> node.first() != null)) {
            return Verdict.BROKEN;
        }
        return unconfirmed.isEmpty() && nodes.stream().allMatch(Node::isChecked) ? Verdict.INTACT : Verdict.NOT_CHECKED;
    }

    /** Whether nothing is wrong, and everything could be checked. */
    public boolean isIntact() {
        return verdict() == Verdict.INTACT;
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
