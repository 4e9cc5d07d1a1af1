package org.itkserver.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.clock.ClockStatus;
import org.itkserver.clock.TimeDesk;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Retention;
import org.jspecify.annotations.Nullable;

/** The desk on its ports. Whatever a person changes is in the trail in the same transaction. Thread-safe. */
public final class AuditedDesk implements RetentionDesk {
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final Stock stock;
    private final Holds holds;
    private final PurgeStore purges;
    private final AuditTrail trail;
    private final Supplier<Directory> directory;
    private final Clock clock;
    private final Duration interval;
    private final TimeDesk time;
    private @Nullable Sizes sizes;
    private @Nullable Due due;

    /** @param interval from the beginning of one run to the next */
    public AuditedDesk(
            Stock stock,
            Holds holds,
            PurgeStore purges,
            AuditTrail trail,
            Supplier<Directory> directory,
            Clock clock,
            Duration interval,
            TimeDesk time) {
        this.stock = stock;
        this.holds = holds;
        this.purges = purges;
        this.trail = trail;
        this.directory = directory;
        this.clock = clock;
        this.interval = interval;
        this.time = time;
    }

    @Override
    public synchronized Sizes sizes() {
        var kept = sizes;
        if (kept == null || isOld(kept.at())) {
            kept = stock.sizes(clock.instant());
            sizes = kept;
        }
        return kept;
    }

    @Override
    public synchronized Due due() {
        var kept = due;
        if (kept == null || isOld(kept.at())) {
            kept = stock.due(new Terms(directory.get(), clock.instant()));
            due = kept;
        }
        return kept;
    }

    /** What lies in the future was read before the clock was set back. */
    private boolean isOld(Instant at) {
        var now = clock.instant();
        return now.isBefore(at) || !now.isBefore(at.plus(FRESH));
    }

    @Override
    public List<Run> runs(int limit) {
        return stock.runs(limit);
    }

    @Override
    public Result runNow(By by) {
        var event = AuditEvent.ofPerson(
                clock.instant(),
                AuditType.RETENTION_REQUESTED,
                by.person(),
                by.source(),
                "what is due is destroyed now");
        return trail.change(List.of(event), () -> purges.ask(by.person()))
                ? new Result.Done(0)
                : new Result.Refused("A run is under way or asked for already");
    }

    @Override
    public Instant nextRun() {
        return purges.lastBegan().orElseGet(clock::instant).plus(interval);
    }

    @Override
    public List<Hold> holds() {
        return holds.active();
    }

    @Override
    public List<Hold> newestHolds(int limit) {
        return holds.newest(limit);
    }

    @Override
    public Result setHold(Hold.What what, String reason, String reference, By by) {
        if (isWrong(reason) || isWrong(reference)) {
            return new Result.Refused("A hold needs a reason and a reference of at most " + Hold.TEXT + " characters");
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var hold = new Hold(holds.nextId(), what, reason, reference, by.person(), now, null, null, null);
        holds.set(hold, HoldEvents.set(hold, by.source()));
        return new Result.Done(hold.id());
    }

    @Override
    public Result liftHold(long id, String reason, By by) {
        if (isWrong(reason)) {
            return new Result.Refused("Lifting a hold needs a reason of at most " + Hold.TEXT + " characters");
        }
        if (holds.hold(id).filter(Hold::isSet).isEmpty()) {
            return new Result.Refused("No hold with this number is set");
        }
        var now = clock.instant();
        return holds.lift(id, by.person(), now, reason, HoldEvents.lifted(id, by, now, reason))
                ? new Result.Done(id)
                : new Result.Refused("Somebody else lifted it at the same time");
    }

    private static boolean isWrong(String text) {
        return text.isBlank() || text.length() > Hold.TEXT;
    }

    @Override
    public List<Proof> proofs(Instant from, Instant to, long after, int most) {
        return stock.proofs(from, to, after, most);
    }

    @Override
    public List<Proof.Leaf> leaves(long batch) {
        return stock.leaves(batch);
    }

    @Override
    public ClockStatus clock() {
        return time.status();
    }

    @Override
    public Result confirmTime(String compared, By by) {
        if (isWrong(compared)) {
            return new Result.Refused("Say what the time was compared with, in at most " + Hold.TEXT + " characters");
        }
        if (!time.status().canBeConfirmed()) {
            return new Result.Refused("The time needs no confirmation now, or the clocks disagree");
        }
        var detail = "the time is right, compared with " + compared + "; before: "
                + time.status().text();
        time.confirm(AuditEvent.ofPerson(clock.instant(), AuditType.CLOCK_CONFIRMED, by.person(), by.source(), detail));
        return new Result.Done(0);
    }

    @Override
    public Retention policy(String service) {
        return directory.get().retention(service);
    }
}
