package org.itkserver.exchange;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.delivery.Breaker;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Catalogue;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;
import org.itkserver.envelope.AcknowledgementReader;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.MessageBody;
import org.itkserver.envelope.Messages;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.XmlFragment;
import org.itkserver.handler.HandledMessage;
import org.itkserver.handler.Outcome;
import org.itkserver.handler.PayloadHandler;
import org.itkserver.io.MemoryBudget;
import org.itkserver.testing.Directories;
import org.itkserver.testing.Partners;
import org.itkserver.testing.SettableClock;
import org.jspecify.annotations.Nullable;

/**
 * The use cases on the store in memory: partner {@code gp-system} (Y9999), whatever other partners and routes a test
 * adds, and one handler named {@code application} that says what it is told to.
 */
final class World {
    static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    static final String GP = "gp-system";
    static final String ADDRESS = "urn:nhs-uk:addressing:ods:";
    static final String CDA = "SendCDADocument-v2-0";
    static final String PROFILE = "urn:nhs-en:profile:nonCodedCDADocument-v2-0";
    /** A synchronous service of the handler. */
    static final String QUERY = "LocalQuery-v1-0";
    /** A synchronous service that may be answered at ReplyTo; for the handler. */
    static final String CALLBACK_QUERY = "queryPatientDemographics-v1-0";

    static final RetrySchedule SCHEDULE = new RetrySchedule(Duration.ofSeconds(1), Duration.ofSeconds(8), 3);
    /** More memory than a test needs. */
    static MemoryBudget.Booking memory() {
        return MemoryBudget.single("test", 1 << 30).open();
    }

    static final Duration LEASE = Duration.ofMinutes(5);

    final SettableClock clock = new SettableClock(START);
    final MemoryStore store = new MemoryStore(clock);
    final Settler settler = new Settler(store, clock, Duration.ofMillis(-1), () -> {});
    final FakeTransport transport = new FakeTransport();
    final Deque<Outcome> outcomes = new ArrayDeque<>();
    final List<HandledMessage> handled = new ArrayList<>();
    final List<Partner> partners = new ArrayList<>();
    final List<Route> routes = new ArrayList<>();
    final Counters counters = new Counters();
    final EnvelopeScanner scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
    final PayloadStreams streams = new PayloadStreams(new WstxInputFactory(), 1 << 20);
    final Breaker breaker = new Breaker(4, () -> 0);
    int woken;
    boolean certain = true;
    Runnable whileHandling = () -> {};
    private final Set<String> handlers = new HashSet<>(Set.of("application"));
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private final Ids ids = Ids.random();
    private final Path spool = Path.of("target");
    private final XmlFragment fragments = new XmlFragment(new WstxInputFactory());
    final ResponseWriter responses = new ResponseWriter(ids, fragments);
    private final PatientFinder patients = new PatientFinder(new PatientKey(new byte[32]), streams);
    private final Exchanges exchanges =
            new Exchanges(store, ids, streams, new AcknowledgementReader(new WstxInputFactory()));
    final SynchronousExchange synchronous = new SynchronousExchange(
            store,
            store,
            new SynchronousRun(
                    settler,
                    this::handler,
                    new SynchronousForward(this::directory, transport, scanner),
                    streams,
                    responses,
                    clock,
                    ids,
                    counters),
            Runnable::run,
            clock,
            Duration.ofSeconds(5));
    final Intake intake = new Intake(store, synchronous, patients, exchanges, clock, () -> woken++);
    final Submissions submissions = new Submissions(
            store, exchanges, scanner, fragments, patients, this::directory, spool, ids, clock, () -> woken++);
    final QueueCollection queues = new QueueCollection(store, store, scanner, spool, clock, Duration.ofMinutes(10));
    final DeliveryWorker worker = new DeliveryWorker(
            store,
            store,
            new HandlerRun(
                    settler,
                    this::handler,
                    streams,
                    exchanges,
                    new Callbacks(exchanges, responses, ids),
                    SCHEDULE,
                    new Random(1),
                    clock,
                    counters),
            new OutboundRun(
                    store,
                    settler,
                    store,
                    exchanges,
                    transport,
                    scanner,
                    this::directory,
                    spool,
                    SCHEDULE,
                    new Random(1),
                    clock,
                    counters),
            new Expiry(store, store, clock, () -> certain),
            breaker,
            scanner,
            this::directory,
            spool,
            tasks::add,
            clock,
            LEASE,
            () -> woken++);

    World() {
        partners.add(Partners.of(GP, "Y9999").queue("gp-queue").build());
    }

