package org.itkserver.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Organisation;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ErrorCode;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.XmlFragment;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.PayloadHandler;
import org.junit.jupiter.api.Test;

/** The use cases on the store in memory: routing (H19), duplicates (H9), work and its end. */
class IntakeTest {
    private static final String CARDIOLOGY = "urn:nhs-uk:addressing:ods:Z9999:cardiology";
    private static final String QUERY = "LocalQuery-v1-0";

    private final MemoryStore store = new MemoryStore();
    private final Deque<Outcome> outcomes = new ArrayDeque<>();
    private final List<HandledMessage> handled = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    private final PayloadStreams streams = new PayloadStreams(new WstxInputFactory(), 1 << 20);
    private final HandlerRun run = new HandlerRun(
            store,
            name -> name.equals("application") ? Optional.of(application()) : Optional.empty(),
            streams,
            new ResponseWriter(Ids.random(), new XmlFragment(new WstxInputFactory())),
            new RetrySchedule(Duration.ofSeconds(1), Duration.ofSeconds(8), 3),
            new Random(1),
            clock,
            Ids.random());
    private final SynchronousExchange synchronous =
            new SynchronousExchange(store, store, run, Runnable::run, clock, Duration.ofSeconds(5));
    private final Intake intake =
            new Intake(store, synchronous, new PatientKey(new byte[32]), streams, clock, () -> {});
    private final DeliveryWorker worker = new DeliveryWorker(
            store, store, run, scanner, () -> directory(Set.of()), Path.of("."), Runnable::run, clock, 4);

    private PayloadHandler application() {
        return message -> {
            handled.add(message);
            return outcomes.pop();
        };
    }

    private static Directory directory(Set<Route> routes) {
        var services = new ArrayList<Service>(Catalogue.services());
        services.add(new Service(
                QUERY,
                org.itkserver.directory.Pattern.SYNCHRONOUS,
                false,
                false,
                false,
                Set.of(),
                Set.of(),
                false,
                "application"));
        return new Directory(
                new Organisation("Z9999", "urn:nhs-uk:addressing:ods:Z9999", "urn:nhs-uk:identity:ods:Z9999:itk", "us"),
                List.of(partner()),
                services,
                List.of(),
                Set.of(),
                List.copyOf(routes));
    }

    private static Partner partner() {
        return new Partner(
                "gp-system",
                Set.of("Y9999"),
                Set.of("gp-system-1"),
                Set.of("*"),
                Set.of(),
                Partner.PositiveAnswer.AUTO,
                false);
    }

    private static Set<Route> toApplication() {
        return Set.of(new Route(CARDIOLOGY, "application", null));
    }

    private Inbound inbound(String message, Set<Route> routes) {
        var bytes = Messages.utf8(message);
        var body = new MessageBody(Path.of("."), 1 << 20, -1);
        try {
            var scanned = scanner.scan(new ByteArrayInputStream(bytes), body);
            var directory = directory(routes);
            var service =
                    directory.serviceOf(scanned.requiredHeader().service()).orElseThrow();
            return new Inbound(now, scanned, body, directory, partner(), service, "127.0.0.1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer accept(String message, Set<Route> routes) {
        return intake.accept(inbound(message, routes));
    }

    private static String query() {
        return Messages.cda().replace(Messages.SERVICE, "urn:nhs-itk:services:201005:" + QUERY);
    }

    private MessageState state() {
        return store.find("gp-system", Messages.TRACKING_ID).orElseThrow().state();
    }

    private List<AuditType> events() {
        return store.events().stream().map(event -> event.type()).toList();
    }

    @Test
    void ourAddressWithoutRouteGoesToTheInbox() {
        assertInstanceOf(Answer.Simple.class, accept(Messages.cda(), Set.of()));
        assertEquals(MessageState.HANDLED, state());
        assertEquals(List.of(AuditType.ACCEPTED), events());
    }

    @Test
    void anAddressNobodyServesIsRefused() {
        var elsewhere = Messages.cda().replace("ods:Z9999:cardiology", "ods:W1");
        var refused = assertThrows(EnvelopeRejected.class, () -> accept(elsewhere, Set.of()));
        assertEquals(ErrorCode.INVALID_MESSAGE, refused.error().code());
        assertTrue(store.events().isEmpty());
    }

    @Test
    void anUnroutableAddressBesideARoutableOneIsAWarning() {
        var two = Messages.cda()
                .replace("<itk:addresslist>", "<itk:addresslist><itk:address uri=\"urn:nhs-uk:addressing:ods:W1\"/>");
        accept(two, Set.of());
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.WARNING), events());
    }

    @Test
    void anAddressOfAnotherKindIsCarriedNotRouted() {
        var dos = Messages.cda()
                .replace(
                        "<itk:address uri=\"" + CARDIOLOGY,
                        "<itk:address type=\"2.16.840.1.113883.2.1.3.2.4.18.44\" uri=\"2000");
        assertInstanceOf(Answer.Simple.class, accept(dos, Set.of()));
    }

