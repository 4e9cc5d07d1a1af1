package org.itkserver.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import org.itkserver.retention.Proof;
import org.itkserver.retention.RetentionDesk;
import org.jspecify.annotations.Nullable;

/** Proofs of destruction, read for a page and written for an export. Thread-safe. */
final class ProofRows {
    private static final List<String> BATCHES = List.of(
            "batch",
            "kind",
            "messages",
            "bytes",
            "services",
            "receivedFrom",
            "receivedTo",
            "toldAt",
            "eventNode",
            "eventSeq",
            "root",
            "destroyedAt");
    private static final List<String> LEAVES = List.of("batch", "message", "trackingId", "sha256");
    private static final Set<String> NUMBERS = Set.of("batch", "messages", "bytes", "eventSeq", "message");
    private static final int AT_ONCE = 100;
    /** Databases keep microseconds. */
    private static final long MOMENT = 1_000;

    private final RetentionDesk desk;
    private final LongFunction<@Nullable String> trackingId;

    /** @param trackingId of a message, null when its row is gone */
    ProofRows(RetentionDesk desk, LongFunction<@Nullable String> trackingId) {
        this.desk = desk;
        this.trackingId = trackingId;
    }

    /** The first batches of a time, at most so many. */
    List<Proof> first(Instant from, Instant to, int most) {
        return desk.proofs(from, to, 0, most);
    }

    /** The batch of a number and the time of its event. */
    Optional<Proof> one(long batch, Instant at) {
        return desk.proofs(at, at.plusNanos(MOMENT), batch - 1, 1).stream()
                .filter(proof -> proof.batch() == batch)
                .findFirst();
    }

    /** Writes the batches of a time, a page of them after the other. */
    void batches(ExportFormat format, Instant from, Instant to, OutputStream out, long[] rows) throws IOException {
        write(out, format.header(BATCHES));
        var page = first(from, to, AT_ONCE);
        while (!page.isEmpty()) {
            for (var proof : page) {
                write(out, format.line(BATCHES, NUMBERS, cells(proof)));
                rows[0]++;
            }
            long last = page.get(page.size() - 1).batch();
            page = page.size() < AT_ONCE ? List.of() : desk.proofs(from, to, last, AT_ONCE);
        }
    }

    /** Writes the messages of one batch. */
    void leaves(ExportFormat format, Proof proof, OutputStream out, long[] rows) throws IOException {
        write(out, format.header(LEAVES));
        for (var leaf : desk.leaves(proof.batch())) {
            write(out, format.line(LEAVES, NUMBERS, cells(proof.batch(), leaf)));
            rows[0]++;
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<@Nullable String> cells(Proof proof) {
        var seq = proof.seq();
        return Arrays.asList(
                Long.toString(proof.batch()),
                proof.kind().label(),
                Integer.toString(proof.messages()),
                Long.toString(proof.bytes()),
                proof.services(),
                proof.receivedFrom().toString(),
                proof.receivedTo().toString(),
                proof.toldAt().toString(),
                proof.node(),
                seq == null ? null : seq.toString(),
                hex(proof.root()),
                proof.destroyedAt() == null ? null : proof.destroyedAt().toString());
    }

    private List<@Nullable String> cells(long batch, Proof.Leaf leaf) {
        return Arrays.asList(
                Long.toString(batch),
                Long.toString(leaf.message()),
                trackingId.apply(leaf.message()),
                hex(leaf.sha256()));
    }

    /** Null for none. */
    static @Nullable String hex(byte @Nullable [] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }
}
