package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Lane;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.testing.Partners;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a message to send, attempt by attempt (H11). */
class OutboundRunTest {
    private static final Lane LANE = new Lane(Lane.Kind.SEND, "hospital/messages");

    private final World world = new World().with(Partners.of("hospital", "W1"));

    private static Transport.Result notNow(@Nullable Duration retryAfter) {
        return new Transport.NotNow("M", "HTTP 503 without a SOAP answer", retryAfter, true);
    }

    private MessageRecord message() {
        return world.only(MessageKind.BUSINESS);
    }

    private void attempt(Transport.Result result) {
        world.transport.next(result);
        assertEquals(1, world.work());
    }

    @Test
    void whatIsTakenIsSent() {
        world.submit("hospital", "W1");
        attempt(new Transport.Taken("MESSAGE-ID", null));
        assertEquals(MessageState.SENT, message().state());
        assertEquals(World.START, message().settledAt());
        assertEquals(List.of("to hospital/messages, attempt 1, MessageID MESSAGE-ID"), world.details(AuditType.SENT));
        assertEquals(1, world.counters.sentCount());
        assertEquals(0, world.work());
        var sent = world.transport.only();
        assertEquals(URI.create("http://hospital.example/messages"), sent.endpoint());
        assertEquals("us", sent.username());
        assertFalse(sent.letter().synchronous());
    }

    @Test
    void theResponseOfASynchronousServiceIsKept() {
        world.submit(World.QUERY, "hospital", List.of("W1"));
        attempt(new Transport.Taken("M", "<soap>r\u00e9sponse</soap>"));
        assertTrue(world.transport.only().letter().synchronous());
        assertEquals(
                "<soap>r\u00e9sponse</soap>",
                world.store.response(message().id()).orElseThrow());
        assertEquals(MessageState.SENT, message().state());
    }

    @Test
    void whatCannotBeSentIsADeadLetterAtOnce() {
        world.submit("hospital", "W1");
        attempt(new Transport.Unsendable("M", "it is larger than ITK_MAX_SIGNED"));
        assertEquals(MessageState.DEAD_LETTER, message().state());
        assertEquals("it is larger than ITK_MAX_SIGNED", message().reason());
        assertEquals(List.of("could not be sent to partner hospital"), world.details(AuditType.ALERT));
        assertEquals(0, world.work());
    }

    @Test
    void aRefusalIsFinalAndSeen() {
        world.submit("hospital", "W1");
        attempt(new Transport.Refused("M", "3000", "fault 3000: who are you?"));
        assertEquals(MessageState.REJECTED, message().state());
        assertEquals("fault 3000: who are you?", message().reason());
        assertEquals(List.of("could not be sent to partner hospital"), world.details(AuditType.ALERT));
        assertEquals(List.of("attempt 1: fault 3000: who are you?"), world.details(AuditType.REJECTED));
        world.forward(Duration.ofDays(9));
        assertEquals(0, world.work(), "nor are acknowledgements waited for");
    }

    @Test
    void itIsTriedUntilItIsTakenAndNeverChanges() {
        world.submit("hospital", "W1");
        attempt(notNow(null));
        assertEquals(MessageState.ACCEPTED, message().state());
        assertEquals(0, world.work(), "not due yet");
        world.forward(Duration.ofSeconds(2));
        attempt(notNow(null));
        world.forward(Duration.ofSeconds(3));
        attempt(new Transport.Taken("M", null));
        assertEquals(MessageState.SENT, message().state());
        assertEquals(2, world.details(AuditType.ATTEMPT_FAILED).size());
        assertEquals(2, world.counters.failedAttemptCount());
        assertEquals(
                1,
                world.transport.sent().stream()
                        .map(FakeTransport.Sent::content)
                        .distinct()
                        .count());
    }

