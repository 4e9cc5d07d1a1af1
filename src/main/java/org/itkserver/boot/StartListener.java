package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.itkserver.admin.AdminPages;
import org.itkserver.api.ApiSettings;
import org.itkserver.api.RestApi;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.directory.Partner;
import org.itkserver.envelope.ManifestReader;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.http.AdmissionPolicy;
import org.itkserver.http.EdgeExtension;
import org.itkserver.http.HttpEdge;
import org.itkserver.http.StaticAssets;
import org.itkserver.soap.ContractServlet;
import org.itkserver.soap.ItkServlet;
import org.itkserver.store.DatabaseRefused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the server with its deployment, registers what answers requests, and stops it. */
@WebListener
public final class StartListener implements ServletContextListener {
    private static final Logger LOG = LoggerFactory.getLogger(StartListener.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** While it is set, the unpacked classes must stay ({@code boot.launch.Installation}). */
    private static final String RUNNING = "itk.running";

    private Server server;
    private Lookout lookout;
    private RetentionJob retention;
    private AdminPages console;
    private RestApi api;
    private HttpEdge edge;
    private ReadyAnnouncer ready;
    private Duration wait = Duration.ZERO;
    private long nextTick = System.nanoTime();
    private @Nullable StoreUnavailable away;
    private BackgroundLoops loops;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        System.setProperty(RUNNING, "true");
        try {
            start(event.getServletContext());
        } catch (RuntimeException e) {
            // the application server would go on without the application
            LOG.debug("the start failed", e);
            StartFailure.end("an unexpected failure (" + e.getClass().getSimpleName()
                    + "); ITK_LOG_LEVEL=debug shows its cause");
        }
    }

    private void start(ServletContext context) {
        try {
            server = new Server(Settings.of(Environment.of(System.getenv()).values()), Clock.systemUTC());
        } catch (IllegalArgumentException e) {
            StartFailure.end(String.valueOf(e.getMessage()));
            return;
        } catch (IOException e) {
            StartFailure.end("the home folder cannot be used: " + e.getMessage());
            return;
        }
        register(context);
        runLoops();
        lookout.start();
        retention.start();
        ready = new ReadyAnnouncer(server.settings.listeners(), server::isAccepting, this::announce);
        ready.start();
    }

    private void announce() {
        try {
            edge.limitConnections(server.settings.listeners().count());
        } catch (IllegalStateException e) {
            LOG.error("the server cannot limit connections", e);
            StartFailure.end("the server cannot limit the connections of one address: " + e.getMessage());
            return;
        }
        server.announce();
    }

    private void runLoops() {
        var second = Duration.ofSeconds(1);
        var minute = Duration.ofMinutes(1);
        var monitor = server.loops;
        loops = new BackgroundLoops("itk-timer", 6);
        var timer = monitor.vital("timer", second);
        var readiness = monitor.vital("readiness", second);
        timer.run(this::tick);
        readiness.run(server::look);
        loops.every(second, timer, this::tick);
        loops.every(second, readiness, server::look);
        loops.every(second, monitor.side("outboxes", second), server::outboxes);
        loops.every(second, monitor.side("bulk resend", second), server::resend);
        loops.every(second, monitor.side("clock", second), server::watchClock);
        loops.every(minute, monitor.side("housekeeping", minute), this::housekeeping);
        loops.always(monitor.vital("work", second), server::work);
    }

    private void register(ServletContext context) {
        context.addFilter("partner-side", new PartnerSide())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        edge = edge(context);
        context.setAttribute(EdgeExtension.EDGE, edge);
        lookout = new Lookout(server, Version.of(context));
        retention = new RetentionJob(server);
        console = Console.of(server, lookout, retention.desk());
        console.register(context);
        api = new RestApi(
                server.submissions,
                server.store,
                server.scanner,
                new ManifestReader(new WstxInputFactory(), ScanLimits.DEFAULT),
                server.streams,
                server.accounts,
                server.query,
                server.trail,
                server.directory,
                server.clock,
                new ApiSettings(
                        server.settings.maxMessage(),
                        server.home.spool(),
                        Runtime.getRuntime().maxMemory(),
                        server.memory.api()));
        api.register(context);
        if (!server.settings.areFiguresOpen()) {
            add(context, "metrics-gate", api.metricsGate(), "/metrics");
        }
        add(context, "front", new FrontServlet(), -1, "");
        add(context, "itk", new ItkServlet(server.chain, server.ours), 1, "/itk/*");
        add(context, "contract", new ContractServlet(), -1, "/wsdl/*", "/xsd/*");
        add(context, "health", new HealthServlet(server.readiness::status), -1, "/health/*");
        add(context, "metrics", new MetricsServlet(server.counters, lookout, edge, server.loops), -1, "/metrics");
    }

    private HttpEdge edge(ServletContext context) {
        try {
            return new HttpEdge(policy(), new StaticAssets(context, AdminPages.ASSET_HEADERS), System::nanoTime);
        } catch (IOException e) {
            throw new UncheckedIOException("the console's files cannot be read", e);
        }
    }

    private AdmissionPolicy policy() {
        return new AdmissionPolicy() {
            @Override
            public Limits limits() {
                return server.settings.admission();
            }

            @Override
            public Path spoolFolder() {
                return server.home.spool();
            }

            @Override
            public boolean isAccepting() {
                return server.isAccepting();
            }

            @Override
            public @Nullable Partner partner(X509Certificate[] chain, Function<String, List<String>> headers) {
                return server.chain.partner(chain, headers);
            }

            @Override
            public @Nullable Duration delay(Partner partner) {
                return server.chain.delay(partner);
            }

            @Override
            public void tooMuch(String address) {
                server.chain.tooMuch(address);
            }

            @Override
            public void outOfMemory(OutOfMemoryError error) {
                server.fatal.end(error);
            }
        };
    }

    private static void add(ServletContext context, String name, HttpServlet servlet, int loadOnStartup, String... at) {
        var registration = context.addServlet(name, servlet);
        registration.setLoadOnStartup(loadOnStartup);
        registration.setInitParameter("hide-service-list-page", "true");
        registration.addMapping(at);
    }

    private static void add(ServletContext context, String name, Filter filter, String at) {
        var registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, at);
    }

    private void tick() throws IOException {
        if (away != null && System.nanoTime() - nextTick < 0) {
            throw new Loop.Skipped(); // it is not time for the next try
        }
        try {
            server.tick();
            wait = Duration.ZERO;
            away = null;
        } catch (DatabaseRefused e) {
            StartFailure.end(String.valueOf(e.getMessage()));
        } catch (StoreUnavailable e) {
            backOff();
            away = e;
            throw e;
        }
    }

    /** Tries after 1, 2, 4 … 30 seconds. */
    private void backOff() {
        wait = wait.isZero() ? Duration.ofSeconds(1) : wait.multipliedBy(2);
        wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        nextTick = System.nanoTime() + wait.toNanos();
    }

    private void housekeeping() {
        server.housekeeping();
        console.housekeeping();
        api.housekeeping();
        lookout.housekeeping();
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        try {
            stop();
        } finally {
            System.clearProperty(RUNNING);
        }
    }

    private void stop() {
        if (ready != null) {
            ready.stop();
        }
        if (edge != null) {
            edge.close();
        }
        if (loops != null) {
            loops.stop();
            server.bell.ring();
            loops.close();
        }
        if (retention != null) {
            retention.close();
        }
        try {
            if (lookout != null) {
                lookout.close();
            }
        } finally {
            if (server != null) {
                server.close();
            }
        }
    }
}
