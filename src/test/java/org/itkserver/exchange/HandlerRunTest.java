package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.BUS_ACK;
import static org.itkserver.exchange.Requests.INF_ACK;
import static org.itkserver.exchange.Requests.asking;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Route;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.handler.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What handlers say, and what is said of it (H6, H7). */
class HandlerRunTest {
    private static final Lane LANE = new Lane(Lane.Kind.HANDLE, "application");

    private final World world = new World().toApplication();

    private void handled(Outcome... outcomes) {
        for (var outcome : outcomes) {
            int before = world.handled.size();
            world.outcomes.add(outcome);
            world.work();
            assertEquals(before + 1, world.handled.size());
            world.forward(Duration.ofMinutes(1));
        }
    }

    private List<String> acks(MessageKind kind) {
        return world.sent(kind).stream().map(MessageRecord::outcome).toList();
    }

    @Test
    void takenAndDecidedIsAPositiveBusinessAcknowledgement() {
        world.accept(asking(BUS_ACK));
        handled(new Outcome.Done(null, true));
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals("AA", world.received().outcome());
        assertEquals(List.of("AA"), acks(MessageKind.BUS_ACK));
        assertEquals(List.of("by application, attempt 1"), world.details(AuditType.HANDLED));
    }

    @Test
    void takenAndDecidedIsRememberedEvenWhenNobodyAsks() {
        world.accept(Messages.cda());
        handled(new Outcome.Done(null, true));
        assertEquals("AA", world.received().outcome());
        assertEquals(List.of(), world.store.sent());
    }

    @Test
    void takenAndDecidedLaterWaitsForTheApplication() {
        world.accept(asking(INF_ACK, BUS_ACK));
        handled(Outcome.done());
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(List.of(), acks(MessageKind.BUS_ACK));
        world.submissions.decide(Messages.TRACKING_ID, BusinessOutcome.AR, "Not ours.", "app");
        assertEquals(List.of("AR"), acks(MessageKind.BUS_ACK));
        assertEquals(MessageState.HANDLED, world.state(), "its outcome is not its delivery");
    }

    @ParameterizedTest
    @CsvSource({"REJECTED, AR", "ERROR, AE"})
    void aRefusalIsANegativeBusinessAcknowledgement(Outcome.Why why, String outcome) {
        world.accept(asking(INF_ACK, BUS_ACK));
        handled(new Outcome.GiveUp("back end said 422", why, "The NHS number is missing."));
        assertEquals(MessageState.REJECTED, world.state());
        assertEquals("back end said 422", world.received().reason());
        assertEquals(outcome, world.received().outcome());
        assertEquals(List.of(outcome), acks(MessageKind.BUS_ACK));
        assertEquals(List.of("OK"), acks(MessageKind.INF_ACK), "the infrastructure had it");
        var text = world.text(world.only(MessageKind.BUS_ACK));
        assertTrue(text.contains("The NHS number is missing."), text);
        assertFalse(text.contains("said 422"), "the reason stays here");
    }

    @Test
    void aPayloadThatCannotBeReadIsAnAlertAndNoSecondInfrastructureAcknowledgement() {
        world.accept(asking(INF_ACK, BUS_ACK));
        handled(new Outcome.GiveUp("no gzip", Outcome.Why.UNREADABLE, null));
        assertEquals(MessageState.REJECTED, world.state());
        assertEquals(List.of("OK"), acks(MessageKind.INF_ACK), "never a positive and a negative one (H6)");
        assertEquals(List.of(), acks(MessageKind.BUS_ACK), "and decides no business");
        assertEquals(List.of("a payload cannot be read"), world.details(AuditType.ALERT));
        assertEquals(List.of("unreadable:" + World.GP), world.alerts());
    }

    @Test
    void anUnreadablePayloadIsAnAlertEvenWhenNobodyAsks() {
        world.accept(asking(BUS_ACK));
        handled(new Outcome.GiveUp("no gzip", Outcome.Why.UNREADABLE, null));
        assertEquals(List.of(), world.store.sent());
        assertEquals(1, world.details(AuditType.ALERT).size());
    }