    @Test
    void triedTooOftenItIsADeadLetter() {
        world.submit("hospital", "W1");
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(), world.details(AuditType.ALERT));
            attempt(notNow(null));
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(MessageState.DEAD_LETTER, message().state());
        assertEquals("HTTP 503 without a SOAP answer", message().reason());
        assertEquals(1, world.details(AuditType.DEAD_LETTER).size());
        assertEquals(1, world.details(AuditType.ALERT).size());
        world.forward(Duration.ofDays(9));
        assertEquals(0, world.work());
    }

    /** The schedule of the tests waits about a second, and never longer than eight. */
    @ParameterizedTest
    @CsvSource({
        "PT0S, PT2S",
        "PT5S, PT5S",
        "PT8S, PT8S",
        "PT10M, PT10M",
        "PT11M, PT10M",
        "P10000D, PT10M",
    })
    void thePeerMaySayWhenWithinReason(Duration asked, Duration due) {
        world.submit("hospital", "W1");
        attempt(new Transport.NotNow("M", "fault 2100: busy", asked, false));
        boolean early = asked.isZero();
        world.forward(due.minusMillis(early ? 1500 : 1));
        assertEquals(0, world.work());
        world.forward(Duration.ofMillis(early ? 1500 : 1));
        assertEquals(1, world.work());
    }

    @Test
    void anEndpointThatIsTakenAwayIsNotGuessed() {
        world.submit("hospital", "W1");
        world.with(Partners.of("hospital", "W1").endpoints(null, "http://hospital.example/acks"));
        for (int i = 0; i < 3; i++) {
            assertEquals(1, world.work());
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(List.of(), world.transport.sent());
        assertEquals(MessageState.DEAD_LETTER, message().state());
        assertEquals("partner hospital has no endpoint for it", message().reason());
    }

    @Test
    void norIsOneThatBecameAQueue() {
        world.submit("hospital", "W1");
        world.with(Partners.of("hospital", "W1").queue("q").endpoints("queue:q", null));
        assertEquals(1, world.work());
        assertEquals(List.of(), world.transport.sent());
        assertEquals(
                List.of("attempt 1: partner hospital has no endpoint for it"), world.details(AuditType.ATTEMPT_FAILED));
    }

    @Test
    void anEndpointThatMovesIsFollowed() {
        world.submit("hospital", "W1");
        attempt(notNow(null));
        world.with(Partners.of("hospital", "W1").endpoints("http://new.example/", null));
        world.forward(Duration.ofMinutes(1));
        assertEquals(1, world.work());
        assertEquals(
                URI.create("http://new.example/"), world.transport.sent().get(1).endpoint());
    }

    @Test
    void aPartnerThatIsGoneIsNoError() {
        world.submit("hospital", "W1");
        world.partners.removeIf(p -> p.id().equals("hospital"));
        assertEquals(1, world.work());
        assertEquals(1, world.details(AuditType.ATTEMPT_FAILED).size());
    }

    @Test
    void whatNeverEndsIsGivenUpUnsent() {
        world.submit("hospital", "W1");
        for (int i = 0; i < RetrySchedule.LOST; i++) {
            StoreContract.claims(world.store, LANE, world.clock.instant());
            world.store.releaseOwn(false);
        }
        assertEquals(1, world.work());
        assertEquals(List.of(), world.transport.sent());
        assertEquals(MessageState.DEAD_LETTER, message().state());
        assertEquals("no attempt came to an end", message().reason());
    }

    @Test
    void aMessageInHandAtTwoRecordedDeathsIsSetAsideUnread() {
        world.submit("hospital", "W1");
        world.store.unreadable(message().id());
        for (int death = 1; death <= 2; death++) {
            assertEquals(
                    1,
                    StoreContract.claims(world.store, LANE, world.clock.instant())
                            .size());
            world.store.releaseOwn(true);
        }
        assertEquals(1, world.work());
        assertEquals(List.of(), world.transport.sent());
        assertEquals(MessageState.DEAD_LETTER, message().state());
        assertEquals("no attempt came to an end", message().reason(), "it was not read");
        assertEquals(1, world.alerts().size());
    }

    @Test
    void anAttemptThatOutlivesItsLeaseChangesNothing() {
        world.submit("hospital", "W1");
        world.transport.whileSending(() -> {
            world.forward(World.LEASE.plusSeconds(1));
            assertEquals(
                    1,
                    StoreContract.claims(world.store, LANE, world.clock.instant())
                            .size());
        });
        assertEquals(1, world.work());
        assertEquals(MessageState.ACCEPTED, message().state());
        assertEquals(List.of(), world.details(AuditType.SENT));
        assertEquals(0, world.counters.sentCount());
    }

    @Test
    void aDeadPeerIsLeftAloneAndTheOthersAreNot() {
        world.with(Partners.of("clinic", "C1"));
        for (int i = 0; i < 12; i++) {
            world.submit("hospital", "W1");
            world.transport.next(notNow(null));
        }
        assertEquals(8, world.work(), "five failures in a row, and three that were on their way");
        assertTrue(world.breaker.isOpen(LANE));
        world.submit("clinic", "C1");
        world.transport.clear();
        assertEquals(1, world.work());
        assertEquals("clinic.example", world.transport.sent().get(8).endpoint().getHost());

        var rest = StoreContract.claims(world.store, LANE, world.clock.instant());
        assertEquals(4, rest.size(), "the rest was given back");
        rest.forEach(work -> assertEquals(1, work.attempt()));
    }

    @Test
    void aPeerThatRefusesIsWell() {
        for (int i = 0; i < 8; i++) {
            world.submit("hospital", "W1");
            world.transport.next(
                    i % 2 == 0
                            ? new Transport.Refused("M", "1000", "no")
                            : new Transport.NotNow("M", "fault 2100", null, false));
        }
        assertEquals(8, world.work());
        assertFalse(world.breaker.isOpen(LANE));
    }

    @Test
    void anEndpointThatRefusesEverythingHoldsItsMessagesAndIsReportedAtTheThirdEqualAnswer() {
        world.submit("hospital", "W1");
        for (var before : List.of("", "")) {
            attempt(new Transport.Held("M", "HTTP 404", "HTTP 404 with words" + before, null));
            assertEquals(MessageState.ACCEPTED, message().state());
            assertEquals(List.of(), world.alerts());
            world.forward(Duration.ofMinutes(1));
        }
        attempt(new Transport.Held("M", "HTTP 404", "HTTP 404 with words", null));
        assertEquals(
                "endpoint-refuses:http://hospital.example/messages",
                world.alerts().get(0));
        assertEquals(
                "http://hospital.example/messages: HTTP 404 with words",
                world.details(AuditType.ALERT).get(0));
    }

    @Test
    void equalAnswersAreCountedInARow() {
        var answers = new EqualAnswers();
        var third = List.of("a", "b", "b", "a", "a", "a", "a").stream()
                .map(answer -> answers.isThird("lane", answer))
                .toList();
        assertEquals(List.of(false, false, false, false, false, true, false), third);
        answers.forget("lane");
        assertFalse(answers.isThird("lane", "a"));
        assertFalse(answers.isThird("other", "a"));
    }

    @Test
    void anAnswerThatIsNotOursIsAnAlertAndAFailedAttempt() {
        world.submit(World.QUERY, "hospital", List.of("W1"));
        attempt(new Transport.NotOurs("M", "its RelatesTo is not the MessageID of our request"));
        assertEquals(MessageState.ACCEPTED, message().state());
        assertEquals(List.of("wrong-answer:hospital"), world.alerts());
        assertTrue(world.store.response(message().id()).isEmpty(), "nothing of it reaches the application");
        for (int i = 0; i < 2; i++) {
            world.forward(Duration.ofMinutes(1));
            attempt(new Transport.NotOurs("M", "it is our own request"));
        }
        assertEquals(MessageState.DEAD_LETTER, message().state());
        assertEquals(
                List.of(
                        "wrong-answer:hospital",
                        "wrong-answer:hospital",
                        "wrong-answer:hospital",
                        "dead-letter:hospital"),
                world.alerts());
    }

    @Test
    void aServiceWithAnEndpointOfItsOwnHasALaneOfItsOwn() {
        world.with(Partners.of("hospital", "W1").endpoint(World.QUERY, "http://query.example/q"));
        world.submit(World.QUERY, "hospital", List.of("W1"));
        attempt(new Transport.Taken("M", "<r/>"));
        assertEquals(
                URI.create("http://query.example/q"), world.transport.only().endpoint());
        assertTrue(
                world.details(AuditType.SENT).get(0).startsWith("to hospital/messages/" + World.QUERY),
                world.details(AuditType.SENT).toString());
        world.submit("hospital", "W1");
        attempt(new Transport.Taken("M", null));
        assertEquals(
                URI.create("http://hospital.example/messages"),
                world.transport.sent().get(1).endpoint());
    }

    @Test
    void acknowledgementsGoToTheEndpointOfTheirService() {
        world.with(Partners.of(World.GP, "Y9999")
                .endpoints("http://gp.example/m", "http://gp.example/a")
                .endpoint("SendBusinessAck-v1-0", "http://gp.example/bus")
                .endpoint("SendInfrastructureAck-v1-0", "http://gp.example/inf"));
        world.accept(Requests.asking(Requests.INF_ACK, Requests.BUS_ACK));
        world.submissions.decide(
                org.itkserver.envelope.Messages.TRACKING_ID, org.itkserver.envelope.BusinessOutcome.AA, null, "app");
        world.work();
        world.forward(Duration.ofSeconds(5));
        world.work();
        assertEquals(
                List.of("http://gp.example/inf", "http://gp.example/bus"),
                world.transport.sent().stream()
                        .map(sent -> sent.endpoint().toString())
                        .toList());
    }
}
