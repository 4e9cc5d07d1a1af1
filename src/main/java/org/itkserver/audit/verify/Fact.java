package org.itkserver.audit.verify;

import java.time.Instant;

/** What an event proves about something that is stored elsewhere. */
public sealed interface Fact {

    /**
     * A batch was destroyed by the rules.
     *
     * @param kind {@code content} or {@code record}
     * @param batch its number
     * @param root Merkle root over what it destroyed
     */
    record Destroyed(String kind, long batch, byte[] root) implements Fact {}

    /** A key of contents was taken away while contents were encrypted with it. */
    record KeyGone(String key, Instant at) implements Fact {}

    /**
     * A legal hold was set.
     *
     * @param hold its number
     * @param digest over everything that it was set with; empty for a hold of an earlier release
     */
    record HoldSet(long hold, byte[] digest) implements Fact {}

    /** A legal hold was lifted. */
    record HoldLifted(long hold) implements Fact {}

    /** The node encrypts all contents that it stores from here on. */
    record EncryptionBegan() implements Fact {}
}
