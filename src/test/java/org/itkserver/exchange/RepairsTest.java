package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.BUS_ACK;
import static org.itkserver.exchange.Requests.INF_ACK;
import static org.itkserver.exchange.Requests.asking;
import static org.itkserver.exchange.Requests.busAck;
import static org.itkserver.exchange.Requests.infAck;
import static org.itkserver.exchange.Requests.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.AckStyle;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.exchange.Repairs.Action;
import org.itkserver.exchange.Repairs.By;
import org.itkserver.exchange.Repairs.Result;
import org.itkserver.handler.Outcome;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;

/** What people may do with a message, what they are told when they may not, and what the sender hears of it. */
class RepairsTest {
    private static final By ANN = new By("ann", "127.0.0.1", "test message, INC-1");
    private static final Transport.Result REFUSED = new Transport.Refused("M", "3000", "fault 3000: no");
    private static final Result DONE = new Result.Done();

    private final World world = new World()
            .with(Partners.of("hospital", "W1"))
            .forward("W1", "hospital")
            .toApplication();
    private final Repairs repairs = new Repairs(world.store, world::directory, world.clock, () -> world.woken++);

    private static Result refused(String why) {
        return new Result.Refused(why);
    }

    private long submitted() {
        return world.submit("hospital", "W1").id();
    }

    private long refusedByPartner() {
        long id = submitted();
        world.transport.next(REFUSED);
        world.work();
        assertEquals(MessageState.REJECTED, state(id));
        return id;
    }

    private MessageState state(long id) {
        return world.store.message(id).orElseThrow().state();
    }

    private long received(Outcome outcome) {
        world.accept(asking(INF_ACK));
        world.outcomes.add(outcome);
        world.work();
        return world.received().id();
    }

    @Test
    void nothingIsPossibleWithWhatIsNotThere() {
        var unknown = refused("There is no such message");
        assertEquals(Set.of(), repairs.possible(999));
        assertEquals(unknown, repairs.resend(999, ANN));
        assertEquals(unknown, repairs.retry(999, ANN));
        assertEquals(unknown, repairs.giveUp(999, ANN));
        assertEquals(unknown, repairs.seen(999, ANN));
    }

    @Test
    void aMessageThatWaitsIsLeftAlone() {
        long id = submitted();
        assertEquals(Set.of(), repairs.possible(id));
        assertEquals(refused("It waits to be sent already"), repairs.resend(id, ANN));
        assertEquals(refused("It was not received"), repairs.retry(id, ANN));
        assertEquals(refused("It is neither a dead letter nor overdue"), repairs.giveUp(id, ANN));
        assertEquals(refused("It is no acknowledgement that matches nothing we sent"), repairs.seen(id, ANN));
        assertEquals(1, world.events().size(), "nothing but its acceptance");
    }

    @Test
    void aReceivedMessageIsNotSentAndAHandledOneNotHandledAgain() {
        long id = received(Outcome.done());
        assertEquals(Set.of(), repairs.possible(id));
        assertEquals(refused("It was received, not sent by this server"), repairs.resend(id, ANN));
        assertEquals(refused("It is neither a dead letter nor rejected"), repairs.retry(id, ANN));
    }

    @Test
    void aMessageThatNoHandlerRefusedIsNotRetried() {
        world.accept(to(asking(INF_ACK), "W1:ward"));
        world.transport.next(REFUSED);
        world.work();
        assertEquals(MessageState.REJECTED, world.state());
        assertEquals(
                refused("No handler has it to try again"),
                repairs.retry(world.received().id(), ANN));
    }

    @Test
    void aPartnerWithoutEndpointGetsNothing() {
        long id = refusedByPartner();
        assertEquals(Set.of(Action.RESEND), repairs.possible(id));
        world.with(Partners.of("hospital", "W1").endpoints(null, null));
        assertEquals(Set.of(), repairs.possible(id));
        assertEquals(refused("Partner hospital has no endpoint for it"), repairs.resend(id, ANN));
    }

    @Test
    void itIsSentAgainToWhereThePartnerIsToday() {
        long id = refusedByPartner();
        world.with(Partners.of("hospital", "W1").endpoints("http://hospital.example/new", null));
        int woken = world.woken;
        assertEquals(DONE, repairs.resend(id, ANN));
        assertEquals(woken + 1, world.woken, "nobody waits for the worker's next look");
        assertEquals(MessageState.ACCEPTED, state(id));
        world.work();
        assertEquals(MessageState.SENT, state(id));
        var sent = world.transport.sent();
        assertEquals("http://hospital.example/new", sent.get(1).endpoint().toString());
        assertEquals(sent.get(0).content(), sent.get(1).content(), "the same bytes");
        assertEquals(List.of("to hospital/messages: test message, INC-1"), world.details(AuditType.RESENDING));
        assertTrue(world.details(AuditType.SENT).get(0).contains("attempt 2"));
    }

    @Test
    void ofTwoWhoSendItAgainOneIsToldThatItWaits() {
        long id = refusedByPartner();
        assertEquals(DONE, repairs.resend(id, ANN));
        assertEquals(refused("It waits to be sent already"), repairs.resend(id, ANN));
    }

    private MessageState after(long id, Duration time) {
        world.forward(time);
        world.work();
        return state(id);
    }

    @Test
    void deadlinesBeginAnew() {
        long id = submitted();
        world.work();
        assertEquals(MessageState.OVERDUE, after(id, Duration.ofHours(24)));
        assertEquals(Set.of(Action.RESEND, Action.GIVE_UP), repairs.possible(id));
        world.forward(Duration.ofDays(3));
        assertEquals(DONE, repairs.resend(id, ANN));
        assertEquals(MessageState.SENT, after(id, Duration.ofHours(24).minusSeconds(1)));
        assertEquals(MessageState.OVERDUE, after(id, Duration.ofSeconds(1)));
    }

