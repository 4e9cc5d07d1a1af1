package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.itkserver.store.CommitterWatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether accepting is safe now. What costs something, the database, the disk and the keys, is looked at by a loop once a second;
 * asking costs next to nothing. An answer that is older than {@link #FRESH} counts as no. Thread-safe.
 */
final class Readiness implements CommitterWatch {
    /** How a server is. */
    enum Status {
        /** Everything works. */
        UP,
        /** It accepts, but a loop that others do not wait for is dead. */
        DEGRADED,
        /** It accepts nothing. */
        DOWN
    }

    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
    /** Free bytes below which nothing is accepted. */
    private static final long ROOM = 16L << 20;

    private static final Duration FRESH = Duration.ofSeconds(15);

    private final LoopMonitor loops;
    private final Loop committer;
    private final Path home;
    private final LongSupplier nanos;
    private final Fatal fatal;
    private volatile boolean storing = true;
    private volatile boolean stopping;
    private boolean accepted;
    private volatile @Nullable String trouble = "it starts";
    private volatile long lookedAt;

    Readiness(LoopMonitor loops, Path home, LongSupplier nanos, Fatal fatal) {
        this.loops = loops;
        this.home = home;
        this.nanos = nanos;
        this.fatal = fatal;
        this.committer = loops.vital("committer", Duration.ofSeconds(30));
        lookedAt = nanos.getAsLong();
    }

    /**
     * Looks at what costs something.
     *
     * @param initialised whether the start is complete
     * @param database whether it answers
     * @param keys whether the keys of contents can be used
     */
    void look(boolean initialised, BooleanSupplier database, BooleanSupplier keys) {
        String now = null;
        if (!initialised) {
            now = "the start is not complete";
        } else if (!hasRoom()) {
            now = "less than " + ROOM + " bytes are free at " + home;
        } else if (!database.getAsBoolean()) {
            now = "the database does not answer";
        } else if (!keys.getAsBoolean()) {
            now = "the keys of contents are away";
        }
        var before = trouble;
        trouble = now;
        lookedAt = nanos.getAsLong();
        // the start has its own lines
        if (now != null && initialised && !now.equals(before)) {
            LOG.warn("not ready, nothing is accepted: {}", now);
        } else if (now == null && accepted && before != null) {
            LOG.info("ready, messages are accepted again");
        }
        accepted |= now == null;
    }

    private boolean hasRoom() {
        try {
            return Files.getFileStore(home).getUsableSpace() >= ROOM;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether accepting is safe now. Cheap. */
    boolean isAccepting() {
        return !stopping
                && storing
                && trouble == null
                && nanos.getAsLong() - lookedAt < FRESH.toNanos()
                && loops.isVitalAlive();
    }

    Status status() {
        if (!isAccepting()) {
            return Status.DOWN;
        }
        return loops.dead().isEmpty() ? Status.UP : Status.DEGRADED;
    }

    /** Whether the last write of the committer was made durable. Cheap. */
    boolean isStoring() {
        return storing;
    }

    /** Nothing more is accepted; the server stops. */
    void stop() {
        stopping = true;
    }

    @Override
    public void turned() {
        if (storing) {
            committer.succeeded();
        } else {
            committer.waited();
        }
    }

    @Override
    public void failed(Throwable e) {
        committer.failed(e);
        if (e instanceof Error) {
            fatal.end(e);
        }
    }

    @Override
    public void storing(boolean works) {
        storing = works;
    }
}
