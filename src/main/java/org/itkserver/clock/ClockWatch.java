package org.itkserver.clock;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares this node's clock with the database's and with monotonic time. It keeps an <em>expected time</em>: the database's
 * clock as it was found right, carried on by monotonic time; on the embedded database, whose clock is this node's, the node's.
 * The expected time follows the clock slowly, never by a jump. A clock that left it is believed again when it returns, when it
 * has been steady for as long as the jump (10 minutes to 24 hours), or when a person confirms it.
 *
 * <p>{@link #look()} is called by one thread, every second; everything else is thread-safe, and only
 * {@link #wrongTimes()} asks the database.
 */
public final class ClockWatch implements SureTime {
    /** How far two clocks may be apart. */
    public static final Duration AGREEMENT = Duration.ofSeconds(2);

    /** A start that is later than this after the newest event needs a confirmation. */
    public static final Duration LATE = Duration.ofDays(1);

    static final Duration LONGEST = Duration.ofHours(24);
    static final Duration SHORTEST = Duration.ofMinutes(10);
    static final Duration QUIET = Duration.ofSeconds(60);
    /** How long before a jump forward times are taken for too early. */
    private static final Duration DOUBTED = Duration.ofDays(2);

    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final Duration NOTED = Duration.ofSeconds(30);
    /** How far ahead a stretch of wrong times is noted, so that a crash loses none of it. */
    private static final Duration MARGIN = Duration.ofSeconds(15);
    /** The expected time follows the clock by at most one part in this. */
    private static final int SLOW = 1000;

    private final Clock wall;
    private final LongSupplier nanos;
    private final ClockStore store;
    private volatile @Nullable Observation state;
    private long stretch;
    private @Nullable WrongTimes open;
    private long trustedNoted;
    private boolean noted;

    /**
     * @param wall this node's clock
     * @param nanos monotonic time in nanoseconds
     */
    public ClockWatch(Clock wall, LongSupplier nanos, ClockStore store) {
        this.wall = wall;
        this.nanos = nanos;
        this.store = store;
    }

    static boolean exceeds(Duration difference, Duration uncertain) {
        return difference.abs().compareTo(AGREEMENT.plus(uncertain)) > 0;
    }

    /** One reading of all clocks at about the same moment. */
    private record Reading(Instant wall, Instant reference, long at, Duration took) {}

    private Reading read() {
        long before = nanos.getAsLong();
        var first = wall.instant();
        var database = store.databaseTime();
        long took = nanos.getAsLong() - before;
        var mine = first.plusNanos(took / 2);
        return new Reading(mine, store.isIndependent() ? database : mine, before + took / 2, Duration.ofNanos(took));
    }

    /**
     * Looks at the clocks. When this node's clock was set back, waits are moved, and what was too early is noted.
     *
     * @return whether something about time was unusual within the last minute
     * @throws org.itkserver.audit.StoreUnavailable when the database is away; nothing is believed after some seconds then
     */
    public boolean look() {
        var before = state;
        var reading = read();
        var found = before == null ? first(reading) : next(before, reading);
        if (before != null && found.isOff() && found.steady(found.at()).compareTo(found.needed()) >= 0) {
            found = believe(found);
        }
        if (found.late() != null && found.steady(found.at()).compareTo(LONGEST) >= 0 && !found.quiet()) {
            found = found.punctual();
        }
        state = found;
        noteWrongTimes(found, before);
        if (isTrusted(found, found.at())) {
            trust(found);
        }
        boolean disturbed = before == null || isDisturbed(found) || hasMoved(before, found);
        if (disturbed) {
            store.moveWaits(steady(found, found.at(), found.wall()));
        }
        return disturbed;
    }

    private static boolean isDisturbed(Observation found) {
        return found.isOff()
                || found.isApart()
                || exceeds(Duration.between(found.expected(), found.wall()), Duration.ZERO)
                || !found.quiet()
                        && Duration.ofNanos(found.at() - found.jumped()).compareTo(QUIET) < 0;
    }

    private static boolean hasMoved(Observation before, Observation found) {
        return exceeds(Duration.between(before.expectedAt(found.at()), found.expected()), Duration.ZERO);
    }

    private Observation first(Reading reading) {
        var known = store.known();
        var last = known.trusted() == null ? known.newestEvent() : known.trusted();
        var gap = last == null ? Duration.ZERO : Duration.between(last, reading.reference);
        boolean early = gap.compareTo(AGREEMENT.negated()) < 0;
        boolean late = gap.compareTo(LATE) > 0;
        var expected = early && last != null ? last : reading.reference;
        return new Observation(
                expected,
                reading.at,
                reading.wall,
                reading.reference,
                Duration.between(expected, reading.reference),
                Duration.between(reading.wall, reading.reference),
                reading.took,
                reading.at,
                !early && !late,
                late ? gap : null,
                known.confirmation());
    }

    private Observation next(Observation before, Reading reading) {
        var elapsed = Duration.ofNanos(reading.at - before.at());
        var most = elapsed.dividedBy(SLOW);
        var uncertain = reading.took.plus(before.uncertain()).plus(most);
        var step = Duration.between(before.wall(), reading.wall).minus(elapsed);
        var stepOfReference =
                Duration.between(before.reference(), reading.reference).minus(elapsed);
        boolean jumped = exceeds(step, uncertain) || exceeds(stepOfReference, uncertain);
        var expected = before.expectedAt(reading.at);
        var off = Duration.between(expected, reading.reference);
        boolean isOff = exceeds(off, reading.took.plus(most));
        if (isOff != before.isOff()) {
            jumped = true;
        }
        if (!isOff) {
            var follow = off.abs().compareTo(most) <= 0 ? off : off.isNegative() ? most.negated() : most;
            expected = expected.plus(follow);
            off = off.minus(follow);
        }
        var found = new Observation(
                expected,
                reading.at,
                reading.wall,
                reading.reference,
                off,
                Duration.between(reading.wall, reading.reference),
                reading.took,
                jumped ? reading.at : before.jumped(),
                before.quiet() && !jumped,
                before.late(),
                before.confirmation());
        return confirmed(found);
    }

    /** A confirmation counts when the clock it confirms agrees with the database's. */
    private Observation confirmed(Observation found) {
        long newest = store.confirmation();
        if (newest <= found.confirmation() || found.isApart()) {
            return found;
        }
        var now = (found.isOff() ? believe(found) : found).punctual();
        return new Observation(
                now.expected(),
                now.at(),
                now.wall(),
                now.reference(),
                now.off(),
                now.apart(),
                now.uncertain(),
                now.at(),
                true,
                null,
                newest);
    }

    /** The clock is the expected time from now on. */
    private Observation believe(Observation found) {
        if (!found.off().isNegative()) {
            store.moveLeases(found.expected(), found.reference());
            if (found.off().compareTo(QUIET) > 0) {
                // what was written before may have been written by a clock that was behind
                store.note(0, new WrongTimes(found.expected().minus(DOUBTED), found.expected(), found.off()));
            }
        }
        return found.believed();
    }

    private void noteWrongTimes(Observation found, @Nullable Observation before) {
        var behind = Duration.between(found.wall(), found.expected());
        if (behind.compareTo(AGREEMENT) <= 0) {
            open = null;
            stretch = 0;
            return;
        }
        var since = before == null ? Duration.ZERO : Duration.ofNanos(found.at() - before.at());
        var now = new WrongTimes(
                found.wall().minus(since).minus(AGREEMENT), found.wall().plus(MARGIN), behind);
        var known = open;
        if (known != null
                && !found.wall().isBefore(known.from())
                && !found.wall().plus(NOTED.dividedBy(6)).isAfter(known.to())
                && known.behind().plus(AGREEMENT).compareTo(behind) >= 0) {
            return;
        }
        var wide = known == null
                ? now
                : new WrongTimes(
                        known.from().isBefore(now.from()) ? known.from() : now.from(),
                        known.to().isAfter(now.to()) ? known.to() : now.to(),
                        known.behind().compareTo(behind) > 0 ? known.behind() : behind);
        stretch = store.note(stretch, wide);
        open = wide;
    }

    private void trust(Observation found) {
        if (!noted || found.at() - trustedNoted >= NOTED.toNanos()) {
            store.trust(found.expected());
            trustedNoted = found.at();
            noted = true;
        }
    }

    private static boolean isTrusted(Observation found, long moment) {
        return !found.isOff()
                && !found.isApart()
                && found.late() == null
                && found.steady(moment).compareTo(found.needed()) >= 0;
    }

    @Override
    public Optional<Instant> now() {
        var found = state;
        long moment = nanos.getAsLong();
        if (found == null || moment - found.at() > FRESH.toNanos() || !isTrusted(found, moment)) {
            return Optional.empty();
        }
        var clock = wall.instant();
        var expected = found.expectedAt(moment);
        if (exceeds(Duration.between(expected, clock), Duration.ZERO)) {
            return Optional.empty();
        }
        return Optional.of(clock.isBefore(expected) ? clock : expected);
    }

    @Override
    public List<WrongTimes> wrongTimes() {
        return store.wrongTimes();
    }

    /**
     * Whether a deadline that has passed by {@link #steady()} may be taken for passed: the clock agrees with the database's, has
     * not jumped for a minute, and is not behind.
     */
    public boolean mayExpire() {
        var found = state;
        long moment = nanos.getAsLong();
        return found != null
                && moment - found.at() <= FRESH.toNanos()
                && !found.isApart()
                && !(found.isOff() && found.off().isNegative())
                && found.steady(moment).compareTo(QUIET) >= 0;
    }

    /** The earliest of what the clocks say; empty before the first look. */
    public Optional<Instant> earliest() {
        var found = state;
        if (found == null) {
            return Optional.empty();
        }
        var reference = found.reference();
        return Optional.of(reference.isBefore(found.expected()) ? reference : found.expected());
    }

    /** What is wrong with the clock, for people. */
    public ClockStatus status() {
        var found = state;
        if (found == null || isTrusted(found, nanos.getAsLong())) {
            return ClockStatus.RIGHT;
        }
        var left = found.needed().minus(found.steady(nanos.getAsLong()));
        return new ClockStatus(
                found.isOff() ? found.off() : Duration.ZERO,
                found.isApart() ? found.apart() : Duration.ZERO,
                found.late(),
                left.isNegative() || left.isZero() ? null : left);
    }

    /**
     * A clock for waits and leases, which does not jump with the node's: the node's own while that is near the expected time,
     * the expected time otherwise.
     */
    public Clock steady() {
        return steady(wall.getZone());
    }

    private Clock steady(ZoneId zone) {
        return new Clock() {
            @Override
            public Instant instant() {
                var found = state;
                var clock = wall.instant();
                return found == null ? clock : ClockWatch.steady(found, nanos.getAsLong(), clock);
            }

            @Override
            public ZoneId getZone() {
                return zone;
            }

            @Override
            public Clock withZone(ZoneId other) {
                return steady(other);
            }
        };
    }

    private static Instant steady(Observation found, long moment, Instant clock) {
        var expected = found.expectedAt(moment);
        return exceeds(Duration.between(expected, clock), Duration.ZERO) ? expected : clock;
    }
}
