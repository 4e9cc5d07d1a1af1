package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.BUS_ACK;
import static org.itkserver.exchange.Requests.INF_ACK;
import static org.itkserver.exchange.Requests.asking;
import static org.itkserver.exchange.Requests.infAck;
import static org.itkserver.exchange.Requests.to;
import static org.itkserver.exchange.World.GP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages on their way to the next hop (H19, H20), and back when they go no further. */
class ForwardingTest {
    private static final Transport.Result REFUSED = new Transport.Refused("M", "3000", "fault 3000: no");
    private static final Transport.Result BUSY = new Transport.NotNow("M", "HTTP 503", null, true);

    private final World world = new World();

    @BeforeEach
    void routes() {
        world.with(Partners.of("hospital", "W1")).forward("W1", "hospital");
        world.with(Partners.of("clinic", "C1")).forward("C1", "clinic");
    }

    private static String forHospital(String... keys) {
        return to(asking(keys), "W1:ward");
    }

    private static String envelope(String message) {
        int start = message.indexOf("<itk:DistributionEnvelope");
        var end = "</itk:DistributionEnvelope>";
        return message.substring(start, message.indexOf(end) + end.length());
    }

    private MessageRecord forward() {
        return world.only(MessageKind.FORWARD);
    }

    @Test
    void theReceivedEnvelopeGoesToTheNextHop() {
        var message = forHospital(INF_ACK, BUS_ACK);
        assertInstanceOf(Answer.Simple.class, world.accept(message));
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.FORWARDING), world.events());
        assertEquals(MessageState.ACCEPTED, world.state());
        assertEquals(1, world.work());

        var sent = world.transport.only();
        assertEquals(URI.create("http://hospital.example/messages"), sent.endpoint());
        assertEquals("us", sent.username());
        assertEquals(Messages.SERVICE, sent.letter().action());
        assertNull(sent.letter().relatesTo());
        assertFalse(sent.letter().synchronous());
        assertEquals(envelope(message), sent.content(), "byte for byte");
        assertEquals("urn:nhs-itk:ns:201005", sent.letter().inherited().get("itk"));
        assertEquals(MessageState.SENT, forward().state());
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(Messages.TRACKING_ID, forward().trackingId());
    }

    @Test
    void eachHopGetsItsOwnAddresses() {
        world.toApplication();
        world.accept(to(asking(INF_ACK), "W1:a", "C1", "Z9999:cardiology", "W1:b"));
        world.outcomes.add(org.itkserver.handler.Outcome.done());
        assertEquals(4, world.work(), "two forwards, a handler, its acknowledgement");
        assertEquals(MessageState.HANDLED, world.state());

        var bodies = world.transport.sent().stream()
                .filter(s -> s.endpoint().getPath().equals("/messages"))
                .map(FakeTransport.Sent::content)
                .sorted()
                .toList();
        assertEquals(
                List.of(envelope(to(asking(INF_ACK), "C1")), envelope(to(asking(INF_ACK), "W1:a", "W1:b"))), bodies);
        assertEquals(
                List.of("0,3", "1"),
                world.sent(MessageKind.FORWARD).stream().map(MessageRecord::hop).toList());
    }

    @Test
    void aPartialRouteStillGivesTheHopOnlyItsAddresses() {
        world.accept(to(asking(INF_ACK), "W1", "X1"));
        assertEquals("0", forward().hop());
        assertEquals(World.ADDRESS + "W1", forward().addresses());
    }

    @Test
    void aHopThatRefusesIsReportedToTheOriginator() {
        world.accept(forHospital(INF_ACK));
        world.transport.next(REFUSED);
        world.work();
        assertEquals(MessageState.REJECTED, forward().state());
        assertEquals(MessageState.REJECTED, world.state());
        assertEquals("fault 3000: no", world.received().reason());
        assertReported();
    }

    private void assertReported() {
        var nack = world.only(MessageKind.INF_ACK);
        assertEquals(GP, nack.partner());
        assertEquals("Failure", nack.outcome());
        assertEquals(world.received().id(), nack.origin());
        assertTrue(world.text(nack).contains(">DE0001<"), world.text(nack));
        assertTrue(world.text(nack).contains("trackingIdRef=\"" + Messages.TRACKING_ID + "\""));
        assertEquals(1, world.details(AuditType.ALERT).size());
    }

    @Test
    void soIsOneThatIsNeverThere() {
        world.accept(forHospital(INF_ACK));
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(), world.sent(MessageKind.INF_ACK));
            world.transport.next(BUSY);
            assertEquals(1, world.work());
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(MessageState.DEAD_LETTER, forward().state());
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertReported();
    }

    @Test
    void soIsOneWithoutEndpointFromTheStart() {
        world.with(Partners.of("hospital", "W1").endpoints(null, null));
        assertInstanceOf(Answer.Simple.class, world.accept(forHospital(INF_ACK)));
        assertEquals(MessageState.DEAD_LETTER, forward().state());
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertReported();
    }

    @Test
    void aHopWithoutEndpointBesideAGoodOneIsABadEndToo() {
        world.with(Partners.of("hospital", "W1").endpoints(null, null));
        world.accept(to(asking(INF_ACK), "W1", "C1"));
        assertReported();
        world.work();
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals(2, world.transport.sent().size(), "the good one is served all the same");
    }

    @Test
    void soIsOneWhoseEndpointIsTakenAway() {
        world.accept(forHospital(INF_ACK));
        world.with(Partners.of("hospital", "W1").endpoints(null, null));
        for (int i = 0; i < 3; i++) {
            world.work();
            world.forward(Duration.ofMinutes(1));
        }
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertReported();
        assertTrue(world.transport.sent().stream()
                .noneMatch(s -> s.endpoint().getHost().equals("hospital.example")));
    }

    @Test
    void withoutRequestThereIsAnAlertAndNoAcknowledgement() {
        world.accept(forHospital(BUS_ACK));
        world.transport.next(REFUSED);
        world.work();
        assertEquals(List.of(), world.sent(MessageKind.INF_ACK));
        assertEquals(1, world.details(AuditType.ALERT).size());

        var other = new World().with(Partners.of("hospital", "W1").endpoints(null, null));
        other.forward("W1", "hospital").accept(forHospital(BUS_ACK));
        assertEquals(List.of(), other.sent(MessageKind.INF_ACK));
        assertEquals(1, other.details(AuditType.ALERT).size(), "one that never had an endpoint, too");
    }

    @Test
    void oneBadHopSpoilsTheMessageAndNotTheOtherHop() {
        world.accept(to(asking(INF_ACK), "W1", "C1"));
        world.transport.next(REFUSED); // the clinic's lane comes first
        world.work();
        assertEquals(
                List.of(MessageState.SENT, MessageState.REJECTED),
                world.sent(MessageKind.FORWARD).stream()
                        .map(MessageRecord::state)
                        .toList());
        assertEquals(MessageState.REJECTED, world.state());
        assertReported();
    }

    // circles

    @Test
    void aRouteBackToItsSenderIsRefused() {
        world.forward("Y9999", GP);
        var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(to(Messages.cda(), "Y9999:x", "W1")));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertEquals(List.of(), world.store.sent());
    }

    @Test
    void aMessageThatComesBackIsRefused() {
        world.accept(forHospital());
        world.work();
        var back = assertThrows(EnvelopeRejected.class, () -> world.accept(forHospital(), "clinic"));
        assertEquals(ErrorCode.INVALID_MESSAGE, back.error().code());
        assertTrue(back.error().diagnostic().contains("circle"), back.error().diagnostic());
    }

    @Test
    void aCopyFromTheSameSenderIsNoCircle() {
        world.accept(forHospital());
        assertInstanceOf(Answer.Simple.class, world.accept(forHospital()));
        world.work();
        world.forward(Duration.ofHours(1));
        assertInstanceOf(Answer.Simple.class, world.accept(forHospital()));
        assertEquals(0, world.work(), "and is not sent on again");
        assertEquals(1, world.transport.sent().size());
    }

    // acknowledgements on their way

    @Test
    void anAcknowledgementForSomebodyElseGoesOn() {
        world.forward("Y9999", GP);
        world.accept(forHospital(INF_ACK));
        world.work();
        var ack = infAck(Messages.TRACKING_ID).replace(World.ADDRESS + "Z9999", World.ADDRESS + "Y9999");
        assertEquals(new Answer.Empty(202), world.accept(ack, "hospital"));
        assertEquals(
                MessageState.INFRASTRUCTURE_ACKED,
                world.sent(MessageKind.FORWARD).get(0).state());
        world.work();
        var sent = world.transport.sent().get(1);
        assertEquals(URI.create("http://gp-system.example/acks"), sent.endpoint());
        assertTrue(sent.content().contains("InfrastructureResponse"));
        assertEquals(List.of(), world.sent(MessageKind.INF_ACK), "we add none of our own");
    }

    @ParameterizedTest
    @EnumSource(Lost.class)
    void nobodyIsToldOfALostAcknowledgementButAPerson(Lost lost) {
        world.forward("Y9999", GP);
        var ack = Requests.busAck(
                        org.itkserver.envelope.AckStyle.ITK_2_2,
                        Messages.TRACKING_ID,
                        org.itkserver.envelope.BusinessOutcome.AA)
                .replace(World.ADDRESS + "Z9999", World.ADDRESS + "Y9999");
        if (lost == Lost.NO_ENDPOINT) {
            world.with(Partners.of(GP, "Y9999").endpoints(null, null));
        }
        world.accept(ack, "hospital");
        world.transport.next(REFUSED);
        world.work();
        assertEquals(List.of(), world.sent(MessageKind.INF_ACK));
        assertEquals(1, world.details(AuditType.ALERT).size());
    }

    /** How an acknowledgement on its way is lost. */
    enum Lost {
        REFUSED,
        NO_ENDPOINT
    }
}
