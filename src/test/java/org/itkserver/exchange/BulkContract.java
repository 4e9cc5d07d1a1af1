package org.itkserver.exchange;

import static org.itkserver.exchange.StoreContract.event;
import static org.itkserver.exchange.StoreContract.lane;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Lane;
import org.itkserver.exchange.BulkJobs.Job;
import org.itkserver.exchange.BulkJobs.Left;
import org.itkserver.exchange.BulkJobs.Progress;
import org.itkserver.exchange.BulkJobs.State;
import org.junit.jupiter.api.Test;

/** Bulk resends, which run one at a time for all who share the tables. */
public interface BulkContract extends StoreContract {
    BulkJobs bulkJobs();

    /** The same tables, used by another node. */
    BulkJobs otherBulkJobs();

    private Job started(List<Long> messages) {
        for (var job : bulkJobs().newest(100)) {
            bulkJobs().end(job.id(), State.STOPPED, "test", NOW);
        }
        var job = job(messages.size());
        assertTrue(bulkJobs().start(job, messages));
        return job;
    }

    private Job job(int total) {
        return new Job(store().nextId(), State.RUNNING, "ann", "127.0.0.1", "because", NOW, 10, total, null, null);
    }

    private boolean resend(Job job, int position, OutboundMessage message) {
        return store().repair(new Repair.Resend(
                message.id(),
                message.lane(),
                null,
                null,
                null,
                new Repair.Item(job.id(), position),
                event(message.id(), AuditType.RESENDING)));
    }

    private OutboundMessage dead() {
        var message = stored(lane(Lane.Kind.SEND));
        end(message.lane(), MessageState.DEAD_LETTER, null);
        return message;
    }

    @Test
    default void aJobIsKeptWithItsMessagesInOrder() {
        var messages =
                IntStream.range(0, 10_000).mapToObj(i -> (long) 20_000 - i).toList();
        var job = started(messages);
        assertEquals(job, bulkJobs().job(job.id()).orElseThrow());
        assertEquals(
                job,
                bulkJobs().newest(100).stream()
                        .filter(j -> j.id() == job.id())
                        .findFirst()
                        .orElseThrow());
        assertEquals(
                List.of(new Left(0, 20_000), new Left(1, 19_999)), bulkJobs().left(job.id(), 2));
        assertEquals(new Progress(0, Map.of(), 10_000), bulkJobs().progress(job.id()));
        assertTrue(bulkJobs().job(-1).isEmpty());
    }

    @Test
    default void oneJobRunsAtATime() {
        var first = started(List.of(1L));
        var second = job(1);
        assertFalse(bulkJobs().start(second, List.of(2L)));
        assertFalse(otherBulkJobs().start(second, List.of(2L)));
        assertTrue(bulkJobs().job(second.id()).isEmpty());
        assertEquals(List.of(), bulkJobs().left(second.id(), 9));

        assertTrue(bulkJobs().end(first.id(), State.STOPPED, "bob", NOW));
        assertFalse(bulkJobs().end(first.id(), State.DONE, "server", NOW), "it ended already");
        var ended = bulkJobs().job(first.id()).orElseThrow();
        assertEquals(State.STOPPED, ended.state());
        assertEquals("bob", ended.endedBy());
        assertEquals(NOW, ended.endedAt());
        assertTrue(bulkJobs().start(second, List.of(2L)));
    }

    @Test
    default void aMessagesTurnIsOverWithTheCommitThatSendsItAgain() {
        var messages = List.of(dead(), dead(), dead());
        var job = started(messages.stream().map(OutboundMessage::id).toList());

        assertFalse(resend(job, 1, messages.get(0)), "not its place");
        assertTrue(resend(job, 0, messages.get(0)));
        end(messages.get(0).lane(), MessageState.SENT, null);
        assertFalse(resend(job, 0, messages.get(0)), "its turn is over");
        assertEquals(MessageState.SENT, stateOf(messages.get(0).id()));

        bulkJobs().skip(new Repair.Item(job.id(), 1), "not this one");
        bulkJobs().skip(new Repair.Item(job.id(), 0), "too late");
        assertEquals(new Progress(1, Map.of("not this one", 1), 1), bulkJobs().progress(job.id()));
        assertEquals(List.of(new Left(2, messages.get(2).id())), bulkJobs().left(job.id(), 9));
    }

    @Test
    default void whatCannotBeSentAgainKeepsItsTurn() {
        var waiting = stored(lane(Lane.Kind.SEND));
        var job = started(List.of(waiting.id()));
        assertFalse(resend(job, 0, waiting));
        assertEquals(1, bulkJobs().progress(job.id()).left());
    }

    @Test
    default void aStoppedJobSendsNothing() {
        var messages = new ArrayList<>(List.of(dead(), dead()));
        var job = started(messages.stream().map(OutboundMessage::id).toList());
        assertTrue(resend(job, 0, messages.get(0)));
        otherBulkJobs().end(job.id(), State.STOPPED, "bob", NOW);
        assertFalse(resend(job, 1, messages.get(1)));
        assertEquals(MessageState.DEAD_LETTER, stateOf(messages.get(1).id()));
        assertEquals(new Progress(1, Map.of(), 1), bulkJobs().progress(job.id()));
    }

    @Test
    default void oneNodeWorksOnAJobUntilItsLeaseEnds() {
        var job = started(List.of(1L));
        assertEquals(job.id(), bulkJobs().claim(NOW, LEASE).orElseThrow().id());
        assertEquals(job.id(), bulkJobs().claim(NOW, LEASE).orElseThrow().id(), "again and again");
        boolean twoNodes = otherBulkJobs() != bulkJobs();
        if (twoNodes) {
            assertTrue(otherBulkJobs().claim(NOW.plus(LEASE), LEASE).isEmpty());
            var after = NOW.plus(LEASE).plusSeconds(1);
            assertEquals(
                    job.id(), otherBulkJobs().claim(after, LEASE).orElseThrow().id());
            assertTrue(bulkJobs().claim(after, LEASE).isEmpty());
            // the other node's clock is 40 days ahead for a moment
            assertTrue(
                    otherBulkJobs().claim(NOW.plus(Duration.ofDays(40)), LEASE).isPresent());
            assertEquals(job.id(), bulkJobs().claim(after, LEASE).orElseThrow().id());
        }
        bulkJobs().end(job.id(), State.DONE, "server", NOW);
        assertTrue(otherBulkJobs().claim(NOW, LEASE).isEmpty(), "it does not run any more");
    }
}
