package org.itkserver.clock;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The time as far as more than one witness confirms it. Whatever cannot be undone asks here first. Thread-safe. */
public interface SureTime {

    /**
     * The time for something that cannot be undone: destroying contents, rows or keys. It is never later than any of the
     * witnesses says.
     *
     * @return empty while the clocks disagree, after a jump, and after a late start that is not confirmed yet: then wait
     */
    Optional<Instant> now();

    /**
     * Stretches in which this database's nodes wrote times that were too early.
     *
     * @throws org.itkserver.audit.StoreUnavailable when the database is away
     */
    List<WrongTimes> wrongTimes();

    /** Time that one clock alone tells, without any check; for tests and tools. */
    static SureTime of(Clock clock) {
        return new SureTime() {
            @Override
            public Optional<Instant> now() {
                return Optional.of(clock.instant());
            }

            @Override
            public List<WrongTimes> wrongTimes() {
                return List.of();
            }
        };
    }
}
