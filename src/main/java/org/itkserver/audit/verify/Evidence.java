package org.itkserver.audit.verify;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.itkserver.audit.RowHash;
import org.itkserver.audit.StoredRow;

/** What the trail proves about things that are stored elsewhere. Only rows under a verified seal count. Thread-safe. */
final class Evidence {
    private final Trust trust;
    private final Map<String, List<Piece<Fact.Destroyed>>> destroyed = new HashMap<>();
    private final Map<String, List<Piece<Fact.KeyGone>>> keys = new HashMap<>();
    private final Map<Long, List<Piece<Fact.HoldSet>>> set = new HashMap<>();
    private final Map<Long, List<Piece<Fact.HoldLifted>>> lifted = new HashMap<>();
    private final Map<String, Long> encrypted = new HashMap<>();

    /** An event and what it says. */
    record Piece<T extends Fact>(StoredRow row, T fact) {}

    Evidence(TrailSource source, Trust trust) {
        this.trust = trust;
        source.facts((row, fact) -> {
            if (RowHash.isKnown(row.version()) && MessageDigest.isEqual(RowHash.of(row), row.hash())) {
                add(row, fact);
            }
        });
    }

    private void add(StoredRow row, Fact fact) {
        if (fact instanceof Fact.Destroyed one) {
            list(destroyed, one.kind() + one.batch()).add(new Piece<>(row, one));
        } else if (fact instanceof Fact.KeyGone one) {
            list(keys, one.key()).add(new Piece<>(row, one));
        } else if (fact instanceof Fact.HoldSet one) {
            list(set, one.hold()).add(new Piece<>(row, one));
        } else if (fact instanceof Fact.HoldLifted one) {
            list(lifted, one.hold()).add(new Piece<>(row, one));
        } else if (trust.counts(row.node(), row.seq())) {
            encrypted.merge(row.node(), row.seq(), Math::min);
        }
    }

    private static <K, T> List<T> list(Map<K, List<T>> map, K key) {
        return map.computeIfAbsent(key, none -> new ArrayList<>());
    }

    private <K, T extends Fact> boolean proves(Map<K, List<Piece<T>>> map, K key, Predicate<T> wanted) {
        return map.getOrDefault(key, List.of()).stream()
                .anyMatch(piece -> wanted.test(piece.fact())
                        && trust.counts(piece.row().node(), piece.row().seq()));
    }

    /** Whether a sealed event tells that this batch with this root was destroyed. */
    boolean isDestroyed(String kind, long batch, byte[] root) {
        return proves(destroyed, kind + batch, fact -> MessageDigest.isEqual(fact.root(), root));
    }

    /** Whether a sealed event of this time tells that a key of contents was taken away. */
    boolean isKeyGone(String key, Instant at) {
        return proves(keys, key, fact -> fact.at().equals(at));
    }

    /** Whether a sealed event tells that a hold was lifted. */
    boolean isLifted(long hold) {
        return proves(lifted, hold, fact -> true);
    }

    /** The sealed events that set holds, by the number of the hold. */
    Map<Long, List<Piece<Fact.HoldSet>>> holds() {
        var out = new HashMap<Long, List<Piece<Fact.HoldSet>>>();
        set.forEach((hold, pieces) -> {
            var sealed = pieces.stream()
                    .filter(piece ->
                            trust.counts(piece.row().node(), piece.row().seq()))
                    .toList();
            if (!sealed.isEmpty()) {
                out.put(hold, sealed);
            }
        });
        return out;
    }

    /** Whether the node of a row encrypted contents when it wrote the row. */
    boolean isEncrypted(StoredRow row) {
        var began = encrypted.get(row.node());
        return began != null && row.seq() > began;
    }
}
