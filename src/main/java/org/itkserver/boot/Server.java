package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.clock.ClockWatch;
import org.itkserver.connector.OutboxWatcher;
import org.itkserver.connector.SampleHandler;
import org.itkserver.delivery.Breaker;
import org.itkserver.envelope.AcknowledgementReader;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.QueueRequestReader;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.XmlFragment;
import org.itkserver.exchange.Callbacks;
import org.itkserver.exchange.Counters;
import org.itkserver.exchange.DeliveryWorker;
import org.itkserver.exchange.Exchanges;
import org.itkserver.exchange.Expiry;
import org.itkserver.exchange.Intake;
import org.itkserver.exchange.PatientFinder;
import org.itkserver.exchange.PatientKey;
import org.itkserver.exchange.QueueCollection;
import org.itkserver.exchange.Refusals;
import org.itkserver.exchange.ResponseWriter;
import org.itkserver.exchange.Settler;
import org.itkserver.exchange.Submissions;
import org.itkserver.exchange.SynchronousExchange;
import org.itkserver.exchange.SynchronousForward;
import org.itkserver.exchange.SynchronousRun;
import org.itkserver.handler.Handlers;
import org.itkserver.io.InHand;
import org.itkserver.soap.InboundChain;
import org.itkserver.soap.InboundSettings;
import org.itkserver.soap.OwnAddresses;
import org.itkserver.soap.QueueDesk;
import org.itkserver.soap.signature.SignatureVerifier;
import org.itkserver.store.Database;
import org.itkserver.store.JdbcAccounts;
import org.itkserver.store.JdbcAuditQuery;
import org.itkserver.store.JdbcAuditSearch;
import org.itkserver.store.JdbcBulkJobs;
import org.itkserver.store.JdbcClock;
import org.itkserver.store.JdbcContentKeys;
import org.itkserver.store.JdbcDeliveryQueue;
import org.itkserver.store.JdbcDirectoryVersions;
import org.itkserver.store.JdbcMessageSearch;
import org.itkserver.store.JdbcMessageStore;
import org.itkserver.store.JdbcTrailQuery;
import org.itkserver.store.SharedFacts;
import org.itkserver.tls.TlsFiles;
import org.itkserver.watch.Traffic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server, put together: every object of the application is made here. */
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final int WORK_AT_ONCE = 512;
    private static final int LANE_AT_ONCE = 4;
    /** Synchronous messages that may wait for their handlers at once; each has a worker. */
    static final int SYNCHRONOUS_AT_ONCE = 48;

    private static final int REFUSALS_PER_MINUTE = 2000;
    private static final Duration SETTLE_AGAIN = Duration.ofMillis(250);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final Duration REFUSED_KEPT = Duration.ofDays(7);

    final Settings settings;
    final Clock clock;
    final Home home;
    final InHand inHand;
    final @Nullable TlsFiles tls;
    final Database database;
    final Database reading;
    final @Nullable JdbcContentKeys contentKeys;
    final JdbcMessageStore store;
    final JdbcAuditQuery query;
    final PatientKey patientKey;
    final JdbcTrailQuery trail;
    final JdbcAuditSearch search;
    final JdbcAccounts accounts;
    final LiveDirectory directory;
    final OwnAddresses ours;
    final SignatureVerifier signatures;
    final InboundChain chain;
    final Submissions submissions;
    final RepairDesk repairDesk;
    final PayloadStreams streams;
    final EnvelopeScanner scanner;
    final AnchorFile anchors;
    final Counters counters = new Counters();
    final Traffic traffic = new Traffic();
    final Bell bell = new Bell();
    final Breaker breaker = new Breaker(LANE_AT_ONCE, System::nanoTime);
    final Memory memory;
    final Fatal fatal = new Fatal(this::seal, this::halt);
    final LoopMonitor loops = new LoopMonitor(System::nanoTime, fatal::end, this::isStoring);
    final Readiness readiness;
    final String node;
    final JdbcDeliveryQueue queue;
    final JdbcDirectoryVersions versions;
    final JdbcClock clocks;
    final ClockWatch time;
    final Expiry expiry;
    final Settler settler;
    private final DeliveryWorker worker;
    final OutboxWatcher outboxes;
    private final Refusals refusals;
    final ThreadPoolExecutor handlerPool;
    private final ThreadPoolExecutor synchronousPool;
    private volatile boolean initialised;

    Server(Settings settings, Clock clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        memory =
                Memory.of(Runtime.getRuntime().maxMemory(), settings.admission().memory());
        home = new Home(settings.home());
        inHand = InHand.open(home.inHand());
        var files = settings.listeners().tls();
        tls = files == null ? null : new TlsFiles(files, System::nanoTime);
        boolean loopback = InetAddress.getByName(settings.listeners().bind()).isLoopbackAddress();
        ours = new OwnAddresses(settings.publicUrl(), settings.toAliases());
        directory = new LiveDirectory(home.directory(), loopback, this::isOurself, clock, System::nanoTime);
        node = home.node(settings.node());
        database = new Database(settings.database());
        var keys = ContentKeyFiles.open(settings.contentKeys());
        contentKeys = keys == null ? null : new JdbcContentKeys(database, keys, node, clock);
        Threads.onUncaught(this::uncaught);
        readiness = new Readiness(loops, settings.home(), System::nanoTime, fatal);
        store = new JdbcMessageStore(
                database, node, SealKeyFile.load(settings.sealKey()), clock, contentKeys, traffic, readiness);
        anchors = new AnchorFile(settings.sealAnchors(), System::nanoTime);
        reading = Database.forReading(settings.database());
        query = new JdbcAuditQuery(reading, store, contentKeys);
        trail = new JdbcTrailQuery(reading);
        search = new JdbcAuditSearch(reading, trail);
        accounts = new JdbcAccounts(database);
        queue = new JdbcDeliveryQueue(database, node);
        versions = new JdbcDirectoryVersions(database, node);
        clocks = new JdbcClock(database, node);
        time = new ClockWatch(clock, System::nanoTime, clocks);
        var steady = time.steady();
        expiry = new Expiry(store, queue, steady, time::mayExpire);
        settler = new Settler(
                store, steady, settings.lease().dividedBy(2), () -> LockSupport.parkNanos(SETTLE_AGAIN.toNanos()));
        var ids = Ids.random();
        var scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
        streams = new PayloadStreams(new WstxInputFactory(), settings.maxMessage());
        var fragments = new XmlFragment(new WstxInputFactory());
        var responses = new ResponseWriter(ids, fragments);
        var exchanges = new Exchanges(store, ids, streams, new AcknowledgementReader(new WstxInputFactory()));
        patientKey = new PatientKey(home.patientSecret());
        var patients = new PatientFinder(patientKey, streams);
        Handlers handlers = new ConfiguredHandlers(directory, home, new SampleHandler(new WstxInputFactory(), ids));
        handlerPool = Threads.pool("itk-work", WORK_AT_ONCE);
        synchronousPool = Threads.pool("itk-synchronous", SYNCHRONOUS_AT_ONCE);
        var soap = new SoapParts(settings, tls, memory);
        var transport = soap.client(directory, scanner, streams, clock);
        var synchronous = new SynchronousExchange(
                store,
                queue,
                new SynchronousRun(
                        settler,
                        handlers,
                        new SynchronousForward(directory, transport, scanner),
                        streams,
                        responses,
                        steady,
                        ids,
                        counters),
                synchronousPool,
                steady,
                settings.syncDeadline());
        worker = Work.of(this, exchanges, handlers, new Callbacks(exchanges, responses, ids), scanner, transport);
        var intake = new Intake(store, synchronous, patients, exchanges, clock, bell::ring);
        refusals = new Refusals(store, clock, System::nanoTime, counters, REFUSALS_PER_MINUTE);
        var inbound = new InboundSettings(
                ours, settings.maxMessage(), settings.clockSkew(), home.spool(), tls, settings.proxies());
        var desk = new QueueDesk(
                new QueueCollection(store, queue, scanner, home.spool(), steady, settings.queueTimeout()),
                new QueueRequestReader(new WstxInputFactory()),
                memory.queues());
        signatures = soap.verifier();
        chain = new InboundChain(scanner, directory, intake, desk, refusals, ids, clock, signatures, inbound);
        submissions = new Submissions(
                store, exchanges, scanner, fragments, patients, directory, home.spool(), ids, clock, bell::ring);
        var jobs = new JdbcBulkJobs(database, node);
        repairDesk = RepairDesk.of(new JdbcMessageSearch(reading), jobs, store, directory, clock, bell::ring);
        outboxes = new OutboxWatcher(
                directory,
                submissions,
                store,
                home::resolve,
                clock,
                System::nanoTime,
                new OutboxWatcher.Limits(settings.maxMessage(), memory.outboxes(), inHand));
        this.scanner = scanner;
    }

    /** A message that we send to ourselves would come back for ever. */
    private boolean isOurself(URI uri) {
        return ours.isBase(uri) || settings.listeners().isAt(uri);
    }

    /** Whether messages may be accepted now. Cheap: every request asks. */
    boolean isAccepting() {
        return readiness.isAccepting();
    }

    /** Asks the database whether it can be reached; false as well while it, or the folder of content keys, cannot be used. */
    boolean isStoring() {
        return readiness.isStoring() && database.isReachable() && hasContentKeys();
    }

    private boolean hasContentKeys() {
        return contentKeys == null || contentKeys.isUsable();
    }

    /** What the loop of readiness does every second. */
    void look() {
        readiness.look(initialised, database::isReachable, this::hasContentKeys);
    }

    /** What ended a thread of a pool. */
    private void uncaught(Throwable e) {
        LOG.error("a background thread ended; its work is tried again when its lease ends", e);
        if (e instanceof OutOfMemoryError) {
            fatal.end(e);
        }
    }

    /** Records the death, so that what was in hand is known to the next start. */
    private void halt(int code) {
        try {
            inHand.fatal();
        } finally {
            Runtime.getRuntime().halt(code);
        }
    }

    private void seal() {
        store.close();
        store.newestSeal().ifPresent(anchors::note);
    }

    /**
     * Brings the database up to date and takes over what an earlier run left; does nothing the second time.
     *
     * @throws StoreUnavailable when the database is away; to be called again then
     */
    void initialise() throws IOException {
        if (initialised) {
            return;
        }
        database.migrate();
        var agreement = new Agreement(new SharedFacts(database, store), clock);
        agreement.onName(node);
        time.look(); // before this start writes an event of its own
        agreement.onSearchKey(patientKey, home.searchKey(), settings.adoptedSearchKey());
        if (contentKeys == null) {
            JdbcContentKeys.requireNone(database);
        } else {
            contentKeys.claim();
        }
        store.recordEncryption();
        store.removeOrphans();
        queue.releaseOwn(inHand.hadFatalEnd());
        inHand.accountedFor();
        new FirstRun(home, accounts, store, settings.resetAdmin(), clock).run();
        store.append(AuditEvent.ofServer(clock.instant(), AuditType.SERVER_STARTED, "database " + settings.database()));
        directory.started(store, versions::current);
        home.tighten();
        initialised = true;
    }

    /** Says in the log where the server is, once it answers there. */
    void announce() {
        var console = settings.listeners().console();
        LOG.info(
                "ITK transport server is ready at {} (home {}, database {}); console at {}admin/",
                settings.listeners(),
                settings.home(),
                settings.database(),
                console);
        if (Files.exists(home.firstRun())) {
            LOG.info(
                    "the console's first user and password are in {}; delete the file when they are noted",
                    home.firstRun());
        }
    }

    /** What the timer does every second. */
    void tick() throws IOException {
        initialise();
        directory.refresh(store, versions::current);
    }

    private void requireInitialised() {
        if (!initialised) {
            throw new Loop.Skipped();
        }
    }

    /** Sends what lies in outbox folders, once a second. */
    void outboxes() {
        requireInitialised();
        outboxes.runOnce();
    }

    /** The next messages of a bulk resend, once a second. */
    void resend() {
        requireInitialised();
        repairDesk.runner().runOnce();
    }

    /** Looks at the clocks, once a second. */
    void watchClock() {
        requireInitialised();
        if (time.look()) {
            time.earliest().ifPresent(expiry::takeBack);
        }
    }

    /** What the timer does every minute. */
    void housekeeping() {
        refusals.flush();
        store.newestSeal().ifPresent(anchors::note);
        time.now().ifPresent(now -> {
            store.forgetRefused(now.minus(REFUSED_KEPT));
            store.removeAbandoned(now);
        });
    }

    /** Runs due work; waits up to a second for some to be announced when there is none. */
    void work() {
        int started = 0;
        try {
            started = initialised ? worker.runOnce() : 0;
        } finally {
            if (started == 0) {
                bell.await(IDLE);
            }
        }
    }

    /** Lets running work end, for a while, and gives the rest back. */
    private void stopWork() {
        try {
            worker.stop();
            handlerPool.shutdown();
            if (!handlerPool.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("some work still runs; it will be tried again");
            }
        } catch (StoreUnavailable e) {
            LOG.warn("claimed work could not be given back: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        readiness.stop();
        directory.close();
        synchronousPool.shutdown();
        stopWork();
        store.close();
        store.newestSeal().ifPresent(anchors::note);
        reading.close();
        database.shutDown();
        try {
            home.tighten();
        } catch (IOException e) {
            LOG.debug("the files of the home folder could not be looked at", e);
        }
    }
}
