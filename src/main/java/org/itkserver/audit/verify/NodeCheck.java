package org.itkserver.audit.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.itkserver.audit.Anchor;
import org.itkserver.audit.Seal;
import org.jspecify.annotations.Nullable;

/** The check of one node's trail. Begun by one thread; its stretches run on others. */
final class NodeCheck {
    /** How much one thread takes at once. */
    private static final int ROWS = 20_000;

    private static final int SEALS = 2_000;

    private final TrailSource.Extent extent;
    private final TrailSource source;
    private final Check check;
    private final Findings findings;
    private final MessageCheck messages;
    private final SealChain chain;
    private final long firstSeq;
    private final long firstSeal;
    private final AtomicLong rows = new AtomicLong();
    private List<Seal> batch = new ArrayList<>();
    private long unsealed;

    NodeCheck(TrailSource.Extent extent, @Nullable Seal before, TrailSource source, Check check) {
        this.extent = extent;
        this.source = source;
        this.check = check;
        findings = new Findings(extent.node());
        messages = new MessageCheck(source, check.payloads(), findings);
        chain = new SealChain(extent.node(), before, check, source, findings);
        firstSeq = chain.nextSeq();
        firstSeal = chain.lastNumber() + 1;
    }

    void begin(Work work) {
        if (firstSeq == 1 && extent.lastSeq() != 0 && extent.firstSeq() < 1) {
            findings.add(extent.firstSeq(), "row " + extent.firstSeq() + " is before the first number");
        }
        long from = firstSeal == 1 ? Long.MIN_VALUE : firstSeal;
        source.seals(extent.node(), from, extent.lastSeal(), seal -> {
            if (seal.number() < 1) {
                findings.add(1, "seal " + seal.number() + " is before the first number");
            } else {
                seal(seal, work);
            }
        });
        flush(work);
        chain.end();
        anchors();
        if (extent.lastSeq() >= chain.nextSeq()) {
            unsealed = extent.lastSeq() - chain.nextSeq() + 1;
            submit(work, chain.nextSeq(), extent.lastSeq(), List.of());
        }
    }

    private void seal(Seal seal, Work work) {
        long next = chain.nextSeq();
        chain.add(seal);
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
        work.run(() -> rows.addAndGet(new Stretch(first, last, seals, findings, messages).run(source, extent.node())));
    }

    /** What was noted and is no longer there. */
    void anchors() {
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
        return messages.lowest();
    }

    Report.Node report() {
        return new Report.Node(
                extent.node(),
                firstSeq,
                rows.get(),
                chain.count(),
                messages.compared(),
                messages.purged(),
                messages.unreadable(),
                check.anchors().stream().filter(this::isOurs).count(),
                unsealed,
                findings.first(),
                findings.count());
    }
}
