package org.itkserver.audit.verify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.Seal;
import org.jspecify.annotations.Nullable;

/** The check of one node's trail: first its seals, then its rows. Begun by one thread; its stretches run on others. */
final class NodeCheck {
    /** How much one thread takes at once. */
    private static final int ROWS = 20_000;

    private static final int SEALS = 2_000;

    private final TrailSource.Extent extent;
    private final TrailSource source;
    private final Check check;
    private final Findings findings;
    private final SealChain chain;
    private final long firstSeq;
    private final long firstSeal;
    private final AtomicLong rows = new AtomicLong();
    private @Nullable MessageCheck messages;
    private List<Seal> batch = new ArrayList<>();
    private long walked;
    private long unsealed;
    private volatile @Nullable Instant unsealedSince;

    NodeCheck(TrailSource.Extent extent, @Nullable Seal before, TrailSource source, Check check, Keys keys) {
        this.extent = extent;
        this.source = source;
        this.check = check;
        findings = new Findings(extent.node());
        var lookup = new SealChain.Lookup(source, findings);
        chain = new SealChain(extent.node(), before, check.anchors(), keys, lookup);
        firstSeq = chain.nextSeq();
        firstSeal = chain.lastNumber() + 1;
    }

    /** Looks at all seals, and compares them with the anchors. */
    SealChain seals() {
        seals(chain::add);
        chain.end();
        anchors();
        return chain;
    }

    private void seals(java.util.function.Consumer<Seal> to) {
        long from = firstSeal == 1 ? Long.MIN_VALUE : firstSeal;
        source.seals(extent.node(), from, extent.lastSeal(), seal -> {
            if (seal.number() >= 1) {
                to.accept(seal);
            }
        });
    }

    /** Looks at all rows, and at the messages that they tell of. */
    void begin(Work work, Evidence evidence) {
        messages = new MessageCheck(source, check.payloads(), findings, evidence);
        if (firstSeq == 1 && extent.lastSeq() != 0 && extent.firstSeq() < 1) {
            findings.add(extent.firstSeq(), "row " + extent.firstSeq() + " is before the first number");
        }
        if (firstSeal == 1 && extent.firstSeal() < 1 && extent.lastSeal() != 0) {
            findings.add(1, "seal " + extent.firstSeal() + " is before the first number");
        }
        if (extent.lastSeal() == 0 && extent.lastSeq() != 0) {
            findings.add(
                    extent.firstSeq(),
                    "the node has rows and no seal, but a server seals its first row in the commit that writes it");
        }
        walked = firstSeq;
        seals(seal -> walk(seal, work));
        flush(work);
        if (extent.lastSeq() >= chain.nextSeq()) {
            unsealed = extent.lastSeq() - chain.nextSeq() + 1;
            submit(work, chain.nextSeq(), extent.lastSeq(), List.of());
        }
    }

    private void walk(Seal seal, Work work) {
        long next = walked;
        walked = Math.max(walked, seal.lastSeq() + 1);
        // a seal that overlaps or leaves a gap begins a batch of its own: its rows cannot be walked with the others
        if (seal.firstSeq() != next || seal.lastSeq() < seal.firstSeq()) {
            flush(work);
            if (seal.lastSeq() < seal.firstSeq()) {
                return;
            }
        }
        batch.add(seal);
        if (batch.size() >= SEALS || seal.lastSeq() - batch.get(0).firstSeq() >= ROWS) {
            flush(work);
        }
    }

    private void flush(Work work) {
        if (!batch.isEmpty()) {
            var seals = batch;
            batch = new ArrayList<>();
            submit(work, seals.get(0).firstSeq(), seals.get(seals.size() - 1).lastSeq(), seals);
        }
    }

    private void submit(Work work, long first, long last, List<Seal> seals) {
        work.run(() -> {
            var stretch = new Stretch(first, last, seals, findings, java.util.Objects.requireNonNull(messages));
            rows.addAndGet(stretch.run(source, extent.node()));
            if (seals.isEmpty()) {
                unsealedSince = stretch.unsealedSince(check.now());
            }
        });
    }

    /** What was noted and is no longer there. */
    private void anchors() {
        for (var anchor : check.anchors()) {
            if (isOurs(anchor) && anchor.seal() > chain.lastNumber()) {
                long from = Math.min(extent.lastSeq() + 1, chain.nextSeq());
                findings.add(
                        Math.max(1, from),
                        "an anchor noted seal " + anchor.seal() + " up to row " + anchor.lastSeq() + " at "
                                + anchor.at() + ", but the database ends with seal " + chain.lastNumber()
                                + " and row " + extent.lastSeq());
            }
        }
    }

    private boolean isOurs(Anchor anchor) {
        return anchor.node().equals(extent.node()) && anchor.seal() >= firstSeal;
    }

    long lowestMessage() {
        return messages == null ? Long.MAX_VALUE : messages.lowest();
    }

    Report.Node report() {
        var compared = messages;
        return new Report.Node(
                extent.node(),
                firstSeq,
                rows.get(),
                chain.count(),
                compared == null ? 0 : compared.compared(),
                compared == null ? 0 : compared.purged(),
                compared == null ? 0 : compared.unreadable(),
                check.anchors().stream().filter(this::isOurs).count(),
                unsealed,
                unsealedSince,
                chain.unconfirmed(),
                findings.first(),
                findings.count());
    }
}
