package org.itkserver.exchange;

import static org.itkserver.exchange.World.GP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.QueueRequest;
import org.itkserver.envelope.QueuedMessage;
import org.itkserver.testing.Partners;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Partners that collect what is for them (ITK queue collection). */
class QueueCollectionTest {
    private final World world = new World();

    @BeforeEach
    void partners() {
        world.with(Partners.of("clinic", "C1").queue("c1").queue("c1-acks").endpoints("queue:c1", "queue:c1-acks"));
    }

    private Partner clinic() {
        return world.partner("clinic");
    }

    private List<QueuedMessage> collect(String queue, @Nullable String type, int count) {
        return world.queues.collect(clinic(), new QueueRequest.Collect(queue, type, count), "10.0.0.7", World.memory());
    }

    private void confirm(@Nullable String queue, String... handles) {
        world.queues.confirm(clinic(), new QueueRequest.Confirm(queue, List.of(handles)), "10.0.0.7");
    }

    private static void assertRefused(Runnable request) {
        var refused = assertThrows(EnvelopeRejected.class, request::run);
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
    }

    private MessageState state(MessageRecord message) {
        return world.store.message(message.id()).orElseThrow().state();
    }

    @Test
    void aMessageForAQueueWaitsToBeCollected() {
        var message = world.submit("clinic", "C1");
        assertEquals(0, world.work(), "no worker sends it");
        var collected = collect("c1", null, 5);
        assertEquals(1, collected.size());
        var queued = collected.get(0);
        assertEquals(World.CDA, queued.serviceMessageType());
        assertTrue(queued.payload().startsWith("<itk:DistributionEnvelope"), queued.payload());
        assertTrue(queued.payload().contains(message.trackingId()));
        assertEquals(MessageState.ACCEPTED, state(message));
        var event = world.store.events().get(1);
        assertEquals(AuditType.COLLECTED, event.type());
        assertEquals("clinic", event.actor());
        assertEquals("10.0.0.7", event.source());
    }

    @Test
    void collectedItIsOutOfSightUntilTheTimeout() {
        world.submit("clinic", "C1");
        var first = collect("c1", null, 5).get(0);
        world.forward(Duration.ofMinutes(10));
        assertEquals(List.of(), collect("c1", null, 5));
        world.forward(Duration.ofSeconds(1));
        var again = collect("c1", null, 5).get(0);
        assertEquals(first.payload(), again.payload());
    }

    @Test
    void confirmedItIsSentForEver() {
        var message = world.submit("clinic", "C1");
        var handle = collect("c1", null, 5).get(0).handle();
        confirm("c1", handle);
        assertEquals(MessageState.SENT, state(message));
        assertEquals(1, world.details(AuditType.SENT).size());
        confirm("c1", handle);
        confirm(null, handle, handle);
        assertEquals(1, world.details(AuditType.SENT).size(), "once is enough, twice is no error");
        world.forward(Duration.ofHours(1));
        assertEquals(List.of(), collect("c1", null, 5));
    }

    @Test
    void aHandleOfAnEarlierTimeStillConfirms() {
        var message = world.submit("clinic", "C1");
        var first = collect("c1", null, 5).get(0).handle();
        world.forward(Duration.ofMinutes(11));
        collect("c1", null, 5);
        confirm("c1", first);
        assertEquals(MessageState.SENT, state(message));
    }

    @Test
    void withoutQueueNameAHandleConfirmsInAnyQueueOfThePartner() {
        var message = world.submit("clinic", "C1");
        confirm(null, collect("c1", null, 5).get(0).handle());
        assertEquals(MessageState.SENT, state(message));
    }

    @Test
    void aHandleConfirmsInItsQueueOnly() {
        var message = world.submit("clinic", "C1");
        confirm("c1-acks", collect("c1", null, 5).get(0).handle());
        assertEquals(MessageState.ACCEPTED, state(message));
    }

