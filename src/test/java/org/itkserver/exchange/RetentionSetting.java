package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.bytes;
import static org.itkserver.exchange.StoreContract.digest;
import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.fresh;

import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.clock.SureTime;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Retention;
import org.itkserver.envelope.MessageBody;
import org.itkserver.retention.Holds;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.PurgeStore.Place;
import org.itkserver.retention.Purger;
import org.itkserver.retention.Run;
import org.itkserver.retention.Standing;
import org.itkserver.retention.Stock;
import org.itkserver.retention.Terms;
import org.itkserver.testing.Directories;
import org.itkserver.testing.SettableClock;

/** What the contract of retention is made of. The tables are empty at first. */
public abstract class RetentionSetting implements StoreContract {
    static final Duration HOUR = Duration.ofHours(1);
    static final Duration LONG = Duration.ofMinutes(1);
    static final Duration TICK = Duration.ofNanos(1000);
    static final Duration PAYLOAD = Duration.ofDays(30);
    static final Retention KEPT = new Retention(Period.ofDays(30), Period.ofDays(100));
    static final Limits BATCH = new Limits(500, 64 << 20);

    final SettableClock clock = new SettableClock(NOW);
    final List<AuditEvent> told = new ArrayList<>();

    @Override
    public SettableClock clock() {
        return clock;
    }

    protected abstract PurgeStore purges();

    protected abstract PurgeStore otherPurges();

    protected abstract Holds holds();

    protected abstract Stock stock();

    protected abstract Standing standing();

    static Directory directory() {
        return Directories.keeping(KEPT, List.of());
    }

    Purger purger(PurgeStore store, Limits limits) {
        return new Purger(
                store,
                this::tell,
                RetentionSetting::directory,
                SureTime.of(clock),
                () -> true,
                new Purger.Settings(HOUR, limits));
    }

    void tell(AuditEvent event) {
        store().append(event);
        told.add(event);
    }

    /** One run from its beginning to its end. */
    Run run(PurgeStore store, Limits limits) {
        store.ask("tester");
        var purger = purger(store, limits);
        for (int i = 0; i < 50; i++) {
            purger.step();
            var run = stock().runs(1);
            if (!run.isEmpty() && run.get(0).state() == Run.State.DONE && i > 0) {
                return run.get(0);
            }
        }
        throw new AssertionError("the run does not end");
    }

    Run run() {
        return run(purges(), BATCH);
    }

    long received(boolean ackRequested, byte[] patient, String service) {
        long id = store().nextId();
        var body = bytes("<a>" + id + "</a>");
        store().accept(new Acceptance(
                id,
                "p",
                fresh(),
                fresh(),
                service,
                null,
                "urn:a",
                "urn:b",
                MessageState.HANDLED,
                NOW,
                digest(body),
                digest(body),
                patient,
                AnswerKind.OK200,
                false,
                ackRequested,
                MessageBody.of(body),
                List.of(),
                null,
                MessageKind.BUSINESS,
                true,
                null,
                null,
                Change.of(List.of(event(id, AuditType.ACCEPTED)))));
        return id;
    }

    long received() {
        return received(false, null, "s");
    }

    boolean hasBytes(long id) {
        return store().raw(id).isPresent();
    }

    PurgeStore.Claim claim() {
        purges().ask("tester");
        return purges().claim(clock.instant(), HOUR, LONG).orElseThrow();
    }

    PurgeStore.Batch chosen(PurgeStore.Claim claim) {
        var terms = new Terms(directory(), clock.instant());
        return purges().choose(claim, Purge.CONTENT, terms, Place.START, BATCH).batch();
    }
}
