package org.itkserver.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditEvent;

/**
 * Where legal holds are kept. Setting one waits for a batch that is being chosen: when it returns, nothing that it covers will
 * be chosen. Thread-safe. All methods throw {@link org.itkserver.audit.StoreUnavailable} when the database is away.
 */
public interface Holds {

    /** A number that no other hold has. */
    long nextId();

    /**
     * Keeps a hold.
     *
     * @param event tells of it in the trail, in the same commit
     */
    void set(Hold hold, AuditEvent event);

    /**
     * Lifts a hold; its row stays.
     *
     * @param event tells of it in the trail, in the same commit
     * @return false when there is none with this number, or it is lifted already
     */
    boolean lift(long id, String by, Instant at, String reason, AuditEvent event);

    /** One hold. */
    Optional<Hold> hold(long id);

    /** The holds that are set, newest first. */
    List<Hold> active();

    /** The newest holds, those that are set and those that were lifted, newest first. */
    List<Hold> newest(int limit);
}
