package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.itkserver.delivery.Lane;
import org.itkserver.retention.Hold;
import org.itkserver.retention.HoldEvents;
import org.itkserver.retention.Standing.Work;
import org.junit.jupiter.api.Test;

/** What people are told of one message and of a run. */
public abstract class StandingRules extends RetentionRules {
    private Hold hold(Hold.What what) {
        var hold = new Hold(holds().nextId(), what, "claim", "CASE-1", "ann", clock.instant(), null, null, null);
        holds().set(hold, HoldEvents.set(hold, "127.0.0.1"));
        return hold;
    }

    /** Does something to the database by hand. */
    protected abstract void tamper(String sql);

    private void isNotDestroyedAfter(String change) {
        long message = received();
        var hold = hold(new Hold.OneMessage("A"));
        tamper(change);
        clock.forward(PAYLOAD);
        var refused = assertThrows(IllegalStateException.class, this::run, change);
        assertTrue(refused.getMessage().contains("legal hold " + hold.id()), refused.getMessage());
        assertTrue(hasBytes(message), change);
    }

    @Test
    void aDeletedHoldStopsAllDestruction() {
        isNotDestroyedAfter("delete from legal_hold");
    }

    @Test
    void aChangedHoldStopsAllDestruction() {
        isNotDestroyedAfter("update legal_hold set tracking_id = 'B'");
    }

    @Test
    void aHoldThatIsLiftedWithoutAnEventStopsAllDestruction() {
        isNotDestroyedAfter("update legal_hold set lifted_at = set_at, lifted_by = 'ann'");
    }

    private List<Long> holdsOn(long message) {
        return standing().holdsOn(message).stream().map(Hold::id).toList();
    }

    @Test
    void aMessageKnowsTheHoldsThatCoverIt() {
        var patient = new byte[16];
        patient[0] = 7;
        long held = received(false, patient, "s");
        long other = received(false, null, "t");
        assertEquals(List.of(), holdsOn(held));
        var byPatient = hold(new Hold.OnePatient(patient));
        var byService = hold(new Hold.Window("p", "s", NOW, NOW.plusSeconds(1)));
        hold(new Hold.Window("p", "s", NOW.plusSeconds(1), null));
        assertEquals(List.of(byService.id(), byPatient.id()), holdsOn(held));
        assertEquals(List.of(), holdsOn(other));
        lift(byService.id(), "ann", NOW, "closed");
        assertEquals(List.of(byPatient.id()), holdsOn(held));
        assertEquals(List.of(), holdsOn(Long.MAX_VALUE));
    }

    @Test
    void aMessageIsHeldWithWhatItForwards() {
        var forward = stored(lane(Lane.Kind.SEND));
        var hold = hold(new Hold.OneMessage(forward.trackingId()));
        assertEquals(List.of(hold.id()), holdsOn(forward.id()));
    }

    @Test
    void aDestroyedMessageNamesItsBatch() {
        long id = received();
        assertTrue(standing().batchOf(id).isEmpty());
        clock.forward(PAYLOAD);
        run();
        var batch = standing().batchOf(id).orElseThrow();
        assertTrue(told.get(0).detail().startsWith("content batch " + batch + ":"));
        assertTrue(standing().batchOf(Long.MAX_VALUE).isEmpty());
    }

    @Test
    void aRunSaysHowFarItIs() {
        assertEquals(Work.NONE, standing().work());
        received();
        clock.forward(PAYLOAD);
        var claim = claim();
        assertEquals(clock.instant().plus(LONG), standing().work().leaseUntil());
        var batch = chosen(claim);
        var open = standing().work();
        assertEquals(batch.id(), open.open());
        assertEquals(batch.chosenAt(), open.openSince());
        assertEquals(null, open.lastThrough());
        clock.forward(TICK);
        purges().destroy(claim, batch, clock.instant());
        var through = standing().work();
        assertEquals(null, through.open());
        assertEquals(clock.instant(), through.lastThrough());
        purges().end(claim, clock.instant());
    }
}
