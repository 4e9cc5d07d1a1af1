package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.calling;
import static org.itkserver.exchange.Requests.replyTo;
import static org.itkserver.exchange.World.CALLBACK_QUERY;
import static org.itkserver.exchange.World.GP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Route;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.handler.Outcome;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are answered at their ReplyTo, and the addresses that they may name (H10, H21). */
class CallbacksTest {
    private static final String CALLBACK = Partners.callbackOf(GP);
    private static final String QUEUE = "urn:nhs-itk:subscriber:gp-queue";
    private static final String ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous";
    private static final String REQUEST_ID = "9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01";
    private static final String FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault";
    private static final Answer TAKEN = new Answer.Empty(202);

    private final World world = new World();

    private static String query(String replyTo) {
        return query(replyTo, null);
    }

    private static String query(String replyTo, @org.jspecify.annotations.Nullable String faultTo) {
        return replyTo(calling(Messages.cda(), CALLBACK_QUERY), replyTo, faultTo);
    }

    private static Outcome.Done reply(String xml) {
        return new Outcome.Done(new Outcome.Reply("text/xml", Optional.empty(), Messages.utf8(xml)), true);
    }

    /** Runs the handler, then sends what it leads to. */
    private FakeTransport.Sent answered(Outcome outcome) {
        world.outcomes.add(outcome);
        assertEquals(1, world.work());
        assertEquals(1, world.work());
        return world.transport.only();
    }

    private void assertReply(FakeTransport.Sent sent, String endpoint, String action) {
        assertEquals(URI.create(endpoint), sent.endpoint());
        assertEquals(action, sent.letter().action());
        assertEquals(REQUEST_ID, sent.letter().relatesTo());
    }

    @Test
    void theResponseGoesToTheReplyToAddress() {
        assertEquals(TAKEN, world.accept(query(CALLBACK)));
        assertEquals(List.of(), world.handled, "the request is answered before it is handled");
        var sent = answered(reply("<patient/>"));
        assertReply(sent, CALLBACK, "urn:nhs-itk:services:201005:" + CALLBACK_QUERY + "Response");
        assertTrue(sent.content().startsWith("<itk:DistributionEnvelope"), sent.content());
        assertTrue(sent.content().contains(CALLBACK_QUERY + "Response\""), sent.content());
        assertTrue(sent.content().contains("<patient/>"));
        var response = world.only(MessageKind.RESPONSE);
        assertTrue(!response.trackingId().equals(Messages.TRACKING_ID), "it has a tracking id of its own");
        assertEquals(world.received().id(), response.origin());
        assertEquals(MessageState.SENT, response.state());
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(
                List.of(AuditType.ACCEPTED, AuditType.HANDLED, AuditType.REPLYING, AuditType.SENT), world.events());
    }

    @Test
    void aHandlerThatSaysNothingMakesASimpleResponse() {
        world.accept(query(CALLBACK));
        var sent = answered(Outcome.done());
        assertReply(sent, CALLBACK, "urn:nhs-itk:services:201005:" + CALLBACK_QUERY + "Response");
        assertTrue(sent.content().contains("SimpleMessageResponse"), sent.content());
        assertEquals(MessageKind.BODY, world.store.sent().get(0).kind());
    }

