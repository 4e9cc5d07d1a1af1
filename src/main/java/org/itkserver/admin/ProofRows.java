package org.itkserver.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
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
    /** Databases keep microseconds. */
    private static final long MOMENT = 1_000;

    private final RetentionDesk desk;
    private final LongFunction<@Nullable String> trackingId;

    /** @param trackingId of a message, null when its row is gone */
    ProofRows(RetentionDesk desk, LongFunction<@Nullable String> trackingId) {
        this.desk = desk;
        this.trackingId = trackingId;
    }

    /** Ends a reading; the port reads to its end otherwise. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("enough was read", null, false, false);
        }
    }

    /** The first batches of a time, at most so many. */
    List<Proof> first(Instant from, Instant to, int most) {
        var out = new ArrayList<Proof>();
        try {
            desk.proofs(from, to, false, new Proof.Reader() {
                @Override
                public void batch(Proof proof) {
                    if (out.size() == most) {
                        throw new Enough();
                    }
                    out.add(proof);
                }

                @Override
                public void leaf(Proof.Leaf leaf) {
                    // none were asked for
                }
            });
        } catch (Enough e) {
            return out;
        }
        return out;
    }

    /** The batch of a number and the time of its event. */
    Optional<Proof> one(long batch, Instant at) {
        return first(at, at.plusNanos(MOMENT), Integer.MAX_VALUE).stream()
                .filter(proof -> proof.batch() == batch)
                .findFirst();
    }

    /** Writes the batches of a time. */
    void batches(AuditFormat format, Instant from, Instant to, OutputStream out, long[] rows) throws IOException {
        write(out, format.header(BATCHES));
        read(from, to, false, new Proof.Reader() {
            @Override
            public void batch(Proof proof) {
                writeRow(out, format.line(BATCHES, NUMBERS, cells(proof)));
                rows[0]++;
            }

            @Override
            public void leaf(Proof.Leaf leaf) {
                // none were asked for
            }
        });
    }

    /** Writes the messages of one batch. */
    void leaves(AuditFormat format, Proof wanted, OutputStream out, long[] rows) throws IOException {
        write(out, format.header(LEAVES));
        read(wanted.toldAt(), wanted.toldAt().plusNanos(MOMENT), true, new Proof.Reader() {
            private boolean inside;

            @Override
            public void batch(Proof proof) {
                inside = proof.batch() == wanted.batch();
            }

            @Override
            public void leaf(Proof.Leaf leaf) {
                if (inside) {
                    writeRow(out, format.line(LEAVES, NUMBERS, cells(wanted.batch(), leaf)));
                    rows[0]++;
                }
            }
        });
    }

    private void read(Instant from, Instant to, boolean leaves, Proof.Reader reader) throws IOException {
        try {
            desk.proofs(from, to, leaves, reader);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void writeRow(OutputStream out, String line) {
        try {
            write(out, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
