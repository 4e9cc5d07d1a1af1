package org.itkserver.boot;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.itkserver.audit.StoreBusy;
import org.itkserver.audit.StoreUnavailable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One background loop: runs its turns, whatever they throw, and knows whether it is alive. The turns are run by one thread at a time;
 * any thread may ask.
 */
final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    /** Failed turns in a row after which it counts as dead. */
    private static final int FAILURES = 3;

    private static final Duration SLACK = Duration.ofSeconds(8);
    private static final Duration LONGEST_TURN = Duration.ofMinutes(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final String name;
    private final boolean vital;
    private final Duration pause;
    private final LongSupplier nanos;
    private final Consumer<Throwable> fatal;
    private final BooleanSupplier storing;
    private volatile long lastSuccess;
    private volatile long lastEnd;
    private volatile long startedAt;
    private volatile boolean running;
    private volatile int failures;
    private String lastCause = "";

    /**
     * @param name as in logs, alerts and the metric {@code itk_loop_last_success_seconds}
     * @param vital whether nothing may be accepted while it is dead
     * @param pause longest time from the end of one turn to the next
     * @param nanos monotonic time
     * @param fatal ends the process; called for an OutOfMemoryError
     * @param storing asks the database whether it can be reached and stores
     */
    Loop(
            String name,
            boolean vital,
            Duration pause,
            LongSupplier nanos,
            Consumer<Throwable> fatal,
            BooleanSupplier storing) {
        this.name = name;
        this.vital = vital;
        this.pause = pause;
        this.nanos = nanos;
        this.fatal = fatal;
        this.storing = storing;
        lastSuccess = nanos.getAsLong();
        lastEnd = lastSuccess;
    }

    /** A turn; may throw anything. */
    @FunctionalInterface
    interface Turn {
        void run() throws Exception;
    }

    /** A turn did nothing because its server is not ready for it: neither a success nor a failure. */
    static final class Skipped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Skipped() {
            super("the server is not ready for this task", null, false, false);
        }
    }

    /**
     * Runs one turn. A database that is away or busy is not a failure of the loop, because readiness reports it; it is not a success
     * either. A turn that the database refuses while it can be reached has failed.
     *
     * @return how long to wait before the next turn because of failures, zero after a good one
     */
    Duration run(Turn turn) {
        if (Thread.interrupted()) {
            LOG.warn("loop {} was interrupted; it continues", name);
        }
        startedAt = nanos.getAsLong();
        running = true;
        try {
            turn.run();
            succeeded();
        } catch (Skipped e) {
            LOG.debug("loop {}: {}", name, e.getMessage());
        } catch (StoreUnavailable e) {
            unavailable(e);
        } catch (Throwable e) {
            failed(e);
        } finally {
            lastEnd = nanos.getAsLong();
            running = false;
        }
        return backOff();
    }

    /** A turn of a loop that runs itself went well. */
    void succeeded() {
        if (!lastCause.isEmpty()) {
            LOG.info("loop {} works again", name);
            lastCause = "";
        }
        failures = 0;
        lastSuccess = nanos.getAsLong();
        lastEnd = lastSuccess;
    }

    /** A turn of a loop that runs itself ended without success because the database does not store. */
    void waited() {
        lastEnd = nanos.getAsLong();
    }

    private void unavailable(StoreUnavailable e) {
        // an interrupt would look like a database that is away
        Thread.interrupted();
        if (e instanceof StoreBusy) {
            log(e, false);
        } else if (storing.getAsBoolean()) {
            failed(e);
        } else {
            failures = 0;
            log(e, false);
        }
    }

    /** A turn of a loop that runs itself failed. */
    void failed(Throwable e) {
        failures++;
        log(e, true);
        if (e instanceof OutOfMemoryError) {
            fatal.accept(e);
        }
    }

    /** One entry for each cause, until a turn goes well. */
    private void log(Throwable e, boolean withStack) {
        var cause = e.getClass().getName() + ": " + e.getMessage();
        if (cause.equals(lastCause)) {
            return;
        }
        lastCause = cause;
        if (withStack) {
            LOG.error("loop {} failed; it is tried again, and this cause is not logged again until it works", name, e);
        } else {
            LOG.warn("loop {} waits: {}", name, e.getMessage());
        }
    }

    private Duration backOff() {
        if (failures == 0) {
            return Duration.ZERO;
        }
        var wait = Duration.ofMillis(250L << Math.min(failures - 1, 7));
        return wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE;
    }

    String name() {
        return name;
    }

    boolean isVital() {
        return vital;
    }

    /** Seconds since the last turn that went well. */
    double secondsSinceSuccess() {
        return (nanos.getAsLong() - lastSuccess) / 1e9;
    }

    /** Whether it fails again and again, stands still, or its thread is gone. */
    boolean isDead() {
        long now = nanos.getAsLong();
        if (failures >= FAILURES) {
            return true;
        }
        return running
                ? now - startedAt > LONGEST_TURN.toNanos()
                : now - lastEnd > pause.plus(SLACK).toNanos() + backOff().toNanos();
    }

    /** What is wrong, in one sentence; null while it is alive. */
    @Nullable
    String trouble() {
        if (!isDead()) {
            return null;
        }
        return "The background task " + name
                + (failures >= FAILURES ? " fails again and again." : " has stood still for too long.");
    }
}
