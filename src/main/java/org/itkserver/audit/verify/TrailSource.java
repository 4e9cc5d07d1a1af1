package org.itkserver.audit.verify;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.itkserver.audit.MessageFields;
import org.itkserver.audit.Seal;
import org.itkserver.audit.StoredRow;
import org.jspecify.annotations.Nullable;

/**
 * A stored trail as it is, for a check. Believes nothing: gaps and nonsense are handed on. Thread-safe; several stretches are
 * read at once. All methods throw {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface TrailSource {
    /** Bytes as received or made. */
    String REQUEST = "q";
    /** The stored response to a message. */
    String RESPONSE = "a";

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

    /**
     * The stored bytes of messages; those without bytes are missing in the answer.
     *
     * @param kind {@link #REQUEST} or {@link #RESPONSE}
     */
    Map<Long, StoredBytes> bytes(Collection<Long> ids, String kind);

    /** When the key of this name was noted as gone; empty when it was not. */
    Optional<Instant> keyGoneAt(String key);

    /** Public keys of seals that the database has: id and PEM text. Anyone with write access to the database can have put them there. */
    void publicKeys(BiConsumer<String, String> to);

    /** Every event that proves something about things stored elsewhere, and what it says. */
    void facts(BiConsumer<StoredRow, Fact> to);

    /** Every legal hold. */
    List<StoredHold> holds();

    /** What is noted of the destruction of these messages, at most once a kind. */
    List<Leaf> destroyed(Collection<Long> ids);

    /** All that is noted as destroyed by a batch, by message. */
    List<Leaf> batch(long number);

    /**
     * Where a stretch of messages ends.
     *
     * @param after an id
     * @param count how many messages
     * @return the id of the last of so many messages with ids above {@code after}; of the very last one when there are
     *     fewer; {@code after} when there is none
     */
    long messages(long after, int count);

    /**
     * The messages with an id above {@code after} and up to {@code last}, each with every event that stored it, by message.
     */
    void stored(long after, long last, Storing to);

    /** Takes an event that stored a message. */
    @FunctionalInterface
    interface Storing {
        /**
         * @param node whose event; null when the message has none
         * @param seq its number
         */
        void event(long message, @Nullable String node, long seq);
    }

    /**
     * How far a node's trail goes.
     *
     * @param firstSeq lowest number of a row, 0 when there is no row
     * @param lastSeq highest number of a row, 0 when there is no row
     * @param firstSeal lowest number of a seal, 0 when there is none
     * @param lastSeal highest number of a seal, 0 when there is none
     */
    record Extent(String node, long firstSeq, long lastSeq, long firstSeal, long lastSeal) {}

    /**
     * A message's row.
     *
     * @param fields its fields, as stored
     * @param bytes whether it has bytes of its own; a forward has those of its origin
     * @param destroyed whether it says that its bytes were destroyed
     */
    record StoredMessage(MessageFields fields, boolean bytes, boolean destroyed) {}

    /**
     * What the bytes of a message are now.
     *
     * @param digest SHA-256 of them; empty, and so never the right one, when they cannot be read
     * @param lostKey the key that is not there to read them with, null when they could be read or are spoilt
     * @param plaintext whether a part of them is not encrypted
     */
    record StoredBytes(byte[] digest, @Nullable String lostKey, boolean plaintext) {}

    /**
     * A legal hold's row.
     *
     * @param detail what the event that set it must say
     * @param digest what the event that set it must have as digest
     * @param lifted whether it says that it was lifted
     */
    record StoredHold(long id, String detail, byte[] digest, boolean lifted) {}

    /**
     * A message that a batch destroyed.
     *
     * @param kind {@code content} when its bytes were, {@code record} when its row was
     * @param digest its digest of the bytes, as noted
     */
    record Leaf(long message, String kind, long batch, byte[] digest) {}
}
