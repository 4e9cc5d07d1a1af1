package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.busAck;
import static org.itkserver.exchange.Requests.infAck;
import static org.itkserver.exchange.Requests.infNack;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.AckStyle;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H12: which acknowledgement counts for which message of ours, and what it does. */
class AckMatchingTest {
    private final World world = new World();
    private String trackingId = "";

    /** A message of ours to the hospital, taken by it. */
    @BeforeEach
    void send() {
        world.with(Partners.of("hospital", "W1"));
        trackingId = world.submit("hospital", "W1:ward").trackingId();
        world.work();
        assertEquals(MessageState.SENT, ours().state());
    }

    private MessageRecord ours() {
        return world.only(MessageKind.BUSINESS);
    }

    /** The acknowledgement as received, the last message that was. */
    private MessageRecord ack() {
        var id = world.store.events().stream()
                .filter(e -> e.type() == AuditType.ACCEPTED)
                .map(e -> e.message())
                .reduce((a, b) -> b)
                .orElseThrow();
        return world.store.message(id).orElseThrow();
    }

    private void assertUnmatched() {
        assertEquals(MessageState.SENT, ours().state());
        assertNull(ours().reason());
        assertNull(ack().origin());
        assertEquals(MessageState.HANDLED, ack().state(), "kept, and done with");
        assertTrue(world.events().contains(AuditType.ACK_UNMATCHED));
        world.forward(Duration.ofDays(8));
        world.work();
        assertEquals(MessageState.OVERDUE, ours().state(), "its deadlines stand");
    }