    @Test
    void aPartnerReadsAndConfirmsItsOwnQueuesOnly() {
        var message = world.submit("clinic", "C1");
        var handle = collect("c1", null, 5).get(0).handle();
        var gp = world.partner(GP);
        for (var queue : List.of("c1", "nothing", "")) {
            var collect = new QueueRequest.Collect(queue, null, 1);
            assertRefused(() -> world.queues.collect(gp, collect, "10.0.0.8", World.memory()));
            var confirm = new QueueRequest.Confirm(queue, List.of(handle));
            assertRefused(() -> world.queues.confirm(gp, confirm, "10.0.0.8"));
        }
        for (var queue : new String[] {"gp-queue", null}) {
            world.queues.confirm(gp, new QueueRequest.Confirm(queue, List.of(handle)), "10.0.0.8");
        }
        assertEquals(MessageState.ACCEPTED, state(message), "another's handle confirms nothing");
        assertEquals(1, world.details(AuditType.COLLECTED).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "x", "x-", "-1", "1-y", "1--", "zzzzzzzzzzzzzzz-1", "1-99999999999", "\u00e9-1"})
    void aHandleThatIsNoneOfOursIsRefused(String handle) {
        assertRefused(() -> confirm("c1", handle));
        assertRefused(() -> confirm(null, handle));
    }

    @Test
    void aHandleOfNothingConfirmsNothing() {
        confirm("c1", "zz-1");
        assertEquals(List.of(), world.events());
    }

    @Test
    void asManyAsAreWantedAndOfTheTypeThatIs() {
        for (int i = 0; i < 3; i++) {
            world.submit("clinic", "C1");
        }
        world.submit("SendDocument-v1-0", "clinic", List.of("C1"));
        assertEquals(1, collect("c1", "SendDocument-v1-0", 5).size());
        assertEquals(0, collect("c1", "SendDocument-v1-0", 5).size());
        assertEquals(2, collect("c1", null, 2).size());
        assertEquals(1, collect("c1", World.CDA, 5).size());
        assertEquals(List.of(), collect("c1", null, 5));
        assertEquals(4, world.details(AuditType.COLLECTED).size());
    }

    private void submitLarge() {
        var bytes = new byte[4 << 20];
        Arrays.fill(bytes, (byte) 'x');
        world.submissions.submit(new Submissions.Submission(
                null,
                "SendDocument-v1-0",
                "clinic",
                List.of(),
                null,
                false,
                false,
                List.of(new Submissions.Content("text/plain", null, bytes)),
                "app",
                null));
    }

    @Test
    void anAnswerHoldsSoMuchAndTheRestStaysInSight() {
        for (int i = 0; i < 3; i++) {
            submitLarge();
        }
        for (int i = 0; i < 3; i++) {
            var collected = collect("c1", null, 5);
            assertEquals(1, collected.size(), "5.6 million characters of 8, a second would be too much");
            assertTrue(collected.get(0).handle().endsWith("-1"), "nor was it counted as collected");
        }
        assertEquals(List.of(), collect("c1", null, 5));
    }

    @Test
    void acknowledgementsHaveTheirOwnQueue() {
        world.accept(Requests.from(Requests.asking(Requests.INF_ACK), "C1").replace("gp-system", "clinic"), "clinic");
        assertEquals(0, world.work());
        assertEquals(List.of(), collect("c1", null, 5));
        var ack = collect("c1-acks", null, 5).get(0);
        assertEquals("SendInfrastructureAck-v1-0", ack.serviceMessageType());
        confirm("c1-acks", ack.handle());
        assertEquals(MessageState.SENT, world.only(MessageKind.INF_ACK).state());
    }

    @Test
    void aForwardIsHandedOverWithItsOwnAddressesAndEndsWithItsConfirmation() {
        world.forward("C1", "clinic").with(Partners.of("hospital", "W1")).forward("W1", "hospital");
        world.accept(Requests.to(Messages.cda(), "W1", "C1:desk"));
        world.work();
        assertEquals(MessageState.ACCEPTED, world.state());
        var queued = collect("c1", null, 5).get(0);
        assertTrue(queued.payload().contains("C1:desk"));
        assertTrue(!queued.payload().contains(World.ADDRESS + "W1"), queued.payload());
        assertEquals("urn:nhs-itk:ns:201005", queued.inherited().get("itk"));
        confirm("c1", queued.handle());
        assertEquals(MessageState.HANDLED, world.state());
    }
}
