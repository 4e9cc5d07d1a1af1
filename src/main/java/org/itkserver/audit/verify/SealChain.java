package org.itkserver.audit.verify;

import java.security.MessageDigest;
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
 * Checks that seals follow each other and are signed. Each holds the hash of the one before, signature included, so the
 * last signature of each key vouches for all before it; only when something does not fit is every one checked. Not
 * thread-safe.
 */
final class SealChain {
    private final String node;
    private final Check check;
    private final TrailSource source;
    private final Findings findings;
    private final Set<Long> broken = new TreeSet<>();
    private final Map<Long, List<Anchor>> anchors;
    private long next;
    private long nextSeq;
    private byte[] prev;
    private @Nullable Seal last;
    private long runFrom;
    private long count;

    /** @param before the seal before the first that is checked, null when that is the node's first */
    SealChain(String node, @Nullable Seal before, Check check, TrailSource source, Findings findings) {
        this.node = node;
        this.check = check;
        this.source = source;
        this.findings = findings;
        next = before == null ? 1 : before.number() + 1;
        nextSeq = before == null ? 1 : before.lastSeq() + 1;
        prev = before == null ? Seal.none() : before.hash();
        runFrom = next;
        anchors = check.anchors().stream()
                .filter(anchor -> anchor.node().equals(node))
                .collect(Collectors.groupingBy(Anchor::seal));
    }

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
        } else if (!check.keys().containsKey(seal.keyId())) {
            findings.add(
                    seal.firstSeq(),
                    "seal " + seal.number() + " is signed with key " + seal.keyId()
                            + ", which is none of the public keys given");
        }
        compare(seal);
        next = seal.number() + 1;
        nextSeq = Math.max(nextSeq, seal.lastSeq() + 1);
        prev = seal.hash();
        last = seal;
    }

    /** When the seal before was changed it no longer fits its signature; else this one was. */
    private long culprit(@Nullable Seal before, Seal seal) {
        return before != null && !isSigned(before) ? before.firstSeq() : seal.firstSeq();
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

    private boolean isSigned(Seal seal) {
        var key = check.keys().get(seal.keyId());
        return key != null && SealKey.isSigned(seal, key);
    }

    /** The last seal of one key: when its signature is wrong, the first wrong one before it is looked for. */
    private void endRun() {
        var end = last;
        if (end != null && check.keys().containsKey(end.keyId()) && !isSigned(end)) {
            source.seals(node, runFrom, end.number(), seal -> {
                if (check.keys().containsKey(seal.keyId()) && !isSigned(seal) && broken.add(seal.number())) {
                    findings.add(seal.firstSeq(), "the signature of seal " + seal.number() + " is wrong");
                }
            });
        }
        runFrom = end == null ? next : end.number() + 1;
    }

    /** All seals are in. */
    void end() {
        endRun();
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