    @Test
    void aDeadLetterIsAnAlertAndNoSecondInfrastructureAcknowledgement() {
        world.accept(asking(INF_ACK, BUS_ACK));
        handled(new Outcome.TryAgain("down"), new Outcome.TryAgain("down"));
        assertEquals(List.of(), world.details(AuditType.ALERT));
        handled(new Outcome.TryAgain("still down"));
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals("still down", world.received().reason());
        assertEquals(List.of("OK"), acks(MessageKind.INF_ACK), "never a positive and a negative one (H6)");
        assertEquals(List.of(), acks(MessageKind.BUS_ACK));
        assertEquals(List.of("handler application did not take it"), world.details(AuditType.ALERT));
        assertEquals(List.of("dead-letter:handler/application"), world.alerts());
    }

    @Test
    void aHandlerThatThrowsIsTriedAgain() {
        world.accept(Messages.cda());
        assertEquals(1, world.work(), "nothing to say: the fake throws");
        assertEquals(MessageState.ACCEPTED, world.state());
        world.forward(Duration.ofMinutes(1));
        handled(Outcome.done());
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(2, world.handled.get(1).attempt());
    }

    @Test
    void aHandlerThatIsNotConfiguredIsTriedAgain() {
        world.routes.clear();
        world.routes.add(new Route(World.ADDRESS + "Z9999", "missing", null));
        world.accept(Messages.cda());
        assertEquals(1, world.work());
        assertEquals(List.of("attempt 1: handler missing is not configured"), world.details(AuditType.ATTEMPT_FAILED));
    }

    @ParameterizedTest
    @CsvSource({"true, 8", "false, 12"})
    void onlyAnApplicationThatIsUnwellIsLeftAlone(boolean unwell, int attempts) {
        for (int i = 0; i < 12; i++) {
            world.accept(Requests.tracked(Messages.cda(), StoreContract.fresh()));
            world.outcomes.add(new Outcome.TryAgain("back end", unwell));
        }
        assertEquals(attempts, world.work(), "five in a row and three on their way, or all");
        assertEquals(unwell, world.breaker.isOpen(LANE));
    }

    @Test
    void workThatNeverEndsIsGivenUpWithoutBeingRunAgain() {
        world.accept(asking(INF_ACK));
        for (int i = 0; i < RetrySchedule.LOST; i++) {
            StoreContract.claims(world.store, LANE, world.clock.instant());
            world.store.releaseOwn(false);
        }
        world.forward(Duration.ofSeconds(2));
        assertEquals(2, world.work(), "the acknowledgement, and this");
        assertEquals(List.of(), world.handled);
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals("no attempt came to an end", world.received().reason());
    }

    @Test
    void aMessageInHandAtTwoRecordedDeathsIsSetAsideUnread() {
        world.accept(Messages.cda());
        world.store.unreadable(world.received().id());
        for (int death = 1; death <= 2; death++) {
            assertEquals(
                    1,
                    StoreContract.claims(world.store, LANE, world.clock.instant())
                            .size());
            world.store.releaseOwn(true);
        }
        assertEquals(1, world.work());
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals("no attempt came to an end", world.received().reason(), "it was not read");
        assertEquals(List.of("no attempt came to an end"), world.details(AuditType.DEAD_LETTER));
        assertEquals(List.of("dead-letter:handler/application"), world.alerts());
    }

    @ParameterizedTest
    @ValueSource(classes = {NoClassDefFoundError.class, StackOverflowError.class, AssertionError.class})
    void anErrorOfAHandlerIsAnAttemptThatFailed(Class<? extends Error> type) throws Exception {
        world.accept(Messages.cda());
        var error = type.getConstructor().newInstance();
        world.whileHandling = () -> {
            throw error;
        };
        assertEquals(1, world.work());
        world.whileHandling = () -> {};
        assertEquals(List.of("attempt 1: the handler failed"), world.details(AuditType.ATTEMPT_FAILED));
        world.forward(Duration.ofMinutes(1));
        handled(Outcome.done());
        assertEquals(MessageState.HANDLED, world.state());
    }

    @Test
    void outOfMemoryIsNotTakenForAFailureOfTheHandler() {
        world.accept(Messages.cda());
        world.whileHandling = () -> {
            throw new OutOfMemoryError("planned");
        };
        assertThrows(OutOfMemoryError.class, world::work);
        assertEquals(List.of(), world.details(AuditType.ATTEMPT_FAILED));
    }

