package org.itkserver.audit.verify;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.itkserver.audit.Seal;
import org.itkserver.audit.StoredRow;
import org.jspecify.annotations.Nullable;

/**
 * A stored trail as it is, for a check. Believes nothing: gaps and nonsense are handed on. Thread-safe; several stretches are
 * read at once. All methods throw {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface TrailSource {

    /** Every node with a row or a seal, by name. */
    List<Extent> nodes();

    /** Rows of a node with numbers from {@code first} to {@code last}, by number. */
    void rows(String node, long first, long last, Consumer<StoredRow> to);

    /** Seals of a node with numbers from {@code first} to {@code last}, by number. */
    void seals(String node, long first, long last, Consumer<Seal> to);

    /** The last seal of a node made before a time; empty when there is none. */
    Optional<Seal> sealBefore(String node, Instant time);

    /** What is stored of messages; those that are not there are missing in the answer. */
    Map<Long, StoredMessage> messages(Collection<Long> ids);

    /** The stored bytes of messages; those without bytes are missing in the answer. */
    Map<Long, StoredBytes> bytes(Collection<Long> ids);

    /** When an event {@code content-key-gone} told that contents have lost the key of this name; empty when none did. */
    Optional<Instant> keyTakenAway(String key);

    /** What is noted of the destruction of these messages, at most once a kind. */
    List<Leaf> destroyed(Collection<Long> ids);

    /** All that is noted as destroyed by a batch, by message. */
    List<Leaf> batch(long number);

    /** The roots in the events {@code purged} that tell of a batch; one when all is well. */
    List<byte[]> roots(long number);

    /**
     * Where a stretch of messages ends.
     *
     * @param after an id
     * @param count how many messages
     * @return the id of the last of so many messages with ids above {@code after}; of the very last one when there are
     *     fewer; {@code after} when there is none
     */
    long messages(long after, int count);

    /** Some of the messages with an id above {@code after} and up to {@code last} of which no event tells. */
    List<Long> untold(long after, long last);

    /**
     * How far a node's trail goes.
     *
     * @param firstSeq lowest number of a row, 0 when there is no row
     * @param lastSeq highest number of a row, 0 when there is no row
     * @param lastSeal highest number of a seal, 0 when there is none
     */
    record Extent(String node, long firstSeq, long lastSeq, long lastSeal) {}

    /**
     * A message's row.
     *
     * @param digest its digest of the bytes, as stored
     * @param bytes whether it has bytes of its own; a forward has those of its origin
     * @param destroyed whether it says that its bytes were destroyed
     */
    record StoredMessage(byte[] digest, boolean bytes, boolean destroyed) {}

    /**
     * What the bytes of a message are now.
     *
     * @param digest SHA-256 of them; empty, and so never the right one, when they cannot be read
     * @param lostKey the key that is not there to read them with, null when they could be read or are spoilt
     */
    record StoredBytes(byte[] digest, @Nullable String lostKey) {}

    /**
     * A message that a batch destroyed.
     *
     * @param kind {@code content} when its bytes were, {@code record} when its row was
     * @param digest its digest of the bytes, as noted
     */
    record Leaf(long message, String kind, long batch, byte[] digest) {}
}
