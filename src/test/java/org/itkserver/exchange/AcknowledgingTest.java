package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.BUS_ACK;
import static org.itkserver.exchange.Requests.GENERIC;
import static org.itkserver.exchange.Requests.INF_ACK;
import static org.itkserver.exchange.Requests.asking;
import static org.itkserver.exchange.Requests.calling;
import static org.itkserver.exchange.Requests.from;
import static org.itkserver.exchange.Requests.to;
import static org.itkserver.exchange.World.GP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When received messages are acknowledged, in which form, to whom (H6, H8, H10, H19), and again (H9). */
class AcknowledgingTest {
    private final World world = new World();

    private void assertNothingIsSent() {
        assertEquals(List.of(), world.store.sent());
    }

    @Test
    void aMessageForALocalHandlerIsAcknowledgedWhenItIsStored() {
        assertInstanceOf(Answer.Simple.class, world.toApplication().accept(asking(INF_ACK)));
        var ack = world.only(MessageKind.INF_ACK);
        assertEquals("OK", ack.outcome());
        assertEquals(GP, ack.partner());
        assertEquals(world.received().id(), ack.origin());
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.ACKNOWLEDGING), world.events());
        assertTrue(world.text(ack).contains("trackingIdRef=\"" + Messages.TRACKING_ID + "\""), world.text(ack));
    }

    @Test
    void aMessageForTheInboxIsAcknowledgedToo() {
        world.accept(asking(INF_ACK));
        assertEquals("OK", world.only(MessageKind.INF_ACK).outcome());
        assertEquals(MessageState.HANDLED, world.state());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", BUS_ACK})
    void aMessageThatDoesNotAskIsNotAcknowledged(String key) {
        world.accept(key.isEmpty() ? Messages.cda() : asking(key));
        assertNothingIsSent();
    }

    @Test
    void aRequestThatSaysFalseIsNone() {
        world.accept(asking(INF_ACK).replace("value=\"true\"", "value=\"false\""));
        assertNothingIsSent();
    }

    @Test
    void aForwardIsNotAcknowledgedPositively() {
        world.with(Partners.of("hospital", "W1")).forward("W1", "hospital");
        world.accept(to(asking(INF_ACK, BUS_ACK), "W1:ward"));
        assertEquals(List.of(), world.sent(MessageKind.INF_ACK));
        assertEquals(1, world.sent(MessageKind.FORWARD).size());
        world.work();
        assertEquals(List.of(), world.sent(MessageKind.INF_ACK));
    }

    @Test
    void aRequestAnsweredOnItsConnectionIsNotAcknowledged() {
        world.outcomes.add(new org.itkserver.handler.Outcome.GiveUp("no"));
        world.accept(calling(asking(INF_ACK, BUS_ACK), World.QUERY));
        assertNothingIsSent();
    }

    @ParameterizedTest
    @CsvSource({
        "SendCDADocument-v2-0, AUTO, SendInfrastructureAck-v1-0",
        "sendDistEnvelope, AUTO, sendDistEnvelope",
        "SendCDADocument-v2-0, ITK_2_2, sendDistEnvelope",
        "sendDistEnvelope, ITK_2_1, SendInfrastructureAck-v1-0",
        "SendCDADocument-v2-0, ITK_2_1, SendInfrastructureAck-v1-0",
        "sendDistEnvelope, ITK_2_2, sendDistEnvelope",
    })
    void theFormFollowsTheMessageUnlessThePartnerHasOne(String service, Partner.AckForm form, String expected) {
        world.with(Partners.of(GP, "Y9999").style(form));
        world.accept(calling(asking(INF_ACK), service));
        var ack = world.only(MessageKind.INF_ACK);
        assertEquals(expected, ack.service());
        assertEquals("urn:nhs-itk:services:201005:" + expected, ack.action());
        boolean generic = expected.equals(GENERIC);
        assertEquals(generic, ack.interaction() != null, "only the generic service needs an interaction");
    }

    @ParameterizedTest
    @CsvSource({"AUTO, SendBusinessAck-v1-0, false", "ITK_2_2, sendDistEnvelope, true"})
    void onlyABusinessAcknowledgementIn22FormAsksForOne(Partner.AckForm form, String service, boolean asks) {
        world.with(Partners.of(GP, "Y9999").style(form)).accept(asking(BUS_ACK));
        world.submissions.decide(Messages.TRACKING_ID, org.itkserver.envelope.BusinessOutcome.AA, null, "app");
        var ack = world.only(MessageKind.BUS_ACK);
        assertEquals(service, ack.service());
        assertEquals(asks, ack.infAckRequested());
        assertEquals(false, ack.ackRequested());
        world.forward(Duration.ofDays(2));
        world.work();
        assertEquals(asks ? 1 : 0, world.details(AuditType.OVERDUE).size(), "and waits for it");
    }

    // H10

    private MessageRecord acknowledged(String message, String by) {
        world.accept(message, by);
        return world.only(MessageKind.INF_ACK);
    }

    private URI sentTo() {
        world.work();
        return world.transport.only().endpoint();
    }

    @Test
    void itGoesToTheSendersEndpointForAcknowledgements() {
        var ack = acknowledged(from(asking(INF_ACK), "Y9999:dr:a"), GP);
        assertEquals(World.ADDRESS + "Y9999:dr:a", ack.addresses());
        assertEquals(World.ADDRESS + "Z9999", ack.sender());
        assertEquals(URI.create("http://gp-system.example/acks"), sentTo());
    }

    @Test
    void orToTheOneForMessagesWhenThatIsAll() {
        world.with(Partners.of(GP, "Y9999").endpoints("http://gp-system.example/messages", null));
        acknowledged(asking(INF_ACK), GP);
        assertEquals(URI.create("http://gp-system.example/messages"), sentTo());
    }

    @Test
    void itGoesToTheOwnerOfTheSenderAddressNotToTheRelay() {
        world.with(Partners.of("relay", "R1").relays("Y9999"));
        assertEquals(GP, acknowledged(asking(INF_ACK), "relay").partner());
    }

    @Test
    void itGoesToTheRelayWhenTheOwnerTakesNone() {
        world.with(Partners.of("relay", "R1").relays("Y9999"));
        world.with(Partners.of(GP, "Y9999").endpoints(null, null));
        var ack = acknowledged(asking(INF_ACK), "relay");
        assertEquals("relay", ack.partner());
        assertEquals(World.ADDRESS + "Y9999", ack.addresses(), "addressed to the sender all the same");
    }

    @Test
    void itGoesToTheRelayWhenNobodyOwnsTheSenderAddress() {
        world.with(Partners.of("relay", "R1").relays("*"));
        assertEquals("relay", acknowledged(from(asking(INF_ACK), "X1"), "relay").partner());
    }

    @Test
    void withoutSenderAddressItGoesToTheSendersOwnAddress() {
        var ack = acknowledged(from(asking(INF_ACK), null), GP);
        assertEquals(GP, ack.partner());
        assertEquals(World.ADDRESS + "Y9999", ack.addresses());
    }

    /** H10: a DTS mailbox is not an address that this server sends to. */
    @Test
    void withSenderAddressOfAnotherTypeItGoesToTheSendersOwnAddress() {
        var message = asking(INF_ACK)
                .replace(
                        "<itk:senderAddress uri=\"urn:nhs-uk:addressing:ods:Y9999\"/>",
                        "<itk:senderAddress type=\"2.16.840.1.113883.2.1.3.2.4.21.1\" uri=\"X26HC005\"/>");
        var ack = acknowledged(message, GP);
        assertEquals(GP, ack.partner());
        assertEquals(World.ADDRESS + "Y9999", ack.addresses());
    }

    @Test
    void aSenderWithoutEndpointLeavesADeadLetterAndIsAnsweredAllTheSame() {
        world.with(Partners.of(GP, "Y9999").endpoints(null, null));
        assertInstanceOf(Answer.Simple.class, world.accept(asking(INF_ACK)));
        assertEquals(MessageState.DEAD_LETTER, world.only(MessageKind.INF_ACK).state());
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.DEAD_LETTER), world.events());
        assertEquals(0, world.work());
    }

    // H19

    @Test
    void whatNobodyTakesIsRefusedWhenNoAcknowledgementIsAskedFor() {
        var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(to(asking(BUS_ACK), "W1")));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertTrue(
                refused.error().diagnostic().contains(World.ADDRESS + "W1"),
                refused.error().diagnostic());
        assertEquals(List.of(), world.events());
        assertNothingIsSent();
    }

    @Test
    void whatNobodyTakesIsAcceptedAndAcknowledgedNegativelyWhenAsked() {
        assertInstanceOf(Answer.Simple.class, world.accept(to(asking(INF_ACK), "W1")));
        assertEquals(MessageState.REJECTED, world.state());
        var nack = world.only(MessageKind.INF_ACK);
        assertEquals("Failure", nack.outcome());
        var text = world.text(nack);
        assertTrue(text.contains(">DE0003<"), text);
        assertTrue(text.contains(World.ADDRESS + "W1"), "it names the address");
        var event = world.store.events().get(world.events().indexOf(AuditType.ACKNOWLEDGING));
        assertTrue(text.contains(">" + event.errorId() + "<"), "its ErrorID is in the audit trail");
    }

    @Test
    void eachAddressThatIsNotRoutedGetsItsOwn() {
        world.accept(to(asking(INF_ACK), "W1", "Z9999:cardiology", "W2"));
        assertEquals(
                List.of("OK", "Failure", "Failure"),
                world.sent(MessageKind.INF_ACK).stream()
                        .map(MessageRecord::outcome)
                        .toList());
        assertEquals(MessageState.HANDLED, world.state(), "for those that are");
        assertEquals(List.of(), world.details(AuditType.ALERT));
        assertEquals(2, world.details(AuditType.WARNING).size());
    }

    @Test
    void withoutRequestEachIsAnAlert() {
        world.accept(to(Messages.cda(), "W1", "Z9999:cardiology", "W2"));
        assertNothingIsSent();
        var alerts = world.details(AuditType.ALERT);
        assertEquals(2, alerts.size());
        assertTrue(alerts.get(0).contains("W1") && alerts.get(1).contains("W2"), alerts.toString());
    }

    // H9

    private int copies(Duration later) {
        world.forward(later);
        assertInstanceOf(Answer.Simple.class, world.accept(asking(INF_ACK, BUS_ACK)));
        return world.work();
    }

    @Test
    void aCopyIsAnsweredWithTheStoredAcknowledgementsAtMostOnceAMinute() {
        copies(Duration.ZERO);
        world.submissions.decide(Messages.TRACKING_ID, org.itkserver.envelope.BusinessOutcome.AA, null, "app");
        assertEquals(1, world.work());
        assertEquals(0, copies(Duration.ofSeconds(30)), "too soon");
        assertEquals(2, copies(Duration.ofSeconds(31)));
        assertEquals(0, copies(Duration.ofSeconds(59)));
        assertEquals(0, copies(Duration.ofSeconds(1)), "a minute is not more than a minute");
        assertEquals(2, copies(Duration.ofSeconds(1)));

        assertEquals(2, world.store.sent().size(), "no new ones are made");
        var sent = world.transport.sent();
        assertEquals(6, sent.size());
        assertEquals(sent.get(0).content(), sent.get(2).content());
        assertEquals(sent.get(1).content(), sent.get(5).content());
    }

    @Test
    void anAcknowledgementThatStillWaitsIsNotSentTwice() {
        world.accept(asking(INF_ACK));
        world.forward(Duration.ofHours(1));
        world.accept(asking(INF_ACK));
        assertEquals(1, world.work());
        assertEquals(0, world.work());
    }

    @Test
    void aDeadAcknowledgementIsNotDugUp() {
        world.with(Partners.of(GP, "Y9999").endpoints(null, null)).accept(asking(INF_ACK));
        world.with(Partners.of(GP, "Y9999"));
        world.forward(Duration.ofHours(1));
        world.accept(asking(INF_ACK));
        assertEquals(0, world.work());
    }

    @ParameterizedTest
    @CsvSource({
        "SendCDADocument-v2-0, OK200, 0",
        "SendCDADocument-v2-0, EMPTY200, 200",
        "SendCDADocument-v2-0, EMPTY202, 202",
        "sendDistEnvelope, AUTO, 202",
        "sendDistEnvelope, OK200, 0",
    })
    void aCopyIsAnsweredLikeTheFirst(String service, Partner.PositiveAnswer how, int empty) {
        world.with(Partners.of(GP, "Y9999").answers(how));
        Answer expected = empty == 0 ? new Answer.Simple() : new Answer.Empty(empty);
        assertEquals(expected, world.accept(calling(Messages.cda(), service)));
        world.with(Partners.of(GP, "Y9999"));
        assertEquals(expected, world.accept(calling(Messages.cda(), service)), "whatever the entry says today");
    }
}
