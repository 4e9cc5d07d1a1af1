package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.bytes;
import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MerkleTree;
import org.itkserver.audit.PurgeLeaf;
import org.itkserver.delivery.Lane;
import org.itkserver.directory.Retention;
import org.itkserver.retention.Hold;
import org.itkserver.retention.HoldEvents;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore.Limits;
import org.itkserver.retention.PurgeStore.Place;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.retention.Terms;
import org.itkserver.testing.Directories;
import org.junit.jupiter.api.Test;

/** What is destroyed when, and what never is. */
public abstract class RetentionRules extends RetentionSetting {
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
        var end = clock.instant().plusSeconds(1);
        var proofs = stock().proofs(NOW, end, 0, 5);
        assertEquals(2, proofs.size());
        long before = proofs.get(0).batch();
        assertEquals(before, stock().proofs(NOW, end, 0, 1).get(0).batch());
        assertEquals(
                proofs.get(1).batch(),
                stock().proofs(NOW, end, before, 1).get(0).batch());
        var leaves = proofs.stream()
                .flatMap(proof -> stock().leaves(proof.batch()).stream())
                .toList();
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
        var directory = Directories.keeping(soon, List.of());
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
            assertTrue(lift(hold, "eve", clock.instant(), "case closed"));
            assertFalse(lift(hold, "mal", clock.instant(), "again"));
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

    /** Lifts a hold, with its event. */
    boolean lift(long id, String by, Instant at, String reason) {
        var event = HoldEvents.lifted(id, new RetentionDesk.By(by, "127.0.0.1"), at, reason);
        return holds().lift(id, by, at, reason, event);
    }

    private long hold(Hold.What what) {
        long id = holds().nextId();
        var hold = new Hold(id, what, "court order", "CASE-1", "ann", NOW, null, null, null);
        holds().set(hold, HoldEvents.set(hold, "127.0.0.1"));
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
}
