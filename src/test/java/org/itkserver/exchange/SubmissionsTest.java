package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.BUS_ACK;
import static org.itkserver.exchange.Requests.asking;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.TrackingId;
import org.itkserver.exchange.Submissions.Content;
import org.itkserver.exchange.Submissions.Refused;
import org.itkserver.exchange.Submissions.Submission;
import org.itkserver.testing.Partners;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What applications send and decide. */
class SubmissionsTest {
    private static final String TRACKING_ID = "0F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D00";
    private static final Content DOCUMENT = new Content(
            "text/xml", World.PROFILE, Messages.utf8("<?xml version='1.0'?>\n<document>caf\u00e9</document>"));

    private final World world = new World();

    @BeforeEach
    void partners() {
        world.with(Partners.of("hospital", "W1")).with(Partners.of("clinic", "C1"));
    }

    private static Submission submission(@Nullable String trackingId, Content payload, String... to) {
        return submission(trackingId, World.CDA, null, null, List.of(payload), to);
    }

    private static Submission submission(
            @Nullable String trackingId,
            String service,
            @Nullable String partner,
            @Nullable String interaction,
            List<Content> payloads,
            String... to) {
        return new Submission(
                trackingId, service, partner, List.of(to), interaction, true, false, payloads, "app", "10.0.0.1");
    }

    private static String address(String ods) {
        return World.ADDRESS + ods;
    }

    private Refused.Why refused(Submission submission) {
        var refused = assertThrows(Refused.class, () -> world.submissions.submit(submission));
        assertFalse(String.valueOf(refused.getMessage()).isBlank());
        return refused.why();
    }

    private void assertInvalid(Submission submission) {
        assertEquals(Refused.Why.INVALID, refused(submission));
        assertEquals(List.of(), world.store.sent());
        assertEquals(List.of(), world.events());
    }

    @Test
    void aSubmissionIsAMessageToSend() {
        var trackingId = world.submissions.submit(submission(null, DOCUMENT, address("W1:ward")));
        assertTrue(TrackingId.isValid(trackingId), trackingId);
        assertEquals(1, world.woken);
        var message = world.only(MessageKind.BUSINESS);
        assertEquals(trackingId, message.trackingId());
        assertEquals("hospital", message.partner());
        assertEquals(address("W1:ward"), message.addresses());
        assertEquals(address("Z9999"), message.sender());
        assertTrue(message.infAckRequested() && !message.ackRequested());
        var text = world.text(message);
        assertTrue(text.contains("><document>caf\u00e9</document></itk:payload>"), text);
        var event = world.store.events().get(0);
        assertEquals(AuditType.SUBMITTED, event.type());
        assertEquals("app", event.actor());
        assertEquals("10.0.0.1", event.source());
    }

    @Test
    void whatIsNoXmlIsSentAsBase64() {
        world.submissions.submit(submission(
                null,
                "SendDocument-v1-0",
                null,
                null,
                List.of(new Content("text/plain", null, new byte[] {0, 1, 'A'})),
                address("W1")));
        var text = world.text(world.only(MessageKind.BUSINESS));
        assertTrue(text.contains(">" + Base64.getEncoder().encodeToString(new byte[] {0, 1, 'A'}) + "<"), text);
        assertTrue(text.contains("base64=\"true\""), text);
    }

    @Test
    void itsTrackingIdMakesItOneMessage() {
        var submission = submission(TRACKING_ID, DOCUMENT, address("W1"));
        assertEquals(TRACKING_ID, world.submissions.submit(submission));
        world.work();
        assertEquals(TRACKING_ID, world.submissions.submit(submission));
        assertEquals(1, world.store.sent().size());
        assertEquals(1, world.details(AuditType.SUBMITTED).size());
        assertEquals(0, world.work());
    }

    @Test
    void anotherMessageNeedsAnotherTrackingId() {
        world.submissions.submit(submission(TRACKING_ID, DOCUMENT, address("W1")));
        var other = new Content("text/xml", World.PROFILE, Messages.utf8("<document/>"));
        assertEquals(Refused.Why.CONFLICT, refused(submission(TRACKING_ID, other, address("W1"))));
        assertEquals(Refused.Why.CONFLICT, refused(submission(TRACKING_ID, DOCUMENT, address("W1:ward"))));
        assertEquals(Refused.Why.CONFLICT, refused(submission(TRACKING_ID, DOCUMENT, address("C1"))));
        assertEquals(Refused.Why.CONFLICT, refused(submission(TRACKING_ID, DOCUMENT, address("W1"), address("C1"))));
        assertEquals(1, world.store.sent().size());
    }

