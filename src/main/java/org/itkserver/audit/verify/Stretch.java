package org.itkserver.audit.verify;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.ForeignRows;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.Seal;
import org.itkserver.audit.StoredRow;
import org.jspecify.annotations.Nullable;

/** Checks the rows of some seals in a row, or those after the last seal. Used by one thread. */
final class Stretch {
    /** Longer than any commit may take, and than a clock is usually set. */
    private static final Duration UNSEALED = Duration.ofMinutes(1);

    private static final Set<String> STORING =
            AuditType.storing().stream().map(AuditType::label).collect(Collectors.toUnmodifiableSet());

    private final long first;
    private final long last;
    private final List<Seal> seals;
    private final Findings findings;
    private final MessageCheck messages;
    private final Map<Long, StoredRow> told = new HashMap<>();
    private final Map<Long, StoredRow> answered = new HashMap<>();
    private long expected;
    private long rows;
    private int current;
    private MerkleTree tree = new MerkleTree();
    private boolean bad;
    private @Nullable Instant oldest;
    private @Nullable Instant newest;

    /** @param seals the seals over the rows from {@code first} to {@code last}; none for the rows after the last one */
    Stretch(long first, long last, List<Seal> seals, Findings findings, MessageCheck messages) {
        this.first = first;
        this.last = last;
        this.seals = List.copyOf(seals);
        this.findings = findings;
        this.messages = messages;
    }

    /** Runs the check; returns the number of rows. */
    long run(TrailSource source, String node) {
        expected = first;
        source.rows(node, first, last, this::row);
        if (expected <= last) {
            missing(last + 1);
        }
        while (current < seals.size()) {
            endSeal();
        }
        messages.compare(told);
        messages.compareResponses(answered);
        return rows;
    }

    private void row(StoredRow row) {
        rows++;
        while (current < seals.size() && row.seq() > seals.get(current).lastSeq()) {
            if (expected <= seals.get(current).lastSeq()) {
                bad = true;
            }
            endSeal();
        }
        if (row.seq() != expected) {
            missing(row.seq());
        }
        expected = row.seq() + 1;
        if (!RowHash.isKnown(row.version())) {
            wrong(row, "has the unknown version " + row.version());
        } else if (!MessageDigest.isEqual(RowHash.of(row), row.hash())) {
            wrong(row, "does not fit its hash: it was changed after it was written, or was not written by this server");
        }
        tree.add(row.hash());
        oldest = oldest == null || row.at().isBefore(oldest) ? row.at() : oldest;
        newest = newest == null || row.at().isAfter(newest) ? row.at() : newest;
        if (ForeignRows.isNoted(row)) {
            findings.add(row.seq(), "the server noted in row " + row.seq() + ": " + row.detail());
        }
        tell(row);
    }

    private void wrong(StoredRow row, String problem) {
        bad = true;
        findings.add(row.seq(), "row " + row.seq() + " " + problem);
    }

    private void missing(long next) {
        bad = true;
        var what = next - 1 == expected ? "row " + expected + " is" : "rows " + expected + " to " + (next - 1) + " are";
        findings.add(expected, what + " missing");
    }

    private void endSeal() {
        var seal = seals.get(current++);
        if (!bad && (tree.size() == 0 || !MessageDigest.isEqual(tree.root(), seal.root()))) {
            var what = seal.firstSeq() == seal.lastSeq()
                    ? "row " + seal.firstSeq() + " is"
                    : "rows " + seal.firstSeq() + " to " + seal.lastSeq() + " are";
            findings.add(seal.firstSeq(), what + " not what seal " + seal.number() + " was made over");
        }
        tree = new MerkleTree();
        bad = false;
    }

    /**
     * The time of the first row when the rows should have a seal by now: a server that runs seals every second. A server that was
     * killed leaves such rows until its next start.
     */
    @Nullable
    Instant unsealedSince(Instant now) {
        boolean late = oldest != null
                && newest != null
                && (oldest.isBefore(now.minus(UNSEALED)) || newest.isAfter(now.plus(UNSEALED)));
        return late ? oldest : null;
    }

    private void tell(StoredRow row) {
        var message = row.message();
        if (message == null) {
            return;
        }
        boolean stores = STORING.contains(row.type());
        if (stores && (row.digest() != null || row.version() == 1)) {
            if (told.containsKey(message)) {
                compare();
            }
            told.put(message, row);
        } else if (!stores && row.digest() != null) {
            answered.put(message, row);
        }
        if (told.size() >= MessageCheck.BATCH) {
            compare();
        }
        if (answered.size() >= MessageCheck.BATCH) {
            messages.compareResponses(answered);
            answered.clear();
        }
    }

    private void compare() {
        messages.compare(told);
        told.clear();
    }
}