    private Optional<PayloadHandler> handler(String name) {
        return handlers.contains(name) ? Optional.of(this::handle) : Optional.empty();
    }

    private Outcome handle(HandledMessage message) {
        handled.add(message);
        whileHandling.run();
        return outcomes.pop();
    }

    Directory directory() {
        var services = new ArrayList<Service>();
        for (var service : Catalogue.services()) {
            boolean query = service.name().equals(CALLBACK_QUERY);
            services.add(query ? service.withHandler("application") : service);
        }
        services.add(
                new Service(QUERY, Pattern.SYNCHRONOUS, false, false, false, Set.of(), Set.of(), false, "application"));
        return Directories.of(List.copyOf(partners), services, List.copyOf(routes));
    }

    Partner partner(String id) {
        return directory().partner(id).orElseThrow();
    }

    /** Puts a partner in the place of the one with its id, or beside the others. */
    World with(Partners partner) {
        var made = partner.build();
        partners.removeIf(p -> p.id().equals(made.id()));
        partners.add(made);
        return this;
    }

    /** Messages for an address below {@code urn:nhs-uk:addressing:ods:} go to a partner. */
    World forward(String address, String partner) {
        routes.add(new Route(ADDRESS + address, null, partner));
        return this;
    }

    /** Another name of the handler. */
    void alsoHandles(String name) {
        handlers.add(name);
    }

    /** Messages for our cardiology go to the handler. */
    World toApplication() {
        routes.add(new Route(ADDRESS + "Z9999:cardiology", "application", null));
        return this;
    }

    Answer accept(String message) {
        return accept(message, GP);
    }

    Answer accept(String message, String from) {
        var body = new MessageBody(spool, 1 << 20, -1);
        try {
            var scanned = scanner.scan(new ByteArrayInputStream(Messages.utf8(message)), body);
            var current = directory();
            var partner = partner(from);
            var service = current.serviceOf(scanned.requiredHeader().service()).orElseThrow();
            var callback = Callback.of(scanned.addressing(), partner, service);
            return intake.accept(new Inbound(
                    clock.instant(), scanned, body, current, partner, service, callback, "127.0.0.1", List.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A message of an application for these addresses, and the first row it makes; asks for both acknowledgements. */
    MessageRecord submit(@Nullable String partner, String... addresses) {
        return submit(CDA, partner, List.of(addresses));
    }

    MessageRecord submit(String service, @Nullable String partner, List<String> addresses) {
        var content = new Submissions.Content("text/xml", PROFILE, Messages.utf8("<document/>"));
        var to = addresses.stream().map(address -> ADDRESS + address).toList();
        var trackingId = submissions.submit(new Submissions.Submission(
                null, service, partner, to, null, true, true, List.of(content), "app", null));
        return store.byTrackingId(trackingId).get(0);
    }

    void forward(Duration time) {
        clock.forward(time);
    }

    /** Claims and does what is due; how many pieces that was. */
    int work() {
        worker.runOnce();
        int done = 0;
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            done++;
        }
        return done;
    }

    /** The message that {@link Messages} makes, as received. */
    MessageRecord received() {
        return store.byTrackingId(Messages.TRACKING_ID).stream()
                .filter(MessageRecord::inbound)
                .findFirst()
                .orElseThrow();
    }

    MessageState state() {
        return received().state();
    }

    /** Messages to send of this kind, oldest first. */
    List<MessageRecord> sent(MessageKind kind) {
        return store.sent().stream().filter(m -> m.kind() == kind).toList();
    }

    /** The only message to send of this kind. */
    MessageRecord only(MessageKind kind) {
        var all = sent(kind);
        if (all.size() != 1) {
            throw new AssertionError(all.size() + " messages of kind " + kind);
        }
        return all.get(0);
    }

    /** What we made: a SOAP envelope, or a body. */
    String text(MessageRecord message) {
        try (var raw = store.raw(message.id()).orElseThrow()) {
            return new String(raw.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<AuditType> events() {
        return store.events().stream().map(AuditEvent::type).toList();
    }

    /** Details of the events of this type, oldest first. */
    List<String> details(AuditType type) {
        return store.events().stream()
                .filter(e -> e.type() == type)
                .map(AuditEvent::detail)
                .toList();
    }

    /** Keys of the alerts that events raised, oldest first. */
    List<String> alerts() {
        return store.events().stream()
                .map(AuditEvent::aside)
                .filter(aside -> aside != null && aside.cause() != null)
                .map(aside -> aside.cause().key())
                .toList();
    }
}