    @Test
    void ofManySubmissionsAtOnceOneIsStored() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            var results = new ArrayList<Future<String>>();
            for (int i = 0; i < 40; i++) {
                results.add(
                        pool.submit(() -> world.submissions.submit(submission(TRACKING_ID, DOCUMENT, address("W1")))));
            }
            for (var result : results) {
                assertEquals(TRACKING_ID, result.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(1, world.store.sent().size());
    }

    @Test
    void aTrackingIdWeForwardedIsTaken() {
        world.forward("W1", "hospital").accept(Requests.to(Messages.cda(), "W1"));
        assertEquals(Refused.Why.INVALID, refused(submission(Messages.TRACKING_ID, DOCUMENT, address("W1"))));
        assertEquals(1, world.store.sent().size());
    }

    @Test
    void aTrackingIdOfAHiddenMessageIsAnsweredAsUnknownWhateverTheContent() {
        world.submissions.submit(submission(TRACKING_ID, DOCUMENT, address("W1")));
        var other = new Content("text/xml", World.PROFILE, Messages.utf8("<document/>"));
        for (var repeated : List.of(
                submission(TRACKING_ID, DOCUMENT, address("W1")),
                submission(TRACKING_ID, other, address("W1")),
                submission(TRACKING_ID, DOCUMENT, address("C1")))) {
            var refused = assertThrows(Refused.class, () -> world.submissions.submit(repeated, message -> false));
            assertEquals(Refused.Why.NOT_FOUND, refused.why());
            assertEquals(Submissions.UNKNOWN, refused.getMessage());
        }
        assertEquals(
                TRACKING_ID,
                world.submissions.submit(submission(TRACKING_ID, DOCUMENT, address("W1")), message -> true));
        assertEquals(1, world.store.sent().size());
    }

    @Test
    void aTrackingIdOfAHiddenForwardIsAnsweredAsUnknown() {
        world.forward("W1", "hospital").accept(Requests.to(Messages.cda(), "W1"));
        var taken = submission(Messages.TRACKING_ID, DOCUMENT, address("W1"));
        var refused = assertThrows(Refused.class, () -> world.submissions.submit(taken, message -> false));
        assertEquals(Refused.Why.NOT_FOUND, refused.why());
    }

    @Test
    void eachPartnerGetsItsOwnAddresses() {
        var trackingId =
                world.submissions.submit(submission(null, DOCUMENT, address("W1:a"), address("C1"), address("W1:b")));
        var sent = world.sent(MessageKind.BUSINESS);
        assertEquals(
                List.of("hospital", "clinic"),
                sent.stream().map(MessageRecord::partner).toList());
        assertEquals(address("W1:a") + " " + address("W1:b"), sent.get(0).addresses());
        assertEquals(address("C1"), sent.get(1).addresses());
        sent.forEach(m -> assertEquals(trackingId, m.trackingId()));
        assertEquals(2, world.details(AuditType.SUBMITTED).size());
        assertEquals(2, world.work());
    }

    @Test
    void aRouteGoesBeforeTheOwner() {
        world.forward("W1", "clinic");
        assertEquals("clinic", world.submit(null, "W1:ward").partner());
    }

    @Test
    void aNamedPartnerGetsAnyAddressOrNone() {
        assertEquals("clinic", world.submit("clinic", "W1").partner());
        var none = submission(TRACKING_ID, World.CDA, "clinic", null, List.of(DOCUMENT));
        world.submissions.submit(none);
        assertEquals("", world.store.byTrackingId(TRACKING_ID).get(0).addresses());
    }

    @Test
    void nothingIsStoredWhenOneAddressLeadsNowhere() {
        assertInvalid(submission(null, DOCUMENT, address("W1"), address("X1")));
        assertInvalid(submission(null, DOCUMENT, address("Z9999")));
        assertInvalid(submission(null, DOCUMENT));
        world.with(Partners.of("clinic", "C1").endpoints(null, "http://clinic.example/acks"));
        assertInvalid(submission(null, DOCUMENT, address("W1"), address("C1")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0f0b6c2e-9d14-4e0b-8e55-7b6a1f0c2d00",
                "uuid_0F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D00",
                "0F0B6C2E9D144E0B8E557B6A1F0C2D00",
                "",
                "x"
            })
    void aTrackingIdIsAnUpperCaseUuid(String trackingId) {
        assertInvalid(submission(trackingId, DOCUMENT, address("W1")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "plain", "<a>", "<a/><b/>", "<!DOCTYPE a><a/>", "<a>\u0001</a>", "<a>&b;</a>", "<a x=''/>x"})
    void anXmlPayloadIsWellFormed(String xml) {
        assertInvalid(submission(null, new Content("text/xml", World.PROFILE, Messages.utf8(xml)), address("W1")));
    }

    @Test
    void theServicesRulesAreKept() {
        var to = address("W1");
        assertInvalid(submission(null, "Nothing-v1-0", null, null, List.of(DOCUMENT), to));
        assertInvalid(submission(null, Requests.GENERIC, null, null, List.of(DOCUMENT), to));
        assertInvalid(submission(null, World.CDA, null, null, List.of(), to));
        assertInvalid(submission(null, World.CDA, "nobody", null, List.of(DOCUMENT), to));
        var noProfile = new Content("text/xml", null, DOCUMENT.bytes());
        assertInvalid(submission(null, World.CDA, null, null, List.of(DOCUMENT, noProfile), to));
        assertInvalid(submission(null, World.CDA, "hospital", null, List.of(DOCUMENT), ""));
        var interaction = "urn:nhs-itk:interaction:local-v1-0";
        world.submissions.submit(submission(null, Requests.GENERIC, null, interaction, List.of(DOCUMENT), to));
        assertEquals(interaction, world.only(MessageKind.BUSINESS).interaction());
    }

    @Test
    void nothingIsPromisedWhileTheStoreIsAway() {
        world.store.away(true);
        assertThrows(StoreUnavailable.class, () -> world.submissions.submit(submission(null, DOCUMENT, address("W1"))));
    }

    // decisions

    private void decide(BusinessOutcome outcome, @Nullable String detail) {
        world.submissions.decide(Messages.TRACKING_ID, outcome, detail, "app");
    }

    private Refused.Why refusedDecision(BusinessOutcome outcome) {
        return assertThrows(Refused.class, () -> decide(outcome, null)).why();
    }

    @Test
    void anOutcomeIsDecidedOnce() {
        world.accept(asking(BUS_ACK));
        decide(BusinessOutcome.AE, "Wrong patient.");
        decide(BusinessOutcome.AE, "Wrong patient, I say.");
        assertEquals(Refused.Why.CONFLICT, refusedDecision(BusinessOutcome.AA));
        assertEquals(Refused.Why.CONFLICT, refusedDecision(BusinessOutcome.AR));
        var ack = world.only(MessageKind.BUS_ACK);
        assertEquals("AE", ack.outcome());
        assertTrue(world.text(ack).contains("Wrong patient."), world.text(ack));
        assertEquals(List.of("AE"), world.details(AuditType.DECIDED));
        assertEquals("AE", world.received().outcome());
        assertEquals(MessageState.HANDLED, world.state());
    }

    @Test
    void aPositiveOutcomeHasNoDetail() {
        world.accept(asking(BUS_ACK));
        decide(BusinessOutcome.AA, "Thank you.");
        assertFalse(world.text(world.only(MessageKind.BUS_ACK)).contains("Thank you."));
    }

    @Test
    void onlyAReceivedMessageThatAsksCanBeDecided() {
        assertEquals(Refused.Why.NOT_FOUND, refusedDecision(BusinessOutcome.AA));
        world.accept(asking(Requests.INF_ACK));
        assertEquals(Refused.Why.INVALID, refusedDecision(BusinessOutcome.AA));
        assertNull(world.received().outcome());

        var ours = world.submit("hospital", "W1").trackingId();
        var refused =
                assertThrows(Refused.class, () -> world.submissions.decide(ours, BusinessOutcome.AA, null, "app"));
        assertEquals(Refused.Why.NOT_FOUND, refused.why());
    }

    @Test
    void aSenderThatTakesNoAcknowledgementsHasItsOutcomeAllTheSame() {
        world.with(Partners.of(World.GP, "Y9999").endpoints(null, null)).accept(asking(BUS_ACK));
        decide(BusinessOutcome.AA, null);
        assertEquals("AA", world.received().outcome());
        assertEquals(MessageState.DEAD_LETTER, world.only(MessageKind.BUS_ACK).state());
    }
}
