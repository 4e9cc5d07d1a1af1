package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.connector.HttpHandler;
import org.itkserver.connector.SampleHandler;
import org.itkserver.delivery.RetrySchedule;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.Ids;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.envelope.XmlFragment;
import org.itkserver.exchange.DeliveryWorker;
import org.itkserver.exchange.HandlerRun;
import org.itkserver.exchange.Intake;
import org.itkserver.exchange.PatientKey;
import org.itkserver.exchange.Refusals;
import org.itkserver.exchange.ResponseWriter;
import org.itkserver.exchange.SynchronousExchange;
import org.itkserver.handler.PayloadHandler;
import org.itkserver.soap.InboundChain;
import org.itkserver.soap.InboundSettings;
import org.itkserver.soap.OwnAddresses;
import org.itkserver.store.Database;
import org.itkserver.store.JdbcAccounts;
import org.itkserver.store.JdbcAuditQuery;
import org.itkserver.store.JdbcDeliveryQueue;
import org.itkserver.store.JdbcMessageStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server, put together: every object of the application is made here. */
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final int HANDLERS_AT_ONCE = 16;
    private static final int SYNCHRONOUS_AT_ONCE = 48;
    private static final int BIG_MESSAGES_AT_ONCE = 8;
    private static final int REFUSALS_PER_MINUTE = 2000;
    private static final int MOST_REPLY = 16 << 20;
    private static final Duration REFUSED_KEPT = Duration.ofDays(7);

    final Settings settings;
    final Clock clock;
    final Home home;
    final Database database;
    final JdbcMessageStore store;
    final JdbcAuditQuery query;
    final JdbcAccounts accounts;
    final LiveDirectory directory;
    final OwnAddresses ours;
    final InboundChain chain;
    final HandlerRun run;
    private final JdbcDeliveryQueue queue;
    private final DeliveryWorker worker;
    private final Refusals refusals;
    private final ThreadPoolExecutor handlerPool;
    private final ThreadPoolExecutor synchronousPool;
    private final Semaphore workWaiting = new Semaphore(0);
    private final HttpClient client = HttpHandler.client();
    private volatile boolean initialised;

    Server(Settings settings, Clock clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        home = new Home(settings.home());
        boolean loopback = InetAddress.getByName(settings.bind()).isLoopbackAddress();
        directory = new LiveDirectory(home.directory(), loopback, clock);
        ours = new OwnAddresses(settings.publicUrl(), settings.toAliases());
        var node = home.node(settings.node());
        database = new Database(settings.database());
        store = new JdbcMessageStore(database, node, clock);
        query = new JdbcAuditQuery(database, store);
        accounts = new JdbcAccounts(database);
        queue = new JdbcDeliveryQueue(database, node);
        var ids = Ids.random();
        var scanner = new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT);
        var streams = new PayloadStreams(new WstxInputFactory(), settings.maxMessage());
        var sample = new SampleHandler(new WstxInputFactory(), ids);
        run = new HandlerRun(
                store,
                name -> handler(name, sample),
                streams,
                new ResponseWriter(ids, new XmlFragment(new WstxInputFactory())),
                RetrySchedule.DEFAULT,
                new Random(),
                clock,
                ids);
        handlerPool = pool("itk-handler", HANDLERS_AT_ONCE, new LinkedBlockingQueue<>());
        synchronousPool = pool("itk-synchronous", SYNCHRONOUS_AT_ONCE, new SynchronousQueue<>());
        var synchronous = new SynchronousExchange(store, queue, run, synchronousPool, clock, settings.syncDeadline());
        worker = new DeliveryWorker(
                store, queue, run, scanner, directory, home.spool(), handlerPool, clock, HANDLERS_AT_ONCE);
        var patients = new PatientKey(home.patientSecret());
        var intake = new Intake(store, synchronous, patients, streams, clock, workWaiting::release);
        refusals = new Refusals(store, clock, run.counters(), REFUSALS_PER_MINUTE);
        chain = new InboundChain(
                scanner,
                directory,
                intake,
                refusals,
                ids,
                clock,
                new InboundSettings(
                        ours, settings.maxMessage(), settings.clockSkew(), home.spool(), BIG_MESSAGES_AT_ONCE));
    }

    private Optional<PayloadHandler> handler(String name, SampleHandler sample) {
        if (name.equals(Directory.SAMPLE)) {
            return Optional.of(sample);
        }
        return Optional.ofNullable(directory.get().handlers().get(name))
                .map(settingsOf -> new HttpHandler(client, settingsOf, MOST_REPLY));
    }

    /** Threads that are made when needed and end when idle. */
    private static ThreadPoolExecutor pool(String name, int threads, BlockingQueue<Runnable> queue) {
        var number = new AtomicInteger();
        ThreadFactory factory = task -> {
            var thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        var pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, queue, factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Whether some service is answered with invented data; the console says so on every page. */
    boolean answersWithSamples() {
        return directory.get().services().values().stream()
                .anyMatch(service -> Directory.SAMPLE.equals(service.handler()));
    }

    /** Whether messages can be accepted now. */
    boolean isReady() {
        return initialised && database.isReachable();
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
        store.removeOrphans();
        queue.releaseOwn();
        new FirstRun(home, accounts, clock).run();
        store.append(AuditEvent.ofServer(clock.instant(), AuditType.SERVER_STARTED, "database " + settings.database()));
        store.append(AuditEvent.ofServer(clock.instant(), AuditType.DIRECTORY_LOADED, "directory.yaml"));
        initialised = true;
        LOG.info(
                "ITK transport server is ready at http://{}:{}/ (home {}, database {})",
                settings.bind(),
                settings.port(),
                settings.home(),
                settings.database());
    }

    /** What the timer does every second. */
    void tick() throws IOException {
        initialise();
        directory.refresh(store);
    }

    /** What the timer does every minute. */
    void housekeeping() {
        refusals.flush();
        store.forgetRefused(clock.instant().minus(REFUSED_KEPT));
    }

    /** Runs due work; waits up to a second for some to be announced when there is none. */
    void work() throws InterruptedException {
        int started = 0;
        if (initialised) {
            try {
                started = worker.runOnce();
            } catch (StoreUnavailable e) {
                LOG.warn("no work can be claimed: {}", e.getMessage());
            }
        }
        if (started == 0) {
            workWaiting.tryAcquire(1, TimeUnit.SECONDS);
            workWaiting.drainPermits();
        }
    }

    @Override
    public void close() {
        synchronousPool.shutdown();
        handlerPool.shutdown();
        store.close();
        database.close();
    }
}