    @Test
    void anInterruptThatAHandlerLeavesDoesNotReachTheStore() {
        world.accept(Messages.cda());
        world.whileHandling = () -> Thread.currentThread().interrupt();
        handled(Outcome.done());
        assertFalse(Thread.interrupted());
        assertEquals(MessageState.HANDLED, world.state());
    }

    @Test
    void anErrorOutsideTheHandlerIsAnAttemptThatFailed() {
        world.accept(Messages.cda());
        world.store.whileReading(() -> {
            throw new NoClassDefFoundError("planned");
        });
        int attempts = World.SCHEDULE.attempts();
        for (int i = 0; i < attempts; i++) {
            assertEquals(1, world.work());
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(
                List.of(
                        "attempt 1: the server failed (NoClassDefFoundError)",
                        "attempt 2: the server failed (NoClassDefFoundError)"),
                world.details(AuditType.ATTEMPT_FAILED));
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals(0, world.work());
    }

    @Test
    void aSynchronousRequestInHandAtTwoRecordedDeathsIsRefusedUnhandled() {
        var request = Requests.calling(Messages.cda(), World.QUERY);
        world.outcomes.add(new Outcome.TryAgain("busy"));
        world.accept(request);
        world.handled.clear();
        for (int death = 1; death <= 2; death++) {
            world.store
                    .reclaim(world.received().id(), world.clock.instant(), World.LEASE)
                    .orElseThrow();
            world.store.releaseOwn(true);
        }
        var fault = (Answer.Fault) world.accept(request);
        assertEquals(ErrorCode.NOT_RECOVERABLE, fault.error().code());
        assertEquals(List.of(), world.handled);
        assertEquals(MessageState.REJECTED, world.state());
        assertEquals(List.of("dead-letter:handler/application"), world.alerts());
    }

    @Test
    void anOutcomeThatWasDecidedBeforeStays() {
        world.accept(asking(BUS_ACK));
        world.submissions.decide(Messages.TRACKING_ID, BusinessOutcome.AR, null, "app");
        world.work(); // sends it; the handler has nothing to say yet
        world.forward(Duration.ofMinutes(1));
        handled(new Outcome.Done(null, true));
        assertEquals("AR", world.received().outcome());
        assertEquals(List.of("AR"), acks(MessageKind.BUS_ACK));
        assertEquals(1, world.details(AuditType.ACKNOWLEDGING).size(), "the trail tells of no other");
        assertEquals(MessageState.HANDLED, world.state());
    }

    @Test
    void twoHandlersDecideOnce() {
        world.routes.add(new Route(World.ADDRESS + "Z9999:oncology", "application-2", null));
        world.alsoHandles("application-2");
        world.accept(Requests.to(asking(BUS_ACK), "Z9999:cardiology", "Z9999:oncology"));
        world.outcomes.add(new Outcome.Done(null, true));
        world.outcomes.add(new Outcome.GiveUp("no", Outcome.Why.ERROR, null));
        assertEquals(2, world.work());
        assertEquals(List.of("AA"), acks(MessageKind.BUS_ACK));
        assertEquals(MessageState.REJECTED, world.state(), "the bad end of one is seen");
    }

    @Test
    void theInfrastructureAcknowledgementGoesBeforeTheBusinessAcknowledgement() {
        world.accept(asking(INF_ACK, BUS_ACK));
        world.transport.next(new Transport.NotNow("M", "HTTP 503", null, false));
        world.outcomes.add(new Outcome.Done(null, true));
        assertEquals(2, world.work(), "the handler takes it; the infrastructure acknowledgement does not get through");
        world.forward(Duration.ofMillis(300));
        world.work();
        assertEquals(1, world.transport.sent().size(), "the other waits behind it");
        world.forward(Duration.ofSeconds(2));
        while (world.work() > 0) {
            world.forward(Duration.ofSeconds(1));
        }
        var sent = world.transport.sent().stream().map(s -> s.letter().action()).toList();
        assertEquals(3, sent.size(), sent.toString());
        assertTrue(sent.get(1).endsWith("SendInfrastructureAck-v1-0"), sent.toString());
        assertTrue(sent.get(2).endsWith("SendBusinessAck-v1-0"), sent.toString());
    }
}
