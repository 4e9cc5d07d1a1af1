package org.itkserver.audit.verify;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.Seal;
import org.itkserver.audit.SealKey;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the seals of one node follow each other and are signed. Each holds the hash of the one before, signature included,
 * so the last signature of each key vouches for all before it; only when something does not fit is every one checked. Filled by
 * one thread; then thread-safe.
 */
final class SealChain {
    private final String node;
    private final Keys keys;
    private final TrailSource source;
    private final Findings findings;
    private final Set<Long> broken = new TreeSet<>();
    private final Set<String> unconfirmed = new LinkedHashSet<>();
    private final List<Run> runs = new ArrayList<>();
    private final Map<Long, List<Anchor>> anchors;
    private long next;
    private long nextSeq;
    private byte[] prev;
    private @Nullable Seal last;
    private long runFrom;
    private long runFromSeq;
    private long count;

    /** Rows under seals of one key. */
    private record Run(long firstSeq, long lastSeq, Standing standing) {}

    /** @param before the seal before the first that is checked, null when that is the node's first */
    SealChain(String node, @Nullable Seal before, List<Anchor> anchors, Keys keys, Lookup lookup) {
        this.node = node;
        this.keys = keys;
        this.source = lookup.source();
        this.findings = lookup.findings();
        next = before == null ? 1 : before.number() + 1;
        nextSeq = before == null ? 1 : before.lastSeq() + 1;
        prev = before == null ? Seal.none() : before.hash();
        runFrom = next;
        runFromSeq = nextSeq;
        this.anchors = anchors.stream()
                .filter(anchor -> anchor.node().equals(node))
                .collect(Collectors.groupingBy(Anchor::seal));
        if (before != null) {
            runs.add(new Run(1, before.lastSeq(), standing(before)));
        }
    }

    /** Where seals are read, and where problems go. */
    record Lookup(TrailSource source, Findings findings) {}

    /** The next seal, in the order of numbers. */
    void add(Seal seal) {
        count++;
        var before = last;
        if (before != null && !before.keyId().equals(seal.keyId())) {
            endRun();
        }
        if (seal.number() != next) {
            findings.add(nextSeq, "seal " + next + " is missing, the next one is " + seal.number());
        } else if (!MessageDigest.isEqual(seal.prev(), prev)) {
            findings.add(culprit(before, seal), "seal " + seal.number() + " does not follow the seal before it");
        }
        if (seal.firstSeq() != nextSeq || seal.lastSeq() < seal.firstSeq()) {
            findings.add(
                    Math.min(nextSeq, seal.firstSeq()),
                    "seal " + seal.number() + " covers rows " + seal.firstSeq() + " to " + seal.lastSeq()
                            + ", but the seal before it ends at row " + (nextSeq - 1));
        }
        if (seal.version() != Seal.VERSION) {
            findings.add(seal.firstSeq(), "seal " + seal.number() + " has the unknown version " + seal.version());
        } else if (!keys.isConfirmed(seal.keyId())) {
            unconfirmed.add(seal.keyId());
        }
        compare(seal);
        next = seal.number() + 1;
        nextSeq = Math.max(nextSeq, seal.lastSeq() + 1);
        prev = seal.hash();
        last = seal;
    }

    /** When the seal before was changed it no longer fits its signature; else this one was. */
    private long culprit(@Nullable Seal before, Seal seal) {
        return before != null && !isRight(before) ? before.firstSeq() : seal.firstSeq();
    }

    private void compare(Seal seal) {
        for (var anchor : anchors.getOrDefault(seal.number(), List.of())) {
            if (!anchor.hash().equals(seal.hashText())) {
                findings.add(
                        seal.firstSeq(),
                        "seal " + seal.number() + " is not the one that an anchor noted at " + anchor.at());
            }
        }
    }

    private boolean isRight(Seal seal) {
        var key = keys.find(seal.keyId());
        return key != null && SealKey.isSigned(seal, key);
    }

    /** Whether the signature is known to be wrong. */
    private boolean isWrong(Seal seal) {
        var key = keys.find(seal.keyId());
        return key != null && !SealKey.isSigned(seal, key);
    }

    private Standing standing(Seal seal) {
        if (isWrong(seal)) {
            return Standing.NONE;
        }
        return keys.isConfirmed(seal.keyId()) ? Standing.PROVEN : Standing.UNCONFIRMED;
    }

    /** The last seal of one key: when its signature is wrong, the first wrong one before it is looked for. */
    private void endRun() {
        var end = last;
        if (end != null) {
            var standing = standing(end);
            runs.add(new Run(runFromSeq, end.lastSeq(), standing));
            if (standing == Standing.NONE) {
                source.seals(node, runFrom, end.number(), seal -> {
                    if (isWrong(seal) && broken.add(seal.number())) {
                        findings.add(seal.firstSeq(), "the signature of seal " + seal.number() + " is wrong");
                    }
                });
            }
        }
        runFrom = end == null ? next : end.number() + 1;
        runFromSeq = nextSeq;
    }

    /** All seals are in. */
    void end() {
        endRun();
    }

    /** How far a row can be believed, as far as seals go. */
    Standing standing(long seq) {
        for (var run : runs) {
            if (seq >= run.firstSeq() && seq <= run.lastSeq()) {
                return run.standing();
            }
        }
        return seq >= nextSeq && !runs.isEmpty() ? Standing.UNSEALED : Standing.NONE;
    }

    /** The keys of its seals that are not confirmed, in the order of their first use. */
    List<Report.Key> unconfirmed() {
        return unconfirmed.stream()
                .map(id -> new Report.Key(id, keys.find(id) != null))
                .toList();
    }

    /** The first row that no seal covers. */
    long nextSeq() {
        return nextSeq;
    }

    /** Number of the last seal, 0 when there is none. */
    long lastNumber() {
        return next - 1;
    }

    long count() {
        return count;
    }
}
