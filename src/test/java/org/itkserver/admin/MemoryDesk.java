package org.itkserver.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.itkserver.clock.ClockStatus;
import org.itkserver.directory.Retention;
import org.itkserver.retention.Due;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Proof;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.retention.Run;
import org.itkserver.retention.Sizes;
import org.itkserver.retention.Standing;

/** A desk in memory. */
final class MemoryDesk implements RetentionDesk, Standing {
    final List<Hold> holds = new ArrayList<>();
    final List<Proof> proofs = new ArrayList<>();
    final List<Proof.Leaf> leaves = new ArrayList<>();
    Instant now = Instant.EPOCH;

    @Override
    public Sizes sizes() {
        return new Sizes(now, 0, List.of(), List.of());
    }

    @Override
    public Due due() {
        return new Due(now, List.of(), false);
    }

    @Override
    public List<Run> runs(int limit) {
        return List.of();
    }

    ClockStatus clock = ClockStatus.RIGHT;

    @Override
    public ClockStatus clock() {
        return clock;
    }

    @Override
    public Result confirmTime(String compared, By by) {
        return new Result.Refused("The time needs no confirmation now");
    }

    @Override
    public Result runNow(By by) {
        return new Result.Refused("A run is under way or asked for already");
    }

    @Override
    public Instant nextRun() {
        return now;
    }

    @Override
    public List<Hold> holds() {
        return holds.stream().filter(Hold::isSet).toList();
    }

    @Override
    public List<Hold> newestHolds(int limit) {
        return holds;
    }

    @Override
    public Result setHold(Hold.What what, String reason, String reference, By by) {
        holds.add(new Hold(holds.size() + 1, what, reason, reference, by.person(), now, null, null, null));
        return new Result.Done(holds.size());
    }

    @Override
    public Result liftHold(long id, String reason, By by) {
        var old = holds.get((int) id - 1);
        holds.set(
                (int) id - 1,
                new Hold(
                        id,
                        old.what(),
                        old.reason(),
                        old.reference(),
                        old.setBy(),
                        old.setAt(),
                        by.person(),
                        now,
                        reason));
        return new Result.Done(id);
    }

    @Override
    public List<Proof> proofs(Instant from, Instant to, long after, int most) {
        return proofs.stream()
                .filter(proof ->
                        !proof.toldAt().isBefore(from) && proof.toldAt().isBefore(to))
                .filter(proof -> proof.batch() > after)
                .limit(most)
                .toList();
    }

    /** Every batch has all leaves. */
    @Override
    public List<Proof.Leaf> leaves(long batch) {
        return leaves;
    }

    @Override
    public Retention policy(String service) {
        return Retention.DEFAULT;
    }

    @Override
    public List<Hold> holdsOn(long message) {
        return holds();
    }

    @Override
    public OptionalLong batchOf(long message) {
        return OptionalLong.of(12);
    }

    @Override
    public Work work() {
        return Work.NONE;
    }
}
