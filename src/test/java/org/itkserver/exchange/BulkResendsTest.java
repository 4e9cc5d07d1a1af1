package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.MessageFilter;
import org.itkserver.exchange.BulkJobs.Progress;
import org.itkserver.exchange.BulkJobs.State;
import org.itkserver.exchange.Repairs.By;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;

/** Bulk resends: what is planned, what is refused, and how fast they go. */
class BulkResendsTest {
    private static final By ANN = new By("ann", "127.0.0.1", "test message");
    private static final MessageFilter ALL = MessageFilter.DOCUMENTS;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final World world = new World().with(Partners.of("hospital", "W1")).with(Partners.of("clinic", "C1"));
    private final Repairs repairs = new Repairs(world.store, world::directory, world.clock, () -> world.woken++);
    private final BulkJobs jobs = world.store.bulkJobs();
    private final ListedMessages search = new ListedMessages();
    private final BulkResends resends = new BulkResends(jobs, world.store, search, world::directory, world.clock);
    private final BulkRunner runner = new BulkRunner(jobs, world.store, repairs, world.clock);

    /** Messages that their partner refused, oldest first. */
    private List<Long> refused(int count) {
        var ids = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            world.forward(SECOND);
            long id = world.submit("hospital", "W1").id();
            world.transport.next(new Transport.Refused("M", null, "HTTP 404"));
            world.work();
            ids.add(id);
            search.add(world.store.message(id).orElseThrow());
        }
        return ids;
    }

    private BulkResends.Plan plan() {
        return resends.plan(ALL).orElseThrow();
    }

    private long started(int rate) {
        return resends.start(plan(), rate, ANN).orElseThrow();
    }

    private int resent(long job) {
        return resends.progress(job).resent();
    }

    @Test
    void aPlanCountsAndChangesNothing() {
        var ids = refused(205);
        var from = world.store.message(ids.get(0)).orElseThrow().at();
        var waiting = world.submit("clinic", "C1");
        search.add(waiting);
        world.with(Partners.of("clinic", "C1").endpoints(null, null));
        int events = world.store.events().size();
        var plan = plan();
        assertEquals(ids, plan.messages(), "oldest first, over many pages");
        assertEquals(Map.of("hospital", 205), plan.partners());
        assertEquals(Map.of("rejected", 205), plan.states());
        assertEquals(Map.of("It waits to be sent already", 1), plan.not());
        assertEquals(from, plan.oldest());
        assertEquals(from.plusSeconds(204), plan.newest());
        assertEquals(events, world.store.events().size());
    }

    @Test
    void aPlanSaysWhyMessagesAreLeftOut() {
        var ids = refused(3);
        repairs.resend(ids.get(0), ANN);
        for (int i = 0; i < 3; i++) {
            world.transport.next(new Transport.NotNow("M", "HTTP 503", null, false));
            world.work();
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(new Repairs.Result.Done(), repairs.giveUp(ids.get(0), ANN));
        world.accept(org.itkserver.envelope.Messages.cda());
        search.clear();
        search.add(world.store.message(ids.get(0)).orElseThrow());
        search.add(world.received());
        assertEquals(Map.of("Somebody gave it up", 1, "It was received, not sent by this server", 1), plan().not());
        assertEquals(List.of(), plan().messages());
        assertThrows(IllegalArgumentException.class, () -> resends.start(plan(), 10, ANN));

        search.clear();
        search.add(world.store.message(ids.get(1)).orElseThrow());
        world.with(Partners.of("hospital", "W1").endpoints(null, null));
        assertEquals(Map.of("Partner hospital has no endpoint for it", 1), plan().not());
    }

    @Test
    void aSearchThatFindsTooMuchHasNoPlan() {
        refused(1);
        search.repeat(BulkResends.MOST);
        assertEquals(BulkResends.MOST, plan().messages().size());
        search.repeat(BulkResends.MOST + 1);
        assertTrue(resends.plan(ALL).isEmpty());
    }

    @Test
    void aWrongRateOrASecondJobIsRefused() {
        refused(2);
        for (int rate : new int[] {0, -1, 101}) {
            assertThrows(IllegalArgumentException.class, () -> started(rate));
        }
        assertEquals(List.of(), world.details(AuditType.BULK_RESEND_STARTED));
        started(1);
        assertTrue(resends.start(plan(), 1, ANN).isEmpty());
        var told = world.details(AuditType.BULK_RESEND_STARTED);
        assertEquals(3, told.size(), "what is not done after all is told of twice");
        assertTrue(told.get(2).startsWith("not done, another one runs: "), told.get(2));
    }

    @Test
    void itGoesAtItsRateAndEndsOnce() {
        refused(7);
        long job = started(3);
        for (int expected : new int[] {3, 6, 7}) {
            runner.runOnce();
            assertEquals(expected, resent(job));
            world.forward(SECOND);
        }
        assertEquals(State.RUNNING, jobs.job(job).orElseThrow().state());
        runner.runOnce();
        var done = jobs.job(job).orElseThrow();
        assertEquals(State.DONE, done.state());
        assertEquals("server", done.endedBy());
        runner.runOnce();
        assertEquals(
                List.of("bulk resend " + job + ": 7 sent again, 0 not"), world.details(AuditType.BULK_RESEND_ENDED));
        assertEquals(7, world.details(AuditType.RESENDING).size());
        assertEquals(
                "to hospital/messages, bulk resend " + job + ": test message",
                world.details(AuditType.RESENDING).get(0));
    }

    @Test
    void whoComesEarlyGetsItsShareAndWhoComesLateNoMoreThanASecondsWorth() {
        refused(20);
        long job = started(4);
        runner.runOnce();
        assertEquals(4, resent(job));
        runner.runOnce();
        assertEquals(4, resent(job), "no time has passed");
        world.forward(Duration.ofMillis(250));
        runner.runOnce();
        assertEquals(5, resent(job));
        world.forward(Duration.ofMillis(1125));
        runner.runOnce();
        assertEquals(9, resent(job), "four and a half are four");
        world.forward(Duration.ofMinutes(5));
        runner.runOnce();
        assertEquals(13, resent(job));
        world.forward(Duration.ofSeconds(-9));
        runner.runOnce();
        assertEquals(13, resent(job), "a clock that goes back earns nothing");
    }

    @Test
    void aStoppedJobLeavesWhatIsLeft() {
        refused(5);
        long job = started(2);
        runner.runOnce();
        assertTrue(resends.stop(job, new By("bob", "127.0.0.1", "stopped")));
        assertFalse(resends.stop(job, ANN), "it does not run any more");
        assertFalse(resends.stop(999, ANN));
        world.forward(SECOND);
        runner.runOnce();
        assertEquals(new Progress(2, Map.of(), 3), resends.progress(job));
        assertEquals("bob", jobs.job(job).orElseThrow().endedBy());
        assertEquals(List.of("bulk resend " + job), world.details(AuditType.BULK_RESEND_STOPPED));
        assertEquals(List.of(), world.details(AuditType.BULK_RESEND_ENDED));
    }

    @Test
    void whatCannotBeSentAgainAnyMoreIsSkipped() {
        var ids = refused(3);
        long job = started(10);
        repairs.resend(ids.get(1), ANN);
        runner.runOnce();
        assertEquals(new Progress(2, Map.of("It waits to be sent already", 1), 0), resends.progress(job));
        world.forward(SECOND);
        runner.runOnce();
        assertEquals(
                List.of("bulk resend " + job + ": 2 sent again, 1 not"), world.details(AuditType.BULK_RESEND_ENDED));
    }

    @Test
    void anotherNodeOrANewStartGoesOnWhereItWas() {
        refused(6);
        long job = started(2);
        runner.runOnce();
        var other = new BulkRunner(jobs, world.store, repairs, world.clock);
        other.runOnce();
        assertEquals(4, resent(job));
        world.forward(SECOND);
        other.runOnce();
        assertEquals(6, resent(job));
        assertEquals(6, world.details(AuditType.RESENDING).size(), "each once");
    }

    @Test
    void aSlowDatabaseHoldsUpTheTimerForHalfASecondOnly() {
        refused(20);
        long job = started(100);
        var slow = new BulkRunner(jobs, world.store, repairs, new Ticking(world.clock.instant()));
        slow.runOnce();
        assertEquals(5, resent(job));
        slow.runOnce();
        assertEquals(10, resent(job));
    }

    @Test
    void withoutItsDatabaseItWaits() {
        refused(2);
        long job = started(10);
        world.store.away(true);
        assertThrows(org.itkserver.audit.StoreUnavailable.class, runner::runOnce);
        world.store.away(false);
        world.forward(SECOND);
        runner.runOnce();
        assertEquals(2, resent(job));
    }

    @Test
    void aStopThatComesTooLateIsToldOf() {
        refused(1);
        long job = started(1);
        runner.runOnce();
        world.forward(SECOND);
        var clock = new Meanwhile(runner::runOnce);
        var late = new BulkResends(jobs, world.store, search, world::directory, clock);
        assertFalse(late.stop(job, ANN));
        assertEquals(State.DONE, jobs.job(job).orElseThrow().state());
        assertEquals(
                List.of("not done, it had ended: bulk resend " + job), world.details(AuditType.BULK_RESEND_STOPPED));
    }

    @Test
    void anEndThatComesAfterAStopIsToldOf() {
        refused(1);
        long job = started(1);
        runner.runOnce();
        world.forward(SECOND);
        var clock = new Meanwhile(() -> {}, () -> resends.stop(job, ANN));
        new BulkRunner(jobs, world.store, repairs, clock).runOnce();
        assertEquals(State.STOPPED, jobs.job(job).orElseThrow().state());
        var what = "bulk resend " + job + ": 1 sent again, 0 not";
        assertEquals(List.of("not done, it was stopped: " + what), world.details(AuditType.BULK_RESEND_ENDED));
    }

    /** What happens elsewhere before each look at the clock. */
    private final class Meanwhile extends TestClock {
        private final Deque<Runnable> events;

        Meanwhile(Runnable... events) {
            this.events = new ArrayDeque<>(List.of(events));
        }

        @Override
        public Instant instant() {
            Optional.ofNullable(events.poll()).ifPresent(Runnable::run);
            return world.clock.instant();
        }
    }

    /** Each look at it takes a tenth of a second. */
    private static final class Ticking extends TestClock {
        private Instant now;

        Ticking(Instant start) {
            now = start;
        }

        @Override
        public Instant instant() {
            var shown = now;
            now = now.plusMillis(100);
            return shown;
        }
    }

    private abstract static class TestClock extends Clock {
        @Override
        public ZoneId getZone() {
            return java.time.ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