    @Test
    void aRefusalIsAFaultForTheFaultToAddress() {
        world.with(Partners.of(GP, "Y9999").queue("gp-queue").callback(CALLBACK + "/faults"));
        world.accept(query(CALLBACK, CALLBACK + "/faults"));
        var sent = answered(new Outcome.GiveUp("No such patient."));
        assertReply(sent, CALLBACK + "/faults", FAULT_ACTION);
        assertTrue(sent.content().contains(">2200<") && sent.content().contains("No such patient."), sent.content());
        var errorId = world.store.events().get(2).errorId();
        assertTrue(sent.content().contains(String.valueOf(errorId)), "its ErrorID is in the audit trail");
        assertEquals(MessageState.REJECTED, world.state());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ANONYMOUS})
    void orForTheReplyToAddressWhenThereIsNone(String faultTo) {
        world.accept(query(CALLBACK, faultTo.isEmpty() ? null : faultTo));
        assertReply(answered(new Outcome.GiveUp("no")), CALLBACK, FAULT_ACTION);
    }

    @Test
    void whatCannotBeAnsweredIsAFaultInTheEnd() {
        world.accept(query(CALLBACK));
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(), world.transport.sent());
            world.outcomes.add(new Outcome.TryAgain("the register is down"));
            world.work();
            world.forward(Duration.ofMinutes(1));
        }
        world.work();
        assertReply(world.transport.only(), CALLBACK, FAULT_ACTION);
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals(1, world.details(AuditType.ALERT).size());
    }

    @Test
    void aResponseThatIsNoXmlIsAFault() {
        world.accept(query(CALLBACK));
        var sent = answered(reply("<!DOCTYPE p><p/>"));
        assertReply(sent, CALLBACK, FAULT_ACTION);
    }

    @Test
    void noAcknowledgementIsSentBesideTheAnswer() {
        var asking = Requests.alsoAsking(query(CALLBACK), Requests.INF_ACK, Requests.BUS_ACK);
        world.accept(asking);
        answered(reply("<patient/>"));
        assertEquals(1, world.store.sent().size());
    }

    @Test
    void severalAddressesOfOursAreStillOneAnswer() {
        world.toApplication();
        world.routes.add(new Route(World.ADDRESS + "Z9999:oncology", "other", null));
        assertEquals(TAKEN, world.accept(Requests.to(query(CALLBACK), "Z9999:cardiology", "Z9999:oncology")));
        answered(Outcome.done());
        world.forward(Duration.ofDays(1));
        assertEquals(0, world.work(), "one request, one handler");
        assertEquals(MessageState.HANDLED, world.state());
    }

    @Test
    void aCopyIsTakenAndAnsweredOnce() {
        world.accept(query(CALLBACK));
        assertEquals(TAKEN, world.accept(query(CALLBACK)));
        answered(reply("<patient/>"));
        world.forward(Duration.ofHours(1));
        assertEquals(TAKEN, world.accept(query(CALLBACK)));
        assertEquals(0, world.work());
    }

    @Test
    void anAddressTakenOutOfTheDirectoryIsNotCalledAnyMore() {
        world.accept(query(CALLBACK));
        world.outcomes.add(reply("<patient/>"));
        world.work();
        world.with(Partners.of(GP, "Y9999").noCallbacks());
        for (int i = 0; i < 3; i++) {
            world.work();
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(List.of(), world.transport.sent());
        assertEquals(MessageState.DEAD_LETTER, world.only(MessageKind.RESPONSE).state());
    }

    @Test
    void aRequestOfAPartnerThatIsGoneEndsWithoutAnswer() {
        world.accept(query(CALLBACK));
        world.partners.clear();
        world.outcomes.add(reply("<patient/>"));
        assertEquals(1, world.work());
        assertEquals(MessageState.HANDLED, world.state());
        world.forward(Duration.ofHours(1));
        assertEquals(0, world.work(), "and is not tried for ever");
        assertEquals(List.of(), world.store.sent());
    }

    @Test
    void anAnswerForAQueueWaitsThere() {
        assertEquals(TAKEN, world.accept(query(QUEUE)));
        world.outcomes.add(reply("<patient/>"));
        world.work();
        assertEquals(0, world.work(), "no worker sends it");
        var collected = world.queues.collect(
                world.partner(GP), new QueueRequest.Collect("gp-queue", null, 9), "127.0.0.1", World.memory());
        assertEquals(1, collected.size());
        assertEquals(REQUEST_ID, collected.get(0).relatesTo());
        assertTrue(collected.get(0).payload().contains("<patient/>"));
        assertEquals(CALLBACK_QUERY, collected.get(0).serviceMessageType());
    }

    @Test
    void anAnonymousRequestIsAnsweredOnItsConnection() {
        world.outcomes.add(reply("<patient/>"));
        var answer = assertInstanceOf(Answer.Response.class, world.accept(query(ANONYMOUS)));
        assertTrue(answer.body().contains("<patient/>"));
        assertNull(world.store.sent().stream().findAny().orElse(null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://gp-system.example/other",
                "http://elsewhere.example/callback",
                "http://gp-system.example/callback/",
                "http://gp-system.example/messages",
                "http://www.w3.org/2005/08/addressing/none",
                "urn:nhs-itk:subscriber:other-queue",
                "urn:nhs-itk:subscriber:",
                "gp-queue",
                "queue:gp-queue"
            })
    void anAddressThatIsNotTheSendersOwnIsRefused(String address) {
        for (var message : List.of(query(address), query(CALLBACK, address))) {
            var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(message));
            assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        }
        assertEquals(List.of(), world.events());
    }

    @Test
    void theCallbackOfAnotherPartnerIsRefused() {
        world.with(Partners.of("hospital", "W1").queue("hospital-queue"));
        for (var address : List.of(Partners.callbackOf("hospital"), "urn:nhs-itk:subscriber:hospital-queue")) {
            assertThrows(EnvelopeRejected.class, () -> world.accept(query(address)));
        }
    }

    @Test
    void onlyServicesThatReplyElsewhereTakeACallback() {
        for (var address : List.of(CALLBACK, QUEUE)) {
            var cda = replyTo(Messages.cda(), address, null);
            assertThrows(EnvelopeRejected.class, () -> world.accept(cda));
        }
        assertInstanceOf(Answer.Simple.class, world.accept(replyTo(Messages.cda(), ANONYMOUS, ANONYMOUS)));
    }
}