    @Test
    void onlyForTheAcknowledgementThatIsMissing() {
        long id = submitted();
        world.work();
        var trackingId = world.only(MessageKind.BUSINESS).trackingId();
        world.accept(infAck(trackingId), "hospital");
        world.forward(Duration.ofDays(2));
        assertEquals(DONE, repairs.resend(id, ANN));
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, state(id), "it arrived, whatever comes of this");
        assertEquals(
                MessageState.INFRASTRUCTURE_ACKED, after(id, Duration.ofDays(7).minusSeconds(1)));
        assertEquals(MessageState.OVERDUE, after(id, Duration.ofSeconds(1)));
        assertEquals(List.of("no business acknowledgement from partner hospital"), world.details(AuditType.ALERT));
    }

    @Test
    void forAnAcknowledgedMessageThereAreNone() {
        long id = submitted();
        world.work();
        var trackingId = world.only(MessageKind.BUSINESS).trackingId();
        world.accept(busAck(AckStyle.ITK_2_1, trackingId, BusinessOutcome.AA), "hospital");
        assertEquals(DONE, repairs.resend(id, ANN));
        assertEquals(MessageState.BUSINESS_ACKED, after(id, Duration.ofDays(30)));
        assertEquals(List.of(), world.details(AuditType.OVERDUE));
    }

    @Test
    void aForwardThatIsRefusedAgainIsNotNackedAgain() {
        world.accept(to(asking(INF_ACK), "W1:ward"));
        world.transport.next(REFUSED);
        world.work();
        assertEquals(MessageState.REJECTED, world.state());
        assertEquals(1, world.sent(MessageKind.INF_ACK).size(), "the sender is told");
        world.work();
        long forward = world.only(MessageKind.FORWARD).id();
        for (int i = 0; i < 2; i++) {
            assertEquals(DONE, repairs.resend(forward, ANN));
            assertEquals(MessageState.ACCEPTED, world.state(), "what it forwards is open again");
            world.transport.next(REFUSED);
            world.work();
            assertEquals(MessageState.REJECTED, world.state());
        }
        assertEquals(1, world.sent(MessageKind.INF_ACK).size(), "told once");
        assertEquals(DONE, repairs.resend(forward, ANN));
        world.work();
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(MessageState.SENT, state(forward));
    }

    private long nacks() {
        return world.sent(MessageKind.INF_ACK).stream()
                .filter(ack -> !"OK".equals(ack.outcome()))
                .count();
    }

    @Test
    void aHandlersDeadLettersAreNotNacked() {
        world.accept(asking(INF_ACK, BUS_ACK));
        long id = world.received().id();
        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < 3; i++) {
                world.outcomes.add(new Outcome.TryAgain("busy"));
                world.work();
                world.forward(Duration.ofMinutes(1));
            }
            assertEquals(MessageState.DEAD_LETTER, world.state());
            world.work();
            assertEquals(0, nacks(), "round " + round);
            assertEquals(Set.of(Action.RETRY, Action.GIVE_UP), repairs.possible(id));
            assertEquals(DONE, repairs.retry(id, ANN));
        }
        world.outcomes.add(new Outcome.Done(null, true));
        world.work();
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(7, world.handled.get(6).attempt());
        assertEquals("AA", world.only(MessageKind.BUS_ACK).outcome(), "what the application decides is told");
    }

    @Test
    void aNegativeDecisionThatWasToldIsNotTakenBack() {
        world.accept(asking(BUS_ACK));
        long id = world.received().id();
        world.outcomes.add(new Outcome.GiveUp("no"));
        world.work();
        assertEquals("AR", world.only(MessageKind.BUS_ACK).outcome());
        assertEquals(DONE, repairs.retry(id, ANN));
        world.outcomes.add(new Outcome.Done(null, true));
        world.work();
        world.work();
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals("AR", world.only(MessageKind.BUS_ACK).outcome());
        assertEquals("AR", world.received().outcome());
    }

    @Test
    void whatIsGivenUpCanStillBeTriedAgain() {
        long id = submitted();
        for (int i = 0; i < 3; i++) {
            world.transport.next(new Transport.NotNow("M", "HTTP 503", null, false));
            world.work();
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(MessageState.DEAD_LETTER, state(id));
        int sent = world.store.sent().size();
        assertEquals(DONE, repairs.giveUp(id, ANN));
        assertEquals(MessageState.REJECTED, state(id));
        assertEquals(
                "given up: test message, INC-1",
                world.store.message(id).orElseThrow().reason());
        assertEquals(sent, world.store.sent().size(), "the partner is told nothing");
        assertEquals(refused("It is neither a dead letter nor overdue"), repairs.giveUp(id, ANN));
        assertEquals(MessageState.REJECTED, after(id, Duration.ofDays(30)));
        assertEquals(DONE, repairs.resend(id, ANN));
        world.work();
        assertEquals(MessageState.SENT, state(id));
    }

    @Test
    void anAcknowledgementIsSeenOnce() {
        world.accept(infAck("0A1B2C3D-0000-4A6B-8C7D-9E0F1A2B3C4D"), "hospital");
        var ack = world.store.byTrackingId(world.store.events().get(0).trackingId());
        long id = ack.get(0).id();
        assertEquals(Set.of(Action.SEEN), repairs.possible(id));
        assertEquals(DONE, repairs.seen(id, ANN));
        assertEquals(refused("It is marked already"), repairs.seen(id, ANN));
        assertEquals(Set.of(), repairs.possible(id));
        assertEquals(List.of("test message, INC-1"), world.details(AuditType.ACK_SEEN));
    }
}
