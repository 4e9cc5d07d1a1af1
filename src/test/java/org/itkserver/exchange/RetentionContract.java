package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.bytes;
import static org.itkserver.exchange.StoreContract.digest;
import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.fresh;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.PurgeLeaf;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Organisation;
import org.itkserver.directory.Retention;
import org.itkserver.envelope.MessageBody;
import org.itkserver.retention.Hold;
import org.itkserver.retention.Holds;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.PurgeStore.Place;
import org.itkserver.retention.Purger;
import org.itkserver.retention.Run;
import org.itkserver.retention.Stock;
import org.itkserver.retention.Terms;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

/** What is destroyed when, what never is, and that a run which is cut anywhere is gone on with. The tables are empty at first. */
public abstract class RetentionContract implements StoreContract {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration TICK = Duration.ofNanos(1000);
    private static final Duration PAYLOAD = Duration.ofDays(30);
    private static final Retention KEPT = new Retention(Period.ofDays(30), Period.ofDays(100));
    private static final Limits BATCH = new Limits(500, 64 << 20);

    private final SettableClock clock = new SettableClock(NOW);
    private final List<AuditEvent> told = new ArrayList<>();

    @Override
    public SettableClock clock() {
        return clock;
    }

    protected abstract PurgeStore purges();

    protected abstract PurgeStore otherPurges();

    protected abstract Holds holds();

    protected abstract Stock stock();

    private static Directory directory() {
        return new Directory(
                new Organisation("Z9999", "urn:a", "urn:i", "u"),
                List.of(),
                List.of(),
                List.of(),
                Set.of(),
                List.of(),
                List.of(),
                KEPT);
    }

    private Purger purger(PurgeStore store, Limits limits) {
        return new Purger(
                store, this::tell, RetentionContract::directory, clock, () -> true, new Purger.Settings(HOUR, limits));
    }

    private void tell(AuditEvent event) {
        store().append(event);
        told.add(event);
    }

