package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Lane;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.Purger;
import org.itkserver.retention.Run;
import org.itkserver.retention.Terms;
import org.junit.jupiter.api.Test;

/** Whatever stops a run, it is gone on with, by one node at a time. */
public abstract class RetentionContract extends ClockRules {
    private void steps(int count) {
        var purger = purger(otherPurges(), BATCH);
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
