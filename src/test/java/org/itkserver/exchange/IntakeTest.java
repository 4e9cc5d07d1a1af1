package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Route;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Messages;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The use cases on the store in memory: routing (H19), duplicates (H9), work and its end. */
class IntakeTest {
    private static final String CARDIOLOGY = "urn:nhs-uk:addressing:ods:Z9999:cardiology";

    private final World world = new World();

    private static String query() {
        return Messages.cda().replace(Messages.SERVICE, "urn:nhs-itk:services:201005:" + World.QUERY);
    }

    private static Outcome.Done xml(String reply) {
        return new Outcome.Done(new Outcome.Reply("text/xml", Optional.empty(), Messages.utf8(reply)), true);
    }

    @Test
    void ourAddressWithoutRouteGoesToTheInbox() {
        assertInstanceOf(Answer.Simple.class, world.accept(Messages.cda()));
        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(List.of(AuditType.ACCEPTED), world.events());
    }

    @Test
    void anAddressNobodyServesIsRefused() {
        var elsewhere = Messages.cda().replace("ods:Z9999:cardiology", "ods:W1");
        var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(elsewhere));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertTrue(world.events().isEmpty());
    }

    @Test
    void anUnroutableAddressBesideARoutableOneIsAnAlert() {
        var two = Messages.cda()
                .replace("<itk:addresslist>", "<itk:addresslist><itk:address uri=\"urn:nhs-uk:addressing:ods:W1\"/>");
        world.accept(two);
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.ALERT), world.events());
        assertEquals(List.of("unroutable:" + World.GP), world.alerts());
    }

    @Test
    void anAddressOfAnotherKindIsCarriedNotRouted() {
        var dos = Messages.cda()
                .replace(
                        "<itk:address uri=\"" + CARDIOLOGY,
                        "<itk:address type=\"2.16.840.1.113883.2.1.3.2.4.18.44\" uri=\"2000");
        assertInstanceOf(Answer.Simple.class, world.accept(dos));
    }

    @Test
    void aCopyIsAnsweredAndNotHandledAgain() {
        world.accept(Messages.cda());
        assertInstanceOf(Answer.Simple.class, world.accept(Messages.cda()));
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.DUPLICATE), world.events());
    }

    @Test
    void aTrackingIdStandsForOneContent() {
        world.accept(Messages.cda());
        var other = Messages.cda().replace("caf\u00e9", "tea");
        assertThrows(EnvelopeRejected.class, () -> world.accept(other));
    }

    @Test
    void nothingIsAnsweredWhileTheStoreIsAway() {
        world.store.away(true);
        assertThrows(StoreUnavailable.class, () -> world.accept(Messages.cda()));
    }

    @Test
    void workIsTriedUntilItIsDone() {
        world.toApplication().accept(Messages.cda());
        assertEquals(MessageState.ACCEPTED, world.state());
        world.outcomes.add(new Outcome.TryAgain("busy"));
        assertEquals(1, world.work());
        assertEquals(0, world.work(), "not due yet");
        world.forward(Duration.ofSeconds(2));
        world.outcomes.add(Outcome.done());
        assertEquals(1, world.work());

        assertEquals(MessageState.HANDLED, world.state());
        assertEquals(
                List.of(1, 2),
                world.handled.stream().map(HandledMessage::attempt).toList());
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.ATTEMPT_FAILED, AuditType.HANDLED), world.events());
    }

    @Test
    void workThatNeverSucceedsBecomesADeadLetter() {
        world.toApplication().accept(Messages.cda());
        for (int i = 0; i < 3; i++) {
            world.outcomes.add(new Outcome.TryAgain("busy"));
            world.work();
            world.forward(Duration.ofSeconds(60));
        }
        assertEquals(MessageState.DEAD_LETTER, world.state());
        assertEquals(0, world.work());
    }

    @Test
    void aRefusalIsFinal() {
        world.toApplication().accept(Messages.cda());
        world.outcomes.add(new Outcome.GiveUp("no"));
        world.work();
        assertEquals(MessageState.REJECTED, world.state());
    }

    @Test
    void aSynchronousResponseIsStoredAndRepeated() {
        world.outcomes.add(xml("<?xml version='1.0'?><r/>"));
        var first = assertInstanceOf(Answer.Response.class, world.accept(query()));
        var second = assertInstanceOf(Answer.Response.class, world.accept(query()));

        assertTrue(first.body().contains("<r/>") && first.body().contains(World.QUERY + "Response"));
        assertEquals(first.body(), second.body());
        assertEquals(1, world.handled.size());
    }

    @Test
    void afterARecoverableFaultTheRepeatRunsTheHandlerAgain() {
        world.outcomes.add(new Outcome.TryAgain("down"));
        var first = assertInstanceOf(Answer.Fault.class, world.accept(query()));
        assertEquals(ErrorCode.RECOVERABLE, first.error().code());
        world.outcomes.add(xml("<r/>"));
        assertInstanceOf(Answer.Response.class, world.accept(query()));
        assertEquals(2, world.handled.get(1).attempt());
    }

    @Test
    void aFinalFaultIsRepeatedWithItsErrorId() {
        world.outcomes.add(new Outcome.GiveUp("never"));
        var first = assertInstanceOf(Answer.Fault.class, world.accept(query()));
        var second = assertInstanceOf(Answer.Fault.class, world.accept(query()));

        assertEquals(ErrorCode.NOT_RECOVERABLE, first.error().code());
        assertEquals(first.errorId(), second.errorId());
        assertEquals(first.error().diagnostic(), second.error().diagnostic());
        assertEquals(1, world.handled.size());
    }

    @Test
    void aResponseThatIsNoXmlIsAFinalFault() {
        world.outcomes.add(xml("<!DOCTYPE r><r/>"));
        var fault = assertInstanceOf(Answer.Fault.class, world.accept(query()));
        assertEquals(ErrorCode.NOT_RECOVERABLE, fault.error().code());
    }

    @Test
    void aSynchronousRequestGoesToTheHandlerOfItsFirstAddress() {
        world.toApplication();
        for (var other : List.of("inbox", "other")) {
            world.routes.add(new Route(World.ADDRESS + "Z9999:" + other, other, null));
        }
        world.outcomes.add(xml("<r/>"));
        var several = Requests.to(query(), "Z9999:inbox", "Z9999:cardiology", "Z9999:other");
        assertInstanceOf(Answer.Response.class, world.accept(several));
        assertEquals(1, world.handled.size());
    }

    @Test
    void aSynchronousServiceWithoutHandlerIsRefused() {
        var pds = Messages.cda().replace(Messages.SERVICE, "urn:nhs-itk:services:201005:verifyNHSNumber-v1-0");
        var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(pds));
        assertEquals(ErrorCode.NOT_RECOVERABLE, refused.error().code());
    }

    @ParameterizedTest
    @CsvSource({
        "@@@@, base64",
        "RG9zZTog****IG1nIGRhaWx5, base64",
        "YQ==Yg==, base64",
        "YQ, base64",
        "RG9zZQ==, compressed",
        "<x/>, base64",
        "<x/>, compressed"
    })
    void aPayloadThatCannotBeDecodedIsNotTaken(String content, String flag) {
        var message = Requests.asking(Requests.INF_ACK)
                .replace("mimetype=\"text/xml\"", "mimetype=\"text/xml\" " + flag + "=\"true\"")
                .replaceFirst("<ClinicalDocument.*</ClinicalDocument>", Matcher.quoteReplacement(content));
        var refused = assertThrows(EnvelopeRejected.class, () -> world.accept(message));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertEquals(List.of(), world.store.byTrackingId(Messages.TRACKING_ID));
        assertEquals(List.of(), world.store.sent(), "nobody is told that it was taken");
    }

    /** H26: as a middleware does. */
    @Test
    void aSynchronousRequestForAPartnersAddressIsForwardedAndItsAnswerReturned() {
        world.with(Partners.of("trust", "X1111")).forward("X1111", "trust");
        var request = query().replace("ods:Z9999:cardiology", "ods:X1111:ward");
        var service = "urn:nhs-itk:services:201005:" + World.QUERY + "Response";
        var response = "\ufeff<?xml version=\"1.0\" encoding=\"UTF-16\"?>"
                + Messages.cda().replace(Messages.SERVICE, service).replace("caf\u00e9", "caf\u00e9 \ud83d\ude00");
        world.transport.next(new Transport.Taken("M", response));
        var answer = assertInstanceOf(Answer.Response.class, world.accept(request));
        assertTrue(answer.body().startsWith("<itk:DistributionEnvelope xmlns:"), answer.body());
        assertTrue(answer.body().contains("caf\u00e9 \ud83d\ude00"));
        var sent = world.transport.only();
        assertEquals("http://trust.example/messages", sent.endpoint().toString());
        assertTrue(sent.content().startsWith("<itk:DistributionEnvelope>")
                && sent.letter().synchronous());
        assertEquals(MessageState.HANDLED, world.state());

        assertEquals(answer, world.accept(request), "a copy gets the stored answer");
        assertEquals(1, world.transport.sent().size());
    }

    @Test
    void aForwardThatFailsIsAnsweredAsItsFailureIs() {
        world.with(Partners.of("trust", "X1111")).forward("X1111", "trust");
        var request = query().replace("ods:Z9999:cardiology", "ods:X1111:ward");
        world.transport.next(new Transport.NotNow("M", "HTTP 503", null, true));
        assertEquals("2100", fault(world.accept(request)));
        world.transport.next(new Transport.NotOurs("M", "its Action is not ours"));
        assertEquals("2100", fault(world.accept(request)));
        assertEquals(List.of("wrong-answer:trust"), world.alerts());
        world.transport.next(new Transport.Refused("M", "1000", "fault 1000: no"));
        assertEquals("2200", fault(world.accept(request)));
        assertEquals("2200", fault(world.accept(request)), "and stays so");
        assertEquals(3, world.transport.sent().size());
    }

    @Test
    void aSynchronousRequestDoesNotRunInACircle() {
        world.with(Partners.of("trust", "X1111").relays("*")).forward("X1111", "trust");
        var request = query().replace("ods:Z9999:cardiology", "ods:X1111:ward");
        assertThrows(EnvelopeRejected.class, () -> world.accept(request, "trust"));
        world.transport.next(new Transport.NotNow("M", "HTTP 503", null, true));
        world.accept(request);
        world.with(Partners.of("third", "W2").relays("*"));
        assertThrows(EnvelopeRejected.class, () -> world.accept(request, "third"));
    }

    private static String fault(Answer answer) {
        return ((Answer.Fault) answer).error().code().code();
    }
}
