package org.itkserver.boot;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Every background loop of this server, with whether it is alive. Thread-safe. */
final class LoopMonitor {
    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private final LongSupplier nanos;
    private final Consumer<Throwable> fatal;
    private final BooleanSupplier storing;

    /**
     * @param nanos monotonic time
     * @param fatal ends the process
     * @param storing asks the database whether it can be reached and stores
     */
    LoopMonitor(LongSupplier nanos, Consumer<Throwable> fatal, BooleanSupplier storing) {
        this.nanos = nanos;
        this.fatal = fatal;
        this.storing = storing;
    }

    /** A loop without which nothing may be accepted. */
    Loop vital(String name, Duration pause) {
        return add(new Loop(name, true, pause, nanos, fatal, storing));
    }

    /** A loop whose death is an alert and leaves the server ready. */
    Loop side(String name, Duration pause) {
        return add(new Loop(name, false, pause, nanos, fatal, storing));
    }

    private Loop add(Loop loop) {
        loops.add(loop);
        return loop;
    }

    List<Loop> all() {
        return List.copyOf(loops);
    }

    /** Whether every vital loop is alive. */
    boolean isVitalAlive() {
        for (var loop : loops) {
            if (loop.isVital() && loop.isDead()) {
                return false;
            }
        }
        return true;
    }

    /** The loops that are dead. */
    List<Loop> dead() {
        return loops.stream().filter(Loop::isDead).toList();
    }
}
