package org.itkserver.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.clock.SureTime;
import org.itkserver.directory.Directory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destroys what is due, a batch at a time: chosen, told in the audit trail, destroyed. A batch that a crash left is destroyed
 * when it was told and given back when it was not. Used by one thread.
 */
public final class Purger {
    /** Who destroys, in the audit trail. */
    public static final String ACTOR = "retention";

    private static final Logger LOG = LoggerFactory.getLogger(Purger.class);
    private static final Duration LEASE = Duration.ofMinutes(1);
    /** Longer than an event may wait for its commit. */
    private static final Duration UNTOLD = Duration.ofMinutes(1);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration BUSY = Duration.ofMillis(250);
    private static final Duration SHORTEST = Duration.ofMillis(20);
    private static final int SERVICES = 250;
    /** Times as long as a batch took: most of the time belongs to those who send. */
    private static final int REST = 4;

    private final PurgeStore store;
    private final AuditTrail trail;
    private final Supplier<Directory> directory;
    private final SureTime time;
    private final BooleanSupplier calm;
    private final Settings settings;
    private PurgeStore.@Nullable Claim claim;
    private PurgeStore.Place place = PurgeStore.Place.START;
    private Purge kind = Purge.CONTENT;

    /**
     * How it works.
     *
     * @param interval from the beginning of one run to the next
     * @param limits how much is destroyed at once
     */
    public record Settings(Duration interval, PurgeStore.Limits limits) {
        private static final int MESSAGES = 100;
        private static final long BYTES = 16L << 20;

        /** The usual batches. */
        public static Settings every(Duration interval) {
            return new Settings(interval, new PurgeStore.Limits(MESSAGES, BYTES));
        }
    }

    /**
     * @param time nothing is claimed, chosen or destroyed while it is not sure
     * @param calm whether accepting is quick now; nothing is destroyed while it is not
     */
    public Purger(
            PurgeStore store,
            AuditTrail trail,
            Supplier<Directory> directory,
            SureTime time,
            BooleanSupplier calm,
            Settings settings) {
        this.store = store;
        this.trail = trail;
        this.directory = directory;
        this.time = time;
        this.calm = calm;
        this.settings = settings;
    }

    /**
     * Does one batch, if there is one to do.
     *
     * @return how long to wait before the next call: at least four times as long as this one took
     * @throws org.itkserver.audit.StoreUnavailable when the database is away; to be called again
     */
    public Duration step() {
        long start = System.nanoTime();
        var now = time.now().orElse(null);
        if (now == null) {
            claim = null; // another node, whose clock is right, may take over when the lease ends
            return LOOK;
        }
        try {
            var mine = claim == null ? begin(now) : claim;
            if (mine == null) {
                return LOOK;
            }
            store.keep(mine, now, LEASE);
            if (!calm.getAsBoolean()) {
                return BUSY;
            }
            var wait = batch(mine, now);
            var took = Duration.ofNanos((System.nanoTime() - start) * REST);
            return wait.compareTo(took) > 0 ? wait : took;
        } catch (PurgeStore.Lost e) {
            LOG.warn("another node goes on with destroying");
            claim = null;
            return LOOK;
        } catch (RuntimeException e) {
            claim = null;
            throw e;
        }
    }

    private PurgeStore.@Nullable Claim begin(Instant now) {
        claim = store.claim(now, settings.interval(), LEASE).orElse(null);
        place = PurgeStore.Place.START;
        kind = Purge.CONTENT;
        return claim;
    }

    private Duration batch(PurgeStore.Claim mine, Instant now) {
        var open = store.open(mine);
        if (open.isPresent()) {
            return resume(mine, open.get(), now);
        }
        var terms = new Terms(directory.get(), now, time.wrongTimes());
        var choice = store.choose(mine, kind, terms, place, settings.limits());
        place = choice.next();
        var batch = choice.batch();
        if (batch != null) {
            trail.append(event(batch));
            destroy(mine, batch);
        }
        if (choice.end()) {
            next(mine, now);
        }
        return SHORTEST;
    }

    private void next(PurgeStore.Claim mine, Instant now) {
        if (kind == Purge.CONTENT) {
            kind = Purge.RECORD;
            place = PurgeStore.Place.START;
        } else {
            store.end(mine, now);
            claim = null;
            LOG.debug("retention run {} is through", mine.run());
        }
    }

    /** An event that is on its way must come in, or fail, before its batch may be given back. */
    private Duration resume(PurgeStore.Claim mine, PurgeStore.Batch open, Instant now) {
        if (store.isTold(open)) {
            LOG.info("batch {} was told of and is destroyed now", open.id());
            destroy(mine, open);
        } else if (now.isBefore(open.chosenAt().plus(UNTOLD))) {
            return LOOK;
        } else {
            LOG.info("batch {} was not told of and is given back", open.id());
            store.release(mine, open);
        }
        return SHORTEST;
    }

    private void destroy(PurgeStore.Claim mine, PurgeStore.Batch batch) {
        var now = time.now().orElse(null);
        if (now == null) {
            LOG.warn("batch {} waits: the clock is not certain any more", batch.id());
            return;
        }
        store.destroy(mine, batch, now);
        LOG.debug(
                "batch {} is destroyed: {} of {} messages",
                batch.id(),
                batch.kind().label(),
                batch.messages());
    }

    /** What the trail says of a batch; the verifier finds the batch by the first words. */
    static AuditEvent event(PurgeStore.Batch batch) {
        var services = batch.services();
        var named = services.length() <= SERVICES ? services : services.substring(0, SERVICES) + "...";
        var detail = about(batch.kind(), batch.id()) + batch.messages() + " messages, " + batch.bytes()
                + " bytes, received " + batch.receivedFrom() + " to " + batch.receivedTo() + ", services " + named;
        return new AuditEvent(
                batch.chosenAt(),
                AuditType.PURGED,
                null,
                null,
                null,
                services.contains(" ") ? null : services,
                ACTOR,
                null,
                null,
                null,
                detail,
                batch.root());
    }

    /** What the detail of a batch's event begins with. */
    public static String about(Purge kind, long batch) {
        return kind.label() + " batch " + batch + ": ";
    }
}
