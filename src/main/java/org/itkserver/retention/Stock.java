package org.itkserver.retention;

import java.time.Instant;
import java.util.List;

/** What is stored, and what was destroyed of it, for people. Thread-safe. All methods throw
 * {@link org.itkserver.audit.StoreUnavailable} when the database is away. */
public interface Stock {

    /** How much room everything takes. */
    Sizes sizes(Instant now);

    /** What is due, counted up to a bound. */
    Due due(Terms terms);

    /** The newest runs, newest first. */
    List<Run> runs(int limit);

    /** As {@link RetentionDesk#proofs}. */
    List<Proof> proofs(Instant from, Instant to, long after, int most);

    /** As {@link RetentionDesk#leaves}. */
    List<Proof.Leaf> leaves(long batch);
}