    /** One run from its beginning to its end. */
    private Run run(PurgeStore store, Limits limits) {
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

    private Run run() {
        return run(purges(), BATCH);
    }

    private long received(boolean ackRequested, byte[] patient, String service) {
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

    private long received() {
        return received(false, null, "s");
    }

    private boolean hasBytes(long id) {
        return store().raw(id).isPresent();
    }

    @Test
    void bytesGoAtTheirTimeAndNotAMomentBefore() {
        long id = received();
        clock.forward(PAYLOAD.minus(TICK));
        assertEquals(0, run().contents());
        assertTrue(hasBytes(id));
        clock.forward(TICK);
        assertEquals(1, run().contents());
        assertFalse(hasBytes(id));

        var message = store().message(id).orElseThrow();
        assertEquals(clock.instant(), message.destroyedAt());
        assertEquals(MessageState.HANDLED, message.state());
        var found = store().find("p", message.trackingId()).orElseThrow();
        assertEquals(id, found.id(), "a copy of it is recognised");
        assertEquals(0, run().contents(), "it is not looked at again");
    }

    @Test
    void theTrailTellsWhatWasDestroyed() {
        var ids = List.of(received(), received(false, null, "t"), received());
        clock.forward(PAYLOAD);
        run(purges(), new Limits(2, 64 << 20));
        assertEquals(2, told.size());
        var proofs = new ArrayList<Proof>();
        var leaves = new ArrayList<Proof.Leaf>();
        stock().proofs(NOW, clock.instant().plusSeconds(1), true, new Proof.Reader() {
            @Override
            public void batch(Proof proof) {
                proofs.add(proof);
            }

            @Override
            public void leaf(Proof.Leaf leaf) {
                leaves.add(leaf);
            }
        });
        assertEquals(ids, leaves.stream().map(Proof.Leaf::message).toList());
        var first = proofs.get(0);
        var tree = new MerkleTree();
        leaves.subList(0, 2).forEach(leaf -> tree.add(PurgeLeaf.hash(leaf.message(), leaf.sha256())));
        assertArrayEquals(tree.root(), first.root());
        assertEquals("s t", first.services());
        assertEquals(2, first.messages());
        assertTrue(first.seq() > 0);
        assertEquals(clock.instant(), first.destroyedAt());
        var event = told.get(0);
        assertEquals("retention", event.actor());
        assertTrue(event.detail().startsWith("content batch " + first.batch() + ": 2 messages, "), event.detail());
    }

    @Test
    void whatIsNotAtItsEndStays() {
        var handler = lane(Lane.Kind.HANDLE);
        long waiting = accepted(List.of(handler.name()), NOTHING).id();
        var unsent = stored(lane(Lane.Kind.SEND));
        var unacknowledged = stored(lane(Lane.Kind.SEND));
        end(unacknowledged.lane(), MessageState.SENT, null);
        clock.forward(PAYLOAD.multipliedBy(2));
        assertEquals(0, run().contents());

        var now = clock.instant();
        for (var due : expired(unacknowledged.id(), now)) {
            store().settle(Settlement.done(due, MessageState.OVERDUE, "late", NOTHING));
        }
        clock.forward(PAYLOAD.minus(TICK));
        assertEquals(0, run().contents());
        clock.forward(TICK);
        assertEquals(1, run().contents());
        assertFalse(hasBytes(unacknowledged.id()));
        assertTrue(hasBytes(waiting) && hasBytes(unsent.id()));
    }

    @Test
    void aForwardNeedsTheBytesOfItsOrigin() {
        long id = store().nextId();
        var lane = lane(Lane.Kind.SEND);
        var forward = draft(MessageKind.FORWARD, lane).origin(id).build();
        accepted(id, MessageState.HANDLED, List.of(), Change.of(List.of(), List.of(forward)));
        clock.forward(PAYLOAD);
        assertEquals(0, run().contents());
        end(lane, MessageState.SENT, null);
        clock.forward(PAYLOAD.minus(TICK));
        assertEquals(0, run().contents(), "its time begins when the last forward is gone");
        clock.forward(TICK);
        assertEquals(1, run().contents());
        assertEquals(
                clock.instant(), store().message(forward.id()).orElseThrow().destroyedAt());
        assertFalse(store().repair(new Repair.Resend(
                forward.id(), lane, null, null, id, null, event(forward.id(), AuditType.RESENDING))));
    }

    @Test
    void aDecisionIsWaitedForUntilItsDeadline() {
        var soon = new Retention(Duration.ZERO, Period.ofDays(100));
        long id = received(true, null, "s");
        var directory = new Directory(
                new Organisation("Z9999", "urn:a", "urn:i", "u"),
                List.of(),
                List.of(),
                List.of(),
                Set.of(),
                List.of(),
                List.of(),
                soon);
        var claim = claim();
        clock.forward(Duration.ofDays(7).minus(TICK));
        var early = purges().choose(claim, Purge.CONTENT, new Terms(directory, clock.instant()), Place.START, BATCH);
        assertEquals(null, early.batch());
        clock.forward(TICK);
        var late = purges().choose(claim, Purge.CONTENT, new Terms(directory, clock.instant()), Place.START, BATCH);
        assertEquals(1, late.batch().messages());
        assertTrue(hasBytes(id), "it is only chosen");
    }

    @Test
    void aHoldSparesWhatItCovers() {
        var patient = bytes("0123456789abcdef");
        long byId = received();
        long ofPatient = received(false, patient, "s");
        long onService = received(false, null, "t");
        long parent = store().nextId();
        var child =
                draft(MessageKind.INF_ACK, lane(Lane.Kind.SEND)).origin(parent).build();
        accepted(parent, MessageState.HANDLED, List.of(), Change.of(List.of(), List.of(child)));
        end(child.lane(), MessageState.SENT, null);
        long free = received();
        var trackingId = store().message(byId).orElseThrow().trackingId();
        var holds = List.of(
                hold(new Hold.OneMessage(trackingId.toLowerCase(java.util.Locale.ROOT))),
                hold(new Hold.OnePatient(patient)),
                hold(new Hold.Window("p", "t", NOW, NOW.plusSeconds(1))),
                hold(new Hold.OneMessage(child.trackingId())));
        hold(new Hold.Window("p", "s", NOW.plusSeconds(1), null));
        assertEquals(5, holds().active().size());
        clock.forward(PAYLOAD);
        assertEquals(1, run().contents());
        assertFalse(hasBytes(free));
        var held = List.of(byId, ofPatient, onService, parent, child.id());
        assertTrue(held.stream().allMatch(this::hasBytes));

        for (var hold : holds) {
            assertTrue(holds().lift(hold, "eve", clock.instant(), "case closed"));
            assertFalse(holds().lift(hold, "mal", clock.instant(), "again"));
        }
        assertEquals(1, holds().active().size());
        assertEquals(
                "eve",
                holds().newest(10).stream()
                        .filter(h -> !h.isSet())
                        .toList()
                        .get(0)
                        .liftedBy());
        assertEquals(5, run().contents());
        assertTrue(held.stream().noneMatch(this::hasBytes));
    }

    private long hold(Hold.What what) {
        long id = holds().nextId();
        var hold = new Hold(id, what, "court order", "CASE-1", "ann", NOW, null, null, null);
        holds().set(hold);
        if (!(what instanceof Hold.OnePatient)) {
            assertEquals(hold, holds().hold(id).orElseThrow());
        }
        return id;
    }

    @Test
    void aDeadLetterLosesItsBytesButKeepsItsRowUntilSomebodyGivesItUp() {
        var message = stored(lane(Lane.Kind.SEND));
        end(message.lane(), MessageState.DEAD_LETTER, null);
        for (var due : expired(message.id(), NOW.plus(Duration.ofDays(1)))) {
            store().settle(Settlement.done(due, MessageState.DEAD_LETTER, "because", NOTHING));
        }
        clock.forward(Duration.ofDays(200));
        assertEquals(1, run().contents());
        assertFalse(store().repair(new Repair.Resend(
                message.id(), message.lane(), null, null, null, null, event(message.id(), AuditType.RESENDING))));
        assertTrue(store().message(message.id()).isPresent());

        assertTrue(store().repair(
                        new Repair.GiveUp(message.id(), "given up: x", event(message.id(), AuditType.GIVEN_UP))));
        clock.forward(Duration.ofDays(100));
        assertEquals(1, run().records());
        assertTrue(store().message(message.id()).isEmpty());
        assertFalse(store().remaining(message.id()).refusedByHandler());
    }

    @Test
    void rowsGoAfterTheBytes() {
        long id = received();
        var trackingId = store().message(id).orElseThrow().trackingId();
        clock.forward(PAYLOAD);
        run();
        clock.forward(Duration.ofDays(70).minus(TICK));
        assertEquals(0, run().records());
        clock.forward(TICK);
        assertEquals(1, run().records());
        assertTrue(store().message(id).isEmpty());
        assertTrue(store().find("p", trackingId).isEmpty());
        assertEquals(
                List.of("content", "record"),
                told.stream().map(e -> e.detail().split(" ")[0]).toList());
    }

    private PurgeStore.Claim claim() {
        purges().ask("tester");
        return purges().claim(clock.instant(), HOUR, LONG).orElseThrow();
    }

    private PurgeStore.Batch chosen(PurgeStore.Claim claim) {
        var terms = new Terms(directory(), clock.instant());
        return purges().choose(claim, Purge.CONTENT, terms, Place.START, BATCH).batch();
    }

    private Purger.Settings settings() {
        return new Purger.Settings(HOUR, BATCH);
    }

    private void steps(int count) {
        var purger = purger(otherPurges(), settings().limits());
        for (int i = 0; i < count; i++) {
            purger.step();
        }
    }

    @Test
    void aBatchThatWasNotToldOfIsGivenBack() {
        long id = received();
        clock.forward(PAYLOAD);
        var first = chosen(claim());
        clock.forward(LONG.minus(TICK));
        steps(3);
        assertTrue(told.isEmpty() && hasBytes(id), "its event may still come");
        clock.forward(TICK.multipliedBy(2));
        steps(1);
        assertTrue(hasBytes(id));
        steps(4);
        assertFalse(hasBytes(id));
        assertEquals(1, told.size());
        assertNotEquals(true, told.get(0).detail().startsWith("content batch " + first.id() + ":"));
        assertEquals(Run.State.DONE, stock().runs(1).get(0).state());
    }

    @Test
    void aBatchThatWasToldOfIsDestroyed() {
        long id = received();
        clock.forward(PAYLOAD);
        var batch = chosen(claim());
        assertFalse(purges().isTold(batch));
        var detail = Purger.about(batch.kind(), batch.id()) + "x";
        store().append(new AuditEvent(
                batch.chosenAt(),
                AuditType.PURGED,
                null,
                null,
                null,
                null,
                Purger.ACTOR,
                null,
                null,
                null,
                detail,
                batch.root()));
        assertTrue(purges().isTold(batch));
        clock.forward(LONG.plus(TICK));
        steps(1);
        assertFalse(hasBytes(id));
        assertTrue(told.isEmpty(), "it is not told twice");
        steps(3);
        var run = stock().runs(1).get(0);
        assertEquals(Run.State.DONE, run.state());
        assertEquals(1, run.contents());
        assertEquals(1, stock().runs(5).size(), "the same run, on another node");
    }

    @Test
    void aRunThatWasCutAfterABatchGoesOn() {
        received();
        clock.forward(PAYLOAD);
        var claim = claim();
        var batch = chosen(claim);
        purges().destroy(claim, batch, clock.instant());
        received();
        clock.forward(LONG.plus(TICK));
        steps(4);
        assertEquals(2, stock().runs(1).get(0).contents());
    }

    @Test
    void oneNodeDestroysAtATime() {
        received();
        clock.forward(PAYLOAD);
        var claim = claim();
        assertTrue(otherPurges().claim(clock.instant(), HOUR, LONG).isEmpty());
        var batch = chosen(claim);
        clock.forward(LONG.plus(TICK));
        purges().keep(claim, clock.instant(), LONG);
        assertTrue(otherPurges().claim(clock.instant(), HOUR, LONG).isEmpty(), "it was kept");
        clock.forward(LONG.plus(TICK));
        var taken = otherPurges().claim(clock.instant(), HOUR, LONG).orElseThrow();
        assertEquals(claim.run(), taken.run());
        assertThrows(PurgeStore.Lost.class, () -> purges().destroy(claim, batch, clock.instant()));
        assertThrows(PurgeStore.Lost.class, () -> purges().release(claim, batch));
        assertThrows(PurgeStore.Lost.class, () -> purges().keep(claim, clock.instant(), LONG));
        assertThrows(PurgeStore.Lost.class, () -> purges().end(claim, clock.instant()));
        assertEquals(batch.id(), otherPurges().open(taken).orElseThrow().id());
    }

    @Test
    void whatIsChosenIsNotBegunAgain() {
        var message = stored(lane(Lane.Kind.SEND));
        end(message.lane(), MessageState.SENT, null);
        for (var due : expired(message.id(), NOW.plus(Duration.ofDays(1)))) {
            store().settle(Settlement.done(due, MessageState.OVERDUE, "late", NOTHING));
        }
        clock.forward(PAYLOAD);
        var claim = claim();
        var batch = chosen(claim);
        var resend = new Repair.Resend(
                message.id(), message.lane(), null, null, null, null, event(message.id(), AuditType.RESENDING));
        assertFalse(store().repair(resend));
        var again = new Change.Resend(message.id(), message.lane(), clock.instant(), clock.instant());
        store().apply(new Change(List.of(), List.of(), null, List.of(again), List.of()));
        assertFalse(store().remaining(message.id()).waits());
        purges().release(claim, batch);
        assertTrue(store().repair(resend));
        assertEquals(null, chosen(claim));
    }

    @Test
    void aRunBeginsWhenItIsTimeOrAskedFor() {
        assertTrue(purges().claim(NOW, HOUR, LONG).isEmpty(), "not at once after an update");
        assertTrue(purges().claim(NOW.plus(HOUR).minus(TICK), HOUR, LONG).isEmpty());
        var claim = purges().claim(NOW.plus(HOUR), HOUR, LONG).orElseThrow();
        assertFalse(purges().ask("ann"));
        purges().end(claim, NOW.plus(HOUR));
        assertTrue(purges().claim(NOW.plus(HOUR), HOUR, LONG).isEmpty());
        assertTrue(purges().ask("ann"));
        assertFalse(purges().ask("bob"));
        var asked = otherPurges().claim(NOW.plus(HOUR), HOUR, LONG).orElseThrow();
        otherPurges().end(asked, NOW.plus(HOUR));
        assertEquals(
                List.of("ann", "retention"),
                stock().runs(5).stream().map(Run::startedBy).toList());
        assertEquals(NOW.plus(HOUR), purges().lastBegan().orElseThrow());
    }

    @Test
    void peopleSeeWhatIsDueAndHowLargeEverythingIs() {
        received();
        received();
        received(false, null, "t");
        clock.forward(PAYLOAD);
        var due = stock().due(new Terms(directory(), clock.instant()));
        assertEquals(
                List.of("s", "t"),
                due.services().stream().map(of -> of.service()).toList());
        assertEquals(2, due.services().get(0).messages());
        assertFalse(due.more());
        var sizes = stock().sizes(clock.instant());
        assertTrue(sizes.total() > 0);
        assertTrue(sizes.tables().stream().anyMatch(table -> table.name().equals("message")));
        var older = sizes.content().stream()
                .filter(band -> band.from().equals(PAYLOAD))
                .findFirst()
                .orElseThrow();
        assertEquals(3, older.messages());
        assertTrue(older.bytes() > 0);
        clock.forward(PAYLOAD);
        run();
        assertTrue(
                stock().due(new Terms(directory(), clock.instant())).services().isEmpty());
    }
}
