package org.itkserver.clock;

import java.time.Duration;
import java.time.Instant;

/**
 * Times that were written while a clock was behind. What carries such a time happened later than it says, so it is kept for
 * longer: a time from this stretch counts as if it were {@code behind} later.
 *
 * @param from earliest time that was written wrong
 * @param to latest time that was written wrong
 * @param behind by how much the clock was behind, at most; positive
 */
public record WrongTimes(Instant from, Instant to, Duration behind) {

    /** The latest time at which something may have happened that carries this time. */
    public Instant corrected(Instant written) {
        return written.isBefore(from) || written.isAfter(to) ? written : written.plus(behind);
    }
}
