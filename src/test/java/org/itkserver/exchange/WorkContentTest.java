package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.envelope.QueuedMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;

/** Work whose content cannot be read now, or any more. */
class WorkContentTest {
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final World world = new World()
            .with(Partners.of("hospital", "W1"))
            .with(Partners.of("clinic", "C1").queue("c1").endpoints("queue:c1", null));

    private List<QueuedMessage> collect() {
        return world.queues.collect(
                world.partner("clinic"), new QueueRequest.Collect("c1", null, 9), "10.0.0.7", World.memory());
    }

    /** Longer than any number of attempts or leases would last. */
    private void awayForAnHour() {
        world.store.contentsAway(true);
        for (int i = 0; i < 720; i++) {
            world.work();
            world.forward(AGAIN);
        }
        world.store.contentsAway(false);
    }

    @Test
    void whatIsAwayForLongMakesNoDeadLetterOfAReceivedMessage() {
        world.toApplication().accept(Messages.cda());
        awayForAnHour();
        assertEquals(MessageState.ACCEPTED, world.state());
        assertEquals(List.of(), world.details(AuditType.ATTEMPT_FAILED));
        world.outcomes.add(new Outcome.Done(null, false));
        world.work();
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(1, world.handled.get(0).attempt());
    }

    @Test
    void norOfAMessageToSend() {
        var message = world.submit("hospital", "W1");
        awayForAnHour();
        world.transport.next(new Transport.Taken("MESSAGE-ID", null));
        world.work();
        assertEquals(MessageState.SENT, world.only(MessageKind.BUSINESS).state());
        assertTrue(world.details(AuditType.SENT).get(0).contains("attempt 1,"), message.trackingId());
    }

    @Test
    void whatIsGoneIsADeadLetterThatAPersonSees() {
        world.toApplication().accept(Messages.cda());
        world.store.unreadable(world.received().id());
        assertEquals(1, world.work());
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals("its content cannot be read any more", world.received().reason());
        assertEquals(1, world.alerts().size());
        world.forward(Duration.ofHours(1));
        assertEquals(0, world.work());

        var message = world.submit("hospital", "W1");
        world.store.unreadable(message.id());
        assertEquals(1, world.work());
        assertEquals(MessageState.DEAD_LETTER, world.only(MessageKind.BUSINESS).state());
        assertEquals(2, world.alerts().size());
    }

    @Test
    void inAQueueItHoldsUpNoOther() {
        var first = world.submit("clinic", "C1");
        var second = world.submit("clinic", "C1");
        world.store.unreadable(first.id());
        var collected = collect();
        assertEquals(1, collected.size());
        assertTrue(collected.get(0).payload().contains(second.trackingId()));
        assertEquals(
                MessageState.DEAD_LETTER,
                world.store.message(first.id()).orElseThrow().state());
    }

    @Test
    void aQueueIsCollectedLaterWhatIsAwayNow() {
        world.submit("clinic", "C1");
        world.store.contentsAway(true);
        assertThrows(StoreUnavailable.class, this::collect);
        world.store.contentsAway(false);
        assertEquals(1, collect().size());
    }
}