    @Test
    void aPositiveInfrastructureAcknowledgementMovesItsMessage() {
        assertEquals(new Answer.Empty(202), world.accept(infAck(trackingId), "hospital"));
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, ours().state());
        assertEquals(MessageKind.INF_ACK, ack().kind());
        assertEquals(ours().id(), ack().origin());
        assertEquals("OK", ack().outcome());
        assertEquals(1, world.details(AuditType.INFRASTRUCTURE_ACKED).size());
    }

    @ParameterizedTest
    @EnumSource(AckStyle.class)
    void aBusinessAcknowledgementMovesItFurther(AckStyle style) {
        world.accept(infAck(style, trackingId), "hospital");
        world.accept(busAck(style, trackingId, BusinessOutcome.AA), "hospital");
        assertEquals(MessageState.BUSINESS_ACKED, ours().state());
        assertEquals(MessageKind.BUS_ACK, ack().kind());
        assertEquals("AA", ack().outcome());
        assertEquals(1, world.details(AuditType.BUSINESS_ACKED).size());
    }

    @Test
    void aNegativeOneRejectsItAndSaysWhy() {
        world.accept(infNack(trackingId), "hospital");
        assertEquals(MessageState.REJECTED, ours().state());
        assertEquals("Failure", ack().outcome());
        var reason = String.valueOf(ours().reason());
        assertTrue(reason.startsWith("infrastructure acknowledgement DE0001"), reason);
        assertTrue(reason.contains("The ward is closed."), reason);
        assertTrue(world.details(AuditType.NACKED).get(0).contains("The ward is closed."));
    }

    @ParameterizedTest
    @EnumSource(
            value = BusinessOutcome.class,
            names = {"AE", "AR"})
    void aNegativeBusinessAcknowledgementRejectsItToo(BusinessOutcome outcome) {
        world.accept(infAck(trackingId), "hospital");
        world.accept(busAck(AckStyle.ITK_2_1, trackingId, outcome), "hospital");
        assertEquals(MessageState.REJECTED, ours().state());
        assertEquals(outcome.name(), ack().outcome());
        assertTrue(String.valueOf(ours().reason()).contains(outcome.name()), ours().reason());
    }

    @Test
    void aLateOneStillMovesAnOverdueMessage() {
        world.forward(Duration.ofDays(8));
        world.work();
        assertEquals(MessageState.OVERDUE, ours().state());
        world.accept(busAck(AckStyle.ITK_2_1, trackingId, BusinessOutcome.AA), "hospital");
        assertEquals(MessageState.BUSINESS_ACKED, ours().state());
    }

    @Test
    void theTrackingIdIsComparedWithoutRegardToCase() {
        var lower = infAck(trackingId).replace(trackingId, trackingId.toLowerCase(java.util.Locale.ROOT));
        world.accept(lower, "hospital");
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, ours().state());
    }

    @Test
    void theOwnerOfAnAddressMaySayIt() {
        world.with(Partners.of("hub", "H1"));
        world.with(Partners.of("clinic", "C1"));
        var viaHub = world.submit("hub", "C1:desk");
        world.work();
        world.accept(infAck(viaHub.trackingId()), "clinic");
        assertEquals(
                MessageState.INFRASTRUCTURE_ACKED,
                world.store.message(viaHub.id()).orElseThrow().state());
    }

    @ParameterizedTest
    @ValueSource(strings = {"W1", "*"})
    void soMayARelay(String code) {
        world.with(Partners.of("relay", "R1").relays(code));
        world.accept(infAck(trackingId), "relay");
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, ours().state());
    }

    @Test
    void ofTwoCopiesItMovesTheOneOfTheOrganisationItComesFrom() {
        world.with(Partners.of("relay", "R1").relays("W1"));
        var both = world.submit(null, "W1:ward", "R1:desk").trackingId();
        for (var from : List.of("R1", "W1")) {
            var ack = infAck(both).replace(World.ADDRESS + "W1", World.ADDRESS + from);
            world.accept(ack, "relay");
            var acked = world.store.byTrackingId(both).stream()
                    .filter(m -> m.state() == MessageState.INFRASTRUCTURE_ACKED)
                    .map(MessageRecord::partner)
                    .toList();
            assertEquals(from.equals("R1") ? List.of("relay") : List.of("hospital", "relay"), acked);
        }
    }

    @Test
    void anotherPartnerMayNotAndIsReported() {
        assertEquals(new Answer.Empty(202), world.accept(infNack(trackingId), World.GP), "answered like a good one");
        var alert = world.details(AuditType.ALERT).get(0);
        assertTrue(alert.contains(World.GP) && alert.contains(trackingId), alert);
        assertEquals(List.of("ack-forged:" + World.GP), world.alerts());
        assertUnmatched();
    }

    @ParameterizedTest
    @CsvSource({"2_1, 0", "2_2, 1"})
    void oneOfAMessageWeNeverSentChangesNothing(String style, int infAcks) {
        var unknown = "0F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D00";
        var answer = world.accept(busAck(AckStyle.valueOf("ITK_" + style), unknown, BusinessOutcome.AA), "hospital");
        assertEquals(style.equals("2_1") ? new Answer.Simple() : new Answer.Empty(202), answer);
        assertEquals(List.of(), world.details(AuditType.ALERT));
        assertEquals(List.of("ack-unmatched:hospital"), world.alerts());
        assertEquals(infAcks, world.sent(MessageKind.INF_ACK).size());
        assertUnmatched();
    }

    @Test
    void oneOfAMessageWeReceivedChangesNothing() {
        world.accept(Messages.cda());
        world.accept(infNack(Messages.TRACKING_ID));
        assertEquals(MessageState.HANDLED, world.state());
        assertUnmatched();
    }

    @Test
    void anInfrastructureAcknowledgementIsNeverAcknowledged() {
        world.accept(Requests.alsoAsking(infAck(trackingId), Requests.INF_ACK, Requests.BUS_ACK), "hospital");
        assertEquals(1, world.store.sent().size(), "nothing but our message");
    }

    @ParameterizedTest
    @CsvSource({"ITK_2_1, 0", "ITK_2_2, 1"})
    void aBusinessAcknowledgementIsWhenItAsks(AckStyle style, int expected) {
        world.accept(busAck(style, trackingId, BusinessOutcome.AA), "hospital");
        var acks = world.sent(MessageKind.INF_ACK);
        assertEquals(expected, acks.size());
        assertEquals(0, world.sent(MessageKind.BUS_ACK).size());
        acks.forEach(ack -> {
            assertEquals("hospital", ack.partner());
            assertEquals(ack().id(), ack.origin());
        });
    }

    @Test
    void itsOwnAcknowledgementMovesOurBusinessAcknowledgement() {
        world.with(Partners.of(World.GP, "Y9999").style(org.itkserver.directory.Partner.AckForm.ITK_2_2));
        world.accept(Requests.asking(Requests.BUS_ACK));
        world.submissions.decide(Messages.TRACKING_ID, BusinessOutcome.AA, null, "app");
        world.work();
        world.accept(infAck(world.only(MessageKind.BUS_ACK).trackingId()));
        assertEquals(
                MessageState.INFRASTRUCTURE_ACKED,
                world.only(MessageKind.BUS_ACK).state());
        assertEquals(0, world.sent(MessageKind.INF_ACK).size());
    }

    @Test
    void anAcknowledgementIsNoBusinessOfApplications() {
        world.toApplication().accept(infAck(trackingId), "hospital");
        world.accept(busAck(AckStyle.ITK_2_1, trackingId, BusinessOutcome.AA), "hospital");
        world.work();
        assertEquals(List.of(), world.handled);
    }

    @Test
    void aCopyOfOneChangesNothing() {
        var ack = infAck(trackingId);
        world.accept(ack, "hospital");
        world.accept(busAck(AckStyle.ITK_2_1, trackingId, BusinessOutcome.AA), "hospital");
        assertEquals(new Answer.Empty(202), world.accept(ack, "hospital"));
        assertEquals(MessageState.BUSINESS_ACKED, ours().state());
        assertEquals(1, world.details(AuditType.DUPLICATE).size());
    }

    @Test
    void whatHoldsNoAcknowledgementIsRefused() {
        var document = Requests.calling(Messages.cda(), "SendInfrastructureAck-v1-0");
        var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(document));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        var business = Requests.calling(Messages.cda(), "SendBusinessAck-v1-0");
        assertThrows(EnvelopeRejected.class, () -> world.accept(business));
    }

    @Test
    void aSimpleAnswerForANamedService() {
        assertInstanceOf(Answer.Simple.class, world.accept(infAck(AckStyle.ITK_2_1, trackingId), "hospital"));
    }
}
