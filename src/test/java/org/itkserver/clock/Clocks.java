package org.itkserver.clock;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;

/** Clocks that a test moves: of a node, of its database, and monotonic time. */
final class Clocks implements ClockStore {
    final SettableClock wall = new SettableClock();
    Instant database = wall.instant();
    boolean independent;
    long confirmation = 5;
    int waitsMoved;
    int leasesMoved;

    @Nullable
    Instant trusted;

    @Nullable
    Instant newest;

    private final List<WrongTimes> wrong = new ArrayList<>();
    private long nanos = 1;

    long nanos() {
        return nanos;
    }

    void pass(Duration time) {
        nanos += time.toNanos();
        jump(time);
    }

    void jump(Duration by) {
        wall.forward(by);
        database = database.plus(by);
    }

    void jumpNode(Duration by) {
        wall.forward(by);
    }

    @Override
    public boolean isIndependent() {
        return independent;
    }

    @Override
    public Instant databaseTime() {
        return independent ? database : wall.instant();
    }

    @Override
    public Known known() {
        return new Known(trusted, newest, confirmation);
    }

    @Override
    public long confirmation() {
        return confirmation;
    }

    @Override
    public void trust(Instant now) {
        trusted = now;
    }

    @Override
    public long note(long number, WrongTimes times) {
        if (number == 0) {
            wrong.add(times);
            return wrong.size();
        }
        wrong.set((int) number - 1, times);
        return number;
    }

    @Override
    public List<WrongTimes> wrongTimes() {
        return List.copyOf(wrong);
    }

    @Override
    public int moveWaits(Instant now) {
        return ++waitsMoved;
    }

    @Override
    public void moveLeases(Instant from, Instant to) {
        leasesMoved++;
    }
}