    @Test
    void aCopyIsAnsweredAndNotHandledAgain() {
        accept(Messages.cda(), Set.of());
        assertInstanceOf(Answer.Simple.class, accept(Messages.cda(), Set.of()));
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.DUPLICATE), events());
    }

    @Test
    void aTrackingIdStandsForOneContent() {
        accept(Messages.cda(), Set.of());
        var other = Messages.cda().replace("caf\u00e9", "tea");
        assertThrows(EnvelopeRejected.class, () -> accept(other, Set.of()));
    }

    @Test
    void nothingIsAnsweredWhileTheStoreIsAway() {
        store.away(true);
        assertThrows(StoreUnavailable.class, () -> accept(Messages.cda(), Set.of()));
    }

    @Test
    void workIsTriedUntilItIsDone() {
        accept(Messages.cda(), toApplication());
        assertEquals(MessageState.ACCEPTED, state());
        outcomes.add(new Outcome.TryAgain("busy"));
        assertEquals(1, worker.runOnce());
        assertEquals(0, worker.runOnce(), "not due yet");
        now = now.plusSeconds(2);
        outcomes.add(Outcome.done());
        assertEquals(1, worker.runOnce());

        assertEquals(MessageState.HANDLED, state());
        assertEquals(
                List.of(1, 2), handled.stream().map(HandledMessage::attempt).toList());
        assertEquals(List.of(AuditType.ACCEPTED, AuditType.ATTEMPT_FAILED, AuditType.HANDLED), events());
    }

    @Test
    void workThatNeverSucceedsBecomesADeadLetter() {
        accept(Messages.cda(), toApplication());
        for (int i = 0; i < 3; i++) {
            outcomes.add(new Outcome.TryAgain("busy"));
            worker.runOnce();
            now = now.plusSeconds(60);
        }
        assertEquals(MessageState.DEAD_LETTER, state());
        assertEquals(0, worker.runOnce());
    }

    @Test
    void aRefusalIsFinal() {
        accept(Messages.cda(), toApplication());
        outcomes.add(new Outcome.GiveUp("no"));
        worker.runOnce();
        assertEquals(MessageState.REJECTED, state());
    }

    @Test
    void aSynchronousResponseIsStoredAndRepeated() {
        outcomes.add(new Outcome.Done(
                new Outcome.Reply("text/xml", Optional.empty(), Messages.utf8("<?xml version='1.0'?><r/>"))));
        var first = assertInstanceOf(Answer.Response.class, accept(query(), Set.of()));
        var second = assertInstanceOf(Answer.Response.class, accept(query(), Set.of()));

        assertTrue(first.body().contains("<r/>") && first.body().contains(QUERY + "Response"));
        assertEquals(first.body(), second.body());
        assertEquals(1, handled.size());
    }

    @Test
    void afterARecoverableFaultTheRepeatRunsTheHandlerAgain() {
        outcomes.add(new Outcome.TryAgain("down"));
        var first = assertInstanceOf(Answer.Fault.class, accept(query(), Set.of()));
        assertEquals(ErrorCode.RECOVERABLE, first.error().code());
        outcomes.add(new Outcome.Done(new Outcome.Reply("text/xml", Optional.empty(), Messages.utf8("<r/>"))));
        assertInstanceOf(Answer.Response.class, accept(query(), Set.of()));
        assertEquals(2, handled.get(1).attempt());
    }

    @Test
    void aFinalFaultIsRepeatedWithItsErrorId() {
        outcomes.add(new Outcome.GiveUp("never"));
        var first = assertInstanceOf(Answer.Fault.class, accept(query(), Set.of()));
        var second = assertInstanceOf(Answer.Fault.class, accept(query(), Set.of()));

        assertEquals(ErrorCode.NOT_RECOVERABLE, first.error().code());
        assertEquals(first.errorId(), second.errorId());
        assertEquals(first.error().diagnostic(), second.error().diagnostic());
        assertEquals(1, handled.size());
    }

    @Test
    void aResponseThatIsNoXmlIsAFinalFault() {
        outcomes.add(
                new Outcome.Done(new Outcome.Reply("text/xml", Optional.empty(), Messages.utf8("<!DOCTYPE r><r/>"))));
        var fault = assertInstanceOf(Answer.Fault.class, accept(query(), Set.of()));
        assertEquals(ErrorCode.NOT_RECOVERABLE, fault.error().code());
    }

    @Test
    void aSynchronousServiceWithoutHandlerIsRefused() {
        var pds = Messages.cda().replace(Messages.SERVICE, "urn:nhs-itk:services:201005:verifyNHSNumber-v1-0");
        var refused = assertThrows(EnvelopeRejected.class, () -> accept(pds, Set.of()));
        assertEquals(ErrorCode.NOT_RECOVERABLE, refused.error().code());
    }
}
